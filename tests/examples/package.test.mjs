//! Tests of the package itself: the requirements of registries and compilers, its types in every
//! framework's templates, and that it contains no path of the build machine.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { npm, npx, unpack } from './install.mjs';

const PATIENCE = { timeout: 300_000 };
const run = promisify(execFile);

test('publint finds nothing to mend in the package', PATIENCE, async () => {
  const { folder } = await unpack('linted');
  const said = await npx(folder, 'publint@0.3.25', 'publint', '--strict', join(folder, 'node_modules/chataibot-widget'));
  assert.match(said, /All good/);
});

test('its types are found in every way that modules are resolved', PATIENCE, async () => {
  const { folder } = await unpack('typed');
  await npx(folder, '@arethetypeswrong/cli@0.18.5', 'attw', join(folder, 'chataibot-widget.tgz'), '--profile', 'esm-only');
});

test('templates of React 18 and 19, Preact, Solid, Vue and Svelte know the element, and refuse what it does not take', PATIENCE, async () => {
  const { folder } = await unpack('types', { template: 'types' });
  await npm(folder, 'run', 'check');
});

test('it can be imported where there is no browser', async () => {
  const { folder } = await unpack('server');
  const script = `
    const { define, ChataibotWidget } = await import('chataibot-widget');
    define();
    await import('chataibot-widget/auto');
    const remote = await import('chataibot-widget/remote');
    console.log(typeof ChataibotWidget, await remote.define('https://chat.example.com'));`;
  const { stdout } = await run('node', ['--input-type=module', '--eval', script], { cwd: folder });
  assert.equal(stdout, 'function undefined\n');
});

test('it holds neither compressed twins nor the playground, its WASM once, and says its version everywhere', async () => {
  const { folder } = await unpack('server');
  const root = join(folder, 'node_modules/chataibot-widget');
  const names = (await readdir(root, { recursive: true })).filter((name) => /\.(br|gz|map|html)$/.test(name) || /playground|scenes\.js|demo/.test(name));
  assert.deepEqual(names, []);
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const { version: bundle, ...hashes } = JSON.parse(await readFile(join(root, 'dist/integrity.json'), 'utf8'));
  assert.equal(bundle, version);
  const wasm = (await readdir(join(root, 'lib'))).filter((name) => name.endsWith('.wasm'));
  assert.deepEqual(wasm, [], 'scripts alone, in both forms');
  for (const [name, hash] of Object.entries(hashes)) assert.match(hash, /^sha384-/, name);
});
