//! Harness for examples: each is installed from the package, built, served, and opened in a browser
//! for a conversation.

import assert from 'node:assert/strict';
import { World, story } from '../e2e/harness.mjs';
import { Widget } from '../e2e/widget.mjs';
import { install, served } from './install.mjs';
import { serveBy, serveFiles } from './serve.mjs';

/** How long npm, build and conversation may take together, in milliseconds. */
const PATIENCE = 600_000;

/** The demo's address, at which the examples expect the proxy. */
const DEMO = 'http://127.0.0.1:8787';

/**
 * Tests the example in examples/`name`. `tell({world, visitor, page, widget, address})` is the
 * test's body, by default a conversation. `options.serve(folder)` replaces serving by its `start`
 * script or as files; `options.second` is the address of a second proxy that it expects: it then
 * gets a second world, with a platform of its own.
 */
export function example(name, sentence, tell = converse, options = {}) {
  story(`${name}: ${sentence}`, async (world) => {
    const addresses = { [DEMO]: world.proxy.address };
    let second;
    let server;
    let page;
    try {
      if (options.second) {
        second = await new World().build({});
        addresses[options.second] = second.proxy.address;
      }
      const { folder, scripts } = await install(name, addresses);
      const serve = options.serve ?? (scripts.start ? startScript : async () => serveFiles(await served(folder)));
      server = await serve(folder);
      const visitor = await world.visitor();
      // Browsers request an icon unasked, and no example has one.
      visitor.expect(/favicon/);
      const asked = [];
      visitor.context.on('request', (request) => asked.push(request.url()));
      page = await visitor.tab(server.address);
      await tell({ world, second, visitor, page, widget: new Widget(page), address: server.address });
      const files = asked.filter((url) => /\.(js|wasm|json)(\?|$)/.test(url));
      assert.ok(files.some((url) => /\.wasm/.test(url)), 'the program was fetched');
      assert.deepEqual(files.filter((url) => !url.startsWith(server.address)), [], 'every file comes from the server of the page, as the package brought it');
    } finally {
      // Before its servers stop, since the page would complain of lost connections.
      await page?.close();
      await server?.stop();
      await second?.end();
    }
  }, { timeout: PATIENCE });
}

const startScript = (folder) => serveBy(folder, 'npm', () => ['start']);

/** Opens the window, sends a message, and waits for the bot's answer. */
export async function converse({ widget }) {
  await widget.open();
  await widget.say('Hello');
  await widget.settles();
  await widget.hears(/./);
}

/** As `converse`, on a page that shows the last message it was notified of. */
export async function converseAndTell({ page, widget }) {
  await converse({ widget });
  await page.locator('output').filter({ hasText: /^bot: ./ }).waitFor();
}
