//! One example: installed from the package, built, served, opened in a browser, and talked with.

import assert from 'node:assert/strict';
import { World, story } from '../e2e/harness.mjs';
import { Widget } from '../e2e/widget.mjs';
import { install, served } from './install.mjs';
import { serveBy, serveFiles } from './serve.mjs';

/** How long npm, a build and a conversation may take together, in milliseconds. */
const PATIENCE = 600_000;

/** Where the examples expect the proxy: at the demo's address. */
const DEMO = 'http://127.0.0.1:8787';

/**
 * The example in examples/`name`. `tell({world, visitor, page, widget, address})` is its story;
 * without one it is a conversation. `options.serve(folder)` serves it otherwise than by its `start`
 * script or as files; `options.second` is where it expects a second proxy, with a platform of its
 * own, and is a world then, too.
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
      // A browser asks by itself for an icon, which no example has.
      visitor.expect(/favicon/);
      const asked = [];
      visitor.context.on('request', (request) => asked.push(request.url()));
      page = await visitor.tab(server.address);
      await tell({ world, second, visitor, page, widget: new Widget(page), address: server.address });
      const files = asked.filter((url) => /\.(js|wasm|json)(\?|$)/.test(url));
      assert.ok(files.some((url) => /\.wasm/.test(url)), 'the program was fetched');
      assert.deepEqual(files.filter((url) => !url.startsWith(server.address)), [], 'every file comes from the server of the page, as the package brought it');
    } finally {
      // Before its servers go, of whose end it would complain.
      await page?.close();
      await server?.stop();
      await second?.end();
    }
  }, { timeout: PATIENCE });
}

const startScript = (folder) => serveBy(folder, 'npm', () => ['start']);

/** The visitor opens the window, says something, and the bot answers. */
export async function converse({ widget }) {
  await widget.open();
  await widget.say('Hello');
  await widget.settles();
  await widget.hears(/./);
}

/** The same, where the page shows the last message that it was told of. */
export async function converseAndTell({ page, widget }) {
  await converse({ widget });
  await page.locator('output').filter({ hasText: /^bot: ./ }).waitFor();
}
