//! Tests of `doctor()`: it names what is wrong with an installation, and what to change. Each
//! set-up here is broken in one way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serveBundle, standBefore } from './bundle_server.mjs';
import { examine, fromConsole, says, saysAlone, scriptOf, withServer } from './examine.mjs';
import { siteByEnvironment, story, until } from './harness.mjs';

const { CHATAIBOT_DIST } = process.env;

story('doctor: nothing is wrong with a good set-up, and that is said', async (world) => {
  const { ok, lines, policy } = await examine(world);
  assert.deepEqual(lines.filter(({ state }) => state !== 'ok'), []);
  assert.deepEqual([ok, policy], [true, null]);
  for (const check of ['script', 'element', 'settings', 'browser', 'storage', 'files', 'versions', 'proxy', 'origin', 'token', 'stream', 'clock', 'policy']) {
    assert.ok(lines.some((line) => line.check === check), check);
  }
});

story('doctor: asked for in the page’s address, it prints a table on the console', async (world) => {
  const visitor = await world.visitor();
  const page = await visitor.tab('about:blank');
  const tables = [];
  page.on('console', (message) => message.type() === 'table' && tables.push(message.text()));
  await page.goto(`${world.host.origin}/?chataibot-doctor`);
  await until('a table', () => tables.length === 1);
});

const files = (name, change, check, state, ...patterns) =>
  story(`doctor: ${name}`, (world) =>
    withServer(serveBundle(CHATAIBOT_DIST, change), async (server) => {
      const report = await examine(world, { script: scriptOf(server.address), attributes: `proxy-url="${world.proxy.address}"` });
      saysAlone(report, check, state, ...patterns);
    }),
  );

files('1, WASM of a wrong type', (name, file) => name.endsWith('_bg.wasm') && (file.headers['content-type'] = 'application/octet-stream'), 'files', 'warning', /_bg\.wasm/, /application\/wasm/);
files('2, scripts of a wrong type', (name, file) => /shell|frame/.test(name) && (file.headers['content-type'] = 'text/plain'), 'files', 'failure', /chataibot-shell\.js \(text\/plain\)/, /text\/javascript/);
files('3, a part that is not there', (name, file) => name === 'chataibot-frame.js' && (file.status = 404), 'files', 'failure', /chataibot-frame\.js \(404\)/, /all files of one build/);
files('4, a web page in the place of a part', (name, file) => {
  if (name === 'chataibot-shell.js') Object.assign(file, { headers: { ...file.headers, 'content-type': 'text/html' }, body: '<h1>Sign in</h1>' });
}, 'files', 'failure', /a web page is served instead of chataibot-shell\.js/);
files('5, files without CORS headers', (name, file) => name.endsWith('.wasm') && delete file.headers['access-control-allow-origin'], 'files', 'failure', /may not read .*chataibot-widget_bg\.wasm/, /Access-Control-Allow-Origin/);
files('6, files of two builds', (name, file) => name === 'chataibot-shell.js' && (file.body = `${file.body}//`), 'versions', 'failure', /another build than the others: chataibot-shell\.js/);
files('7, an old copy in the cache', (() => {
  let asked = 0;
  return (name, file) => {
    if (name !== 'chataibot-frame.js') return;
    file.headers['cache-control'] = 'max-age=600';
    if (asked++ === 0) file.body = `${file.body}//`;
  };
})(), 'versions', 'failure', /in this browser’s cache: chataibot-frame\.js/, /no-cache/);

files('31, a web page in the place of the program', (name, file) => {
  if (name === 'chataibot-widget_bg.wasm') Object.assign(file, { headers: { ...file.headers, 'content-type': 'text/html' }, body: '<h1>Shop</h1>' });
}, 'files', 'failure', /a web page is served instead of chataibot-widget_bg\.wasm/, /no index\.html for all addresses/);
files('32, files that are not compressed as their headers say', (name, file) => name === 'chataibot-frame.js' && (file.headers['content-encoding'] = 'br'), 'files', 'failure', /chataibot-frame\.js/, /Content-Encoding/);

