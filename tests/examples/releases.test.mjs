//! Tests of two versions on one server: an open page continues with the files of its version, and
//! gets the new ones, with its conversation, at the next load.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { promisify } from 'node:util';
import { Widget, story, until } from '../e2e/harness.mjs';

const { CHATAIBOT_DIST } = process.env;
const OLD = '1.0.0';
const NEW = '1.1.0';
const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'chataibot-releases-'));
after(() => rm(folder, { recursive: true, force: true }));

const release = (dist, assets, version) => run('node', [new URL('../../xtask/package/release.mjs', import.meta.url).pathname, dist, assets, version]);

/**
 * Creates another build of the bundle: its chunks have other names, and nothing refers to the
 * former names.
 */
async function nextBuild() {
  const dist = join(folder, 'next');
  await cp(CHATAIBOT_DIST, dist, { recursive: true });
  const widget = join(dist, 'chataibot-widget.js');
  const text = await readFile(widget, 'utf8');
  const [, hash] = /chataibot-talk-([0-9a-f]{8})\.wasm/.exec(text) ?? assert.fail('releases are tested on a bundle in parts: not on --profile dev');
  for (const name of await readdir(dist)) {
    if (name.includes(hash)) await rename(join(dist, name), join(dist, name.replace(hash, 'ffffffff')));
  }
  for (const ending of ['br', 'gz']) await rm(`${widget}.${ending}`, { force: true });
  await writeFile(widget, text.replaceAll(hash, 'ffffffff'));
  return dist;
}

/** Creates a folder of releases that contains only the old version. */
async function firstRelease(name) {
  const assets = join(folder, name);
  await mkdir(assets);
  await release(CHATAIBOT_DIST, assets, OLD);
  return assets;
}

/** Collects the paths of the bundle's files that the page fetches from now on. */
function fetched(page, proxy) {
  const paths = [];
  page.on('request', (request) => {
    const { origin, pathname } = new URL(request.url());
    if (origin === proxy && pathname.includes('/chataibot')) paths.push(pathname);
  });
  return paths;
}

const tag = (world, path, more = 'type="module"') =>
  world.host.page('/tagged', `<h1>A page</h1><script ${more} src="${world.proxy.address}${path}"></script><chataibot-widget></chataibot-widget>`);

for (const [path, more] of [
  ['/1/chataibot.js', 'type="module"'],
  ['/chataibot.js', 'type="module"'],
  ['/1/chataibot.js', ''],
]) {
  const assets = await firstRelease(`from${path.replaceAll('/', '-')}${more && '-module'}`);
  story(`a page with <script ${more} src="${path}"> goes on through an update`, async (world) => {
    const address = tag(world, path, more);
    const early = await world.chat({ address });
    await early.widget.say('Before the update');
    await early.widget.settles();
    const late = await world.visitor();
    const latePage = await late.tab(address);
    await new Widget(latePage).launcher.waitFor();
    // Streams end with the old proxy, which the browser logs.
    for (const visitor of [early.visitor, late]) visitor.expect(/ERR_|Failed to load resource|Failed to fetch/);

    await release(await nextBuild(), assets, NEW);
    await world.proxy.kill();
    await world.proxy.start();
    const byEarly = fetched(early.page, world.proxy.address);
    const byLate = fetched(latePage, world.proxy.address);

    await early.widget.isLive();
    await early.widget.say('buttons');
    await early.widget.settles();
    // Needs a chunk that this page has not fetched yet.
    await early.page.evaluate(() => document.querySelector('chataibot-widget').transcript());
    const late1 = new Widget(latePage);
    await late1.open();
    await late1.say('From a page that began before the update');
    await late1.settles();
    for (const paths of [byEarly, byLate]) {
      assert.ok(paths.some((path) => /-[0-9a-f]{8}\.wasm$/.test(path)), 'parts were fetched after the update');
      assert.deepEqual(paths.filter((path) => !path.startsWith(`/${OLD}/`)), [], 'of the version it began with');
    }

    // Replaces a wait of five minutes, for which a browser caches the files that refer to the
    // newest version.
    const browser = await early.visitor.context.newCDPSession(early.page);
    await browser.send('Network.clearBrowserCache');
    byEarly.length = 0;
    await early.page.reload();
    await early.widget.beOpen();
    await early.widget.hears(/./);
    assert.equal((await early.widget.texts())[0], 'Before the update', 'the conversation is there');
    await until('the newest version is used', () => byEarly.some((path) => path.startsWith(`/${NEW}/`)));
    assert.deepEqual(byEarly.filter((one) => !one.startsWith(`/${NEW}/`) && one !== path), [], 'and no other');
  }, { assets });
}

const pinned = await firstRelease('pinned');
story('the snippet of a version is checked by the browser, which runs no other bytes', async (world) => {
  const snippet = await readFile(join(pinned, 'snippet.html'), 'utf8');
  const integrity = /integrity="(sha384-[^"]+)"/.exec(snippet)[1];
  const hashes = JSON.parse(await readFile(join(pinned, OLD, 'integrity.json'), 'utf8'));
  assert.equal(integrity, hashes['chataibot.js']);
  assert.equal(hashes.version, OLD);
  const address = tag(world, `/${OLD}/chataibot.js`, `type="module" crossorigin="anonymous" integrity="${integrity}"`);
  const { widget, visitor, page } = await world.chat({ address });
  await widget.say('Hello');
  await widget.settles();

  visitor.expect(/integrity|Failed to load resource/);
  await page.route('**/chataibot.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${await response.text()}\n` });
  });
  await page.reload();
  await until('the browser refuses it', () => page.evaluate(() => document.readyState === 'complete' && !customElements.get('chataibot-widget')));
}, { assets: pinned });
