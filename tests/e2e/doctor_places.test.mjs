//! Tests of `doctor()` on pages in special places: by HTTPS, in a frame, as a file, in an app, and
//! on another machine than the developer's.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { standBefore } from './bundle_server.mjs';
import { examine, fromConsole, says, saysAlone, scriptOf, withServer } from './examine.mjs';
import { Widget, siteByEnvironment, story, until } from './harness.mjs';

const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'chataibot-places-'));
after(() => rm(folder, { recursive: true, force: true }));

/**
 * Makes a self-signed certificate for this machine, or returns nothing if no program can make one.
 */
async function makeCertificate() {
  const [key, cert] = ['key.pem', 'certificate.pem'].map((name) => join(folder, name));
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  try {
    await run('openssl', [...request, '-keyout', key, '-out', cert]);
  } catch (cause) {
    if (cause.code === 'ENOENT') return undefined;
    throw cause;
  }
  return { key: await readFile(key), cert: await readFile(cert) };
}

const certificate = await makeCertificate();
const SECURE = { skip: certificate ? undefined : 'openssl is not installed' };

/** Runs `doctor()` on a page served by HTTPS. */
const examineSecure = (world, options) =>
  withServer(standBefore(world.host.origin, undefined, certificate), (server) =>
    examine(world, { visitor: { ignoreHTTPSErrors: true }, address: (place) => place.replace(world.host.origin, server.address), ...options }),
  );

story('doctor: a page by https, with its proxy by http at another machine, which browsers refuse', async (world) => {
  const words = [];
  const before = (page) => page.on('console', (message) => words.push(message.text()));
  const report = await examineSecure(world, {
    attributes: 'proxy-url="http://chat.example.com"',
    before,
    run: (page) =>
      page.evaluate(async () => {
        await customElements.whenDefined('chataibot-widget');
        await fetch('http://chat.example.com/token', { method: 'POST' }).catch(() => {});
        return document.querySelector('chataibot-widget').doctor();
      }),
  });
  saysAlone(report, 'proxy', 'failure', /http:\/\/chat\.example\.com\/token uses http, but the page uses https/, /https:\/\/ address/);
  await until('the browser says so itself', () => words.some((text) => /^Mixed Content: .*http:\/\/chat\.example\.com\/token/.test(text)));
}, SECURE);

story('doctor: a page by https, with its script by http, which browsers refuse', async (world) => {
  const report = await examineSecure(world, { script: scriptOf('http://chat.example.com'), run: fromConsole(world) });
  says(report, 'script', 'failure', /http:\/\/chat\.example\.com\/chataibot\.js is in the page and did not run/, /Write https:\/\//);
}, SECURE);

story('doctor: a page by https, with everything else on the developer’s machine by http, is not blamed for that', async (world) => {
  // The demo's proxy, however, accepts pages of this machine by HTTP only.
  saysAlone(await examineSecure(world), 'origin', 'failure', /Add "https:\/\/127\.0\.0\.1:\d+"/);
}, SECURE);

story('doctor: a page in a sandboxed frame, which has no origin', async (world) => {
  const inner = world.host.page('/inner', `${scriptOf(world.proxy.address)}<chataibot-widget></chataibot-widget>`);
  const report = await examine(world, {
    script: '',
    element: `<iframe sandbox="allow-scripts" src="${inner}"></iframe>`,
    run: async (page) => {
      const frame = await (await page.waitForSelector('iframe')).contentFrame();
      return frame.evaluate(async () => {
        await customElements.whenDefined('chataibot-widget');
        return document.querySelector('chataibot-widget').doctor();
      });
    },
  });
  saysAlone(report, 'origin', 'failure', /in a sandboxed frame/, /allow-same-origin/);
  says(report, 'storage', 'warning', /cannot store data/, /allow-same-origin/);
});

story('doctor: a page of everybody’s, with the proxy of a developer’s machine', async (world) => {
  const place = (address) => address.replace('127.0.0.1', 'shop.example');
  const report = await examine(world, { visitor: { switches: ['--host-resolver-rules=MAP shop.example 127.0.0.1'] }, address: place });
  saysAlone(report, 'proxy', 'warning', /each visitor's own device/, /Set proxy-url/);
}, { proxy: (origin, platform) => siteByEnvironment({})(origin.replace('127.0.0.1', 'shop.example'), platform) });

/** Writes the page of an app as a file, and returns its address. */
async function fileOf(world, type) {
  const path = join(folder, `page-${type || 'classic'}.html`);
  const script = `<script ${type && `type="${type}"`} src="${world.proxy.address}/chataibot.js"></script>`;
  await writeFile(path, `<!doctype html><html lang="en"><meta charset="utf-8"><title>App</title><h1>App</h1>${script}<chataibot-widget></chataibot-widget>`);
  return pathToFileURL(path).href;
}

for (const type of ['module', '']) {
  const tag = `<script ${type && `type="${type}"`}>`;
  story(`a file in a browser shows the launcher by ${tag}, and doctor says that it has no origin`, async (world) => {
    const file = await fileOf(world, type);
    const report = await examine(world, { address: () => file });
    await new Widget(report.page).launcher.waitFor();
    saysAlone(report, 'origin', 'failure', /it is a file/, /docs\/frameworks\.md/);
  });

  // With this switch Chromium gives files the origin that they have in such apps; by default it is
  // `null`.
  story(`a file in an app whose files have the origin file:// has a conversation by ${tag}`, async (world) => {
    const visitor = await world.visitor({ switches: ['--allow-file-access-from-files'] });
    const page = await visitor.tab(await fileOf(world, type));
    const widget = new Widget(page);
    await widget.open();
    await widget.say('Hello');
    await widget.settles();
    await widget.hears(/./);
    await page.reload();
    await widget.beOpen();
    assert.equal((await widget.texts())[0], 'Hello', 'and it is there after a reload');
    const { lines } = await page.evaluate(() => document.querySelector('chataibot-widget').doctor());
    assert.deepEqual(lines.filter(({ state }) => state !== 'ok'), []);
  }, { proxy: (_origin, platform) => siteByEnvironment({})('file://', platform) });
}