const policyOf = (proxy, parts) => ({ 'content-security-policy': parts.replaceAll('PROXY', proxy) });
const policy = (name, parts, state, ...patterns) =>
  story(`doctor: ${name}`, async (world) => {
    const avatar = `${world.proxy.address}/chataibot-sample.svg`;
    const report = await examine(world, { attributes: `avatar="${avatar}"`, headers: policyOf(world.proxy.address, parts) });
    saysAlone(report, 'policy', state, ...patterns);
    if (state === 'ok') return;
    assert.equal(report.policy, `script-src ${world.proxy.address} 'wasm-unsafe-eval'; connect-src ${world.proxy.address}; img-src ${world.proxy.address}`);
  });

policy('8, a policy that refuses WASM', "default-src 'none'; script-src PROXY; connect-src PROXY; img-src PROXY", 'failure', /WebAssembly/, /script-src 'wasm-unsafe-eval'/);
policy('9, a policy that refuses to connect', "default-src 'none'; script-src PROXY 'wasm-unsafe-eval'; img-src PROXY", 'failure', /connect-src refuses/, /connect-src http:\/\/127/);
policy('10, a policy that refuses the picture', "default-src 'none'; script-src PROXY 'wasm-unsafe-eval'; connect-src PROXY", 'warning', /img-src http:\/\/127/);
policy('11, a policy that refuses styles refuses nothing of the chat', "default-src 'none'; script-src PROXY 'wasm-unsafe-eval'; connect-src PROXY; img-src PROXY; style-src 'none'", 'ok', /refuses nothing/);

story('doctor: 12, a policy that refuses all scripts but the first is named, though the doctor is refused with them', async (world) => {
  const headers = policyOf(world.proxy.address, "script-src PROXY/chataibot.js 'wasm-unsafe-eval'; connect-src PROXY");
  const run = (page) =>
    page.evaluate(async () => {
      await customElements.whenDefined('chataibot-widget');
      return document.querySelector('chataibot-widget').doctor().then(() => ({}), (error) => ({ message: error.message }));
    });
  const { message } = await examine(world, { headers, run });
  assert.match(message, new RegExp(`${world.proxy.address}/chataibot-page.js`));
});

story('doctor: a policy by nonce lets everything of the chat run', async (world) => {
  const headers = policyOf(world.proxy.address, "script-src 'nonce-abc' 'wasm-unsafe-eval'; connect-src PROXY");
  saysAlone(await examine(world, { script: scriptOf(world.proxy.address, ' nonce="abc"'), headers }), 'policy', 'ok', /refuses nothing/);
});

story('doctor: 13, an origin that is not on the list', async (world) => {
  const report = await examine(world);
  saysAlone(report, 'origin', 'failure', new RegExp(`Add "${world.host.origin}"`), /SIGHUP/);
}, { proxy: (_origin, platform) => siteByEnvironment({})('https://www.shop.test', platform) });

story('doctor: 14, a site that the proxy does not know', async (world) => {
  saysAlone(await examine(world, { attributes: 'site="shoop"' }), 'site', 'failure', /ORIGIN_NOT_ALLOWED/, /site="shoop"/);
});

story('doctor: 15, a proxy that is down', async (world) => {
  const report = await examine(world, { attributes: 'proxy-url="http://127.0.0.1:9"' });
  saysAlone(report, 'proxy', 'failure', /http:\/\/127\.0\.0\.1:9 cannot be reached/);
});

story('doctor: 16, an address where no proxy is', async (world) => {
  const report = await examine(world, { attributes: `proxy-url="${world.host.origin}"` });
  saysAlone(report, 'proxy', 'failure', /answered 404, but does not seem to be the chat's proxy/);
});

story('doctor: 17, a server before the proxy that drops its CORS headers', (world) =>
  withServer(standBefore(world.proxy.address, ({ headers }) => delete headers['access-control-allow-origin']), async (server) => {
    const report = await examine(world, { attributes: `proxy-url="${server.address}"` });
    saysAlone(report, 'origin', 'failure', /drops its CORS headers/);
  }),
);

story('doctor: 18, a server before the proxy that collects streams', (world) =>
  withServer(standBefore(world.proxy.address), async (server) => {
    const report = await examine(world, { attributes: `proxy-url="${server.address}"` });
    saysAlone(report, 'stream', 'warning', /buffers the stream/, /proxy_buffering off/);
  }),
);

story('doctor: 19, a clock that is an hour ahead', async (world) => {
  const before = (page) =>
    page.addInitScript(() => {
      const now = Date.now;
      Date.now = () => now() + 3_600_000;
    });
  saysAlone(await examine(world, { before }), 'clock', 'warning', /60 minutes ahead/);
});

story('doctor: 20, a browser that keeps nothing', async (world) => {
  const before = (page) =>
    page.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', { get: () => { throw new DOMException('no', 'SecurityError'); } });
    });
  saysAlone(await examine(world, { before }), 'storage', 'warning', /cannot store data/, /SecurityError/);
});

