//! Tests a new application with the package's README: nothing else is needed, and two minutes are
//! enough.

import assert from 'node:assert/strict';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { story } from '../e2e/harness.mjs';
import { Widget } from '../e2e/widget.mjs';
import { converse } from './harness.mjs';
import { npm, npx } from './install.mjs';
import { serveBy } from './serve.mjs';

const { CHATAIBOT_PACKAGE, CHATAIBOT_EXAMPLES } = process.env;

/** Returns the first code block of each language in the README. */
async function readme() {
  const text = await readFile(new URL('../../npm/README.md', import.meta.url), 'utf8');
  const block = (language) => new RegExp(`\`\`\`${language}\n([^]*?)\n\`\`\``).exec(text)?.[1] ?? assert.fail(`the README has no block of ${language}`);
  return { install: block('sh'), script: block('js'), tag: block('html') };
}

story('from an empty folder to a conversation in a Vite app in under two minutes, by the README alone', async (world) => {
  const { install, script, tag } = await readme();
  const folder = join(CHATAIBOT_EXAMPLES, 'fresh');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  const begin = Date.now();

  await npx(folder, 'create-vite@9.3.0', 'create-vite', 'app', '--template', 'vanilla', '--no-interactive');
  const app = join(folder, 'app');
  await npm(app, 'install', '--no-audit', '--no-fund');
  const [, file] = /^npm install \.\/(chataibot-widget-[\d.]+\.tgz)$/.exec(install) ?? assert.fail(install);
  assert.equal(file, basename(CHATAIBOT_PACKAGE), 'the README names this version');
  await cp(CHATAIBOT_PACKAGE, join(app, file));
  await npm(app, ...install.split(' ').slice(1));
  const change = async (name, edit) => writeFile(join(app, name), edit(await readFile(join(app, name), 'utf8')));
  await change('src/main.js', (text) => `${script}\n${text}`);
  await change('index.html', (text) => text.replace('</body>', `${tag.replace('https://chat.example.com', world.proxy.address)}</body>`));

  const server = await serveBy(app, 'npx', (port) => ['vite', '--port', String(port), '--strictPort', '--host', '127.0.0.1']);
  let page;
  try {
    const visitor = await world.visitor();
    page = await visitor.tab(server.address);
    await converse({ widget: new Widget(page) });
    const seconds = (Date.now() - begin) / 1000;
    assert.ok(seconds < 120, `it took ${seconds} s`);
  } finally {
    await page?.close();
    await server.stop();
  }
}, { timeout: 300_000 });