story('doctor: 21, a page by http, where browsers have neither locks nor hashes', async (world) => {
  // Simulated: this machine's own addresses are always a secure context.
  const before = (page) =>
    page.addInitScript(() => {
      Object.defineProperty(window, 'isSecureContext', { value: false });
      Object.defineProperty(navigator, 'locks', { value: undefined });
      Object.defineProperty(crypto, 'subtle', { value: undefined });
    });
  const report = await examine(world, { before });
  saysAlone(report, 'secure', 'warning', /neither locks/, /https/);
  says(report, 'versions', 'unknown', /cannot compute hashes/);
});

story('doctor: 22, attributes and properties that nobody knows, with what they are likely to mean', async (world) => {
  const before = (page) => page.addInitScript(() => addEventListener('DOMContentLoaded', () => Object.assign(document.querySelector('chataibot-widget'), { boxKey: 1, launcherlabel: 'x' })));
  const report = await examine(world, { attributes: 'botkey="x" positon="top-end" colour="red" data-own="1"', before });
  says(report, 'settings', 'warning', /"botkey"/, /Write bot-key\./);
  says(report, 'settings', 'warning', /"positon"/, /Write position\./);
  says(report, 'settings', 'warning', /"colour"/, /docs\/reference\.md/);
  says(report, 'settings', 'warning', /property "boxKey"/, /Write botKey\./);
  says(report, 'settings', 'warning', /property "launcherlabel"/, /Write launcherLabel\./);
  assert.equal(report.ok, true, 'the chat works');
});

story('doctor: 23, values that are not taken', async (world) => {
  const report = await examine(world, { attributes: `mode="inlne" theme="blue" variables="{plan:1}" teaser-delay="soon" locale="english!" launcher-for="#help["` });
  says(report, 'settings', 'failure', /mode="inlne"/, /Write mode="inline"/);
  says(report, 'settings', 'failure', /theme="blue"/, /auto, light, dark, system/);
  for (const [name, words] of [['variables', 'not JSON'], ['teaser-delay', 'not a whole number'], ['locale', 'not a language tag'], ['launcher-for', 'not a selector']]) {
    says(report, 'settings', 'failure', new RegExp(`^${name}=`), new RegExp(words));
  }
});

story('doctor: 24, another script has the element’s name', async (world) => {
  const script = `<script>customElements.define('chataibot-widget', class extends HTMLElement {})</script>${scriptOf(world.proxy.address)}`;
  saysAlone(await examine(world, { script, run: fromConsole(world) }), 'script', 'failure', /another script has defined/);
});

story('doctor: 25, a script that something holds back', async (world) => {
  const script = `<script type="text/plain" data-consent src="${world.proxy.address}/chataibot.js"></script>`;
  saysAlone(await examine(world, { script, run: fromConsole(world) }), 'script', 'failure', /type="text\/plain"/, /consent manager/);
});

story('doctor: 26, a page without script and element', async (world) => {
  const report = await examine(world, { script: '<h1>Hello</h1>', element: '', run: fromConsole(world) });
  says(report, 'script', 'failure', /no script tag of the page loads chataibot\.js/);
  says(report, 'element', 'failure', /there is no <chataibot-widget>/);
});

story('doctor: 27, the script twice, from two addresses', (world) =>
  withServer(serveBundle(CHATAIBOT_DIST), async (server) => {
    const report = await examine(world, { script: scriptOf(world.proxy.address) + scriptOf(server.address) });
    saysAlone(report, 'script', 'warning', /several addresses/, new RegExp(server.address));
  }),
);

story('doctor: 28, a service worker of the page’s that answers for the chat', async (world) => {
  world.host.script('/worker.js', `
    self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
    self.addEventListener('fetch', (event) => event.respondWith(fetch(event.request)));`);
  const before = async (page) => {
    await page.goto(`${world.host.origin}/`);
    await page.evaluate(async () => {
      await navigator.serviceWorker.register('/worker.js');
      await navigator.serviceWorker.ready;
    });
  };
  saysAlone(await examine(world, { before }), 'worker', 'warning', /service worker/, /respondWith/);
});

story('doctor: 33, a service worker of the page’s that answers with files of an old build', async (world) => {
  world.host.script('/worker.js', `
    self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
    self.addEventListener('fetch', (event) => {
      if (event.request.url.endsWith('/chataibot-frame.js')) {
        const headers = { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' };
        event.respondWith(fetch(event.request).then(async (response) => new Response((await response.text()) + '//old', { headers })));
      }
    });`);
  const before = async (page) => {
    await page.goto(`${world.host.origin}/`);
    await page.evaluate(async () => {
      await navigator.serviceWorker.register('/worker.js');
      await navigator.serviceWorker.ready;
    });
  };
  const report = await examine(world, { before });
  saysAlone(report, 'versions', 'failure', /another build than the others: chataibot-frame\.js/, /service worker/);
});

story('doctor: 29, an element that is hidden', async (world) => {
  const report = await examine(world, { element: '<div style="display: none"><chataibot-widget></chataibot-widget></div>' });
  saysAlone(report, 'element', 'warning', /hidden/);
});

story('doctor: 30, a site for signed-in visitors alone', async (world) => {
  saysAlone(await examine(world), 'identity', 'failure', /IDENTITY_REQUIRED/);
  saysAlone(await examine(world, { attributes: 'user="42" identity="nonsense"' }), 'identity', 'failure', /IDENTITY_REFUSED/, /Sign the identity again/);
}, { proxy: siteByEnvironment({ CHATAIBOT_PROXY_SITE_IDENTITY: 'required', CHATAIBOT_PROXY_SITE_IDENTITY_SECRET: 'a-secret-of-more-than-32-characters!' }) });

story('doctor: 34, the script’s address is wrong', async (world) => {
  const report = await examine(world, { script: scriptOf(`${world.proxy.address}/widget`), run: fromConsole(world) });
  says(report, 'script', 'failure', /widget\/chataibot\.js is in the page and did not run/);
  says(report, 'files', 'failure', /this page got no answer for chataibot\.js \(http:.*\/widget\/chataibot\.js\)/, /Do they exist\?/);
});

story('doctor: 35, a tag that was closed as HTML does not know it', async (world) => {
  const report = await examine(world, { element: '<chataibot-widget /><p>The rest of the page</p>' });
  saysAlone(report, 'element', 'warning', /contains the rest of the page/, /<chataibot-widget><\/chataibot-widget>/);
});

story('doctor: 36, a web page answers in the place of the proxy', (world) =>
  withServer(standBefore(world.proxy.address, (answer) => {
    if (answer.url === '/token') Object.assign(answer, { status: 200, headers: { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*', 'content-type': 'text/html' }, body: '<h1>Shop</h1>' });
  }), async (server) => {
    const report = await examine(world, { attributes: `proxy-url="${server.address}"` });
    saysAlone(report, 'proxy', 'failure', /answered 200, but does not seem to be the chat's proxy/, /forward POST \/token/);
  }),
);

story('doctor: 37, a clock that is a day behind', async (world) => {
  const before = (page) =>
    page.addInitScript(() => {
      const now = Date.now;
      Date.now = () => now() - 86_400_000;
    });
  saysAlone(await examine(world, { before }), 'clock', 'warning', /24 hours behind/);
});

story('doctor: it leaves nothing behind, in storage and at the proxy', async (world) => {
  const asked = [];
  await withServer(standBefore(world.proxy.address, ({ url, status }) => asked.push(`${url} ${status}`)), async (server) => {
    const { page } = await examine(world, { attributes: `proxy-url="${server.address}"` });
    assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
  });
  assert.deepEqual(asked.filter((line) => line.startsWith('/token') && !line.endsWith('204')), ['/token 200', '/token/end 200'], 'the token is given back');
});

test('doctor: what is nearly a setting is found, and what is far from all is not', async () => {
  const { nearest } = await import('../../loader/doctor_settings.js');
  const names = ['bot-key', 'position', 'launcher-for', 'open'];
  for (const [wrong, meant] of [['botkey', 'bot-key'], ['bot_key', 'bot-key'], ['Position', 'position'], ['launcherfor', 'launcher-for'], ['opne', 'open'], ['x', null], ['colour', null]]) {
    assert.equal(nearest(wrong, names), meant, wrong);
  }
});
