// Tests of a program that cannot be loaded: one console line that says what to do, an event, and a
// fallback for the visitor.

import assert from 'node:assert/strict';
import test from 'node:test';
import { until } from '../e2e/wait.mjs';
import { calls, mounted, open } from './harness.mjs';

const WIDGET = '<chataibot-widget></chataibot-widget>';
const WASM = '/chataibot-widget_bg.wasm';
const MODULE = '/chataibot-widget.js';

/** The widget's own lines; the browser adds others for what it refuses or cannot fetch. */
const ours = (page) => page.lines.filter((line) => line.startsWith('[chataibot]') || line.startsWith('uncaught'));

/** Collects `chataibot-error` details in `errors`. */
const LISTEN = `<script type="module" src="/listen.js"></script>`;
const listen = {
  '/listen.js': (_request, _response, send) =>
    send('text/javascript', `globalThis.errors = []; addEventListener('chataibot-error', (event) => errors.push(event.detail))`),
};

const click = (page) => page.locator('button.launcher').click();
const errors = (page) => page.waitForFunction(() => globalThis.errors?.length && errors).then((handle) => handle.jsonValue());

test('WebAssembly under a wrong MIME type runs, with one line that names the header', async (t) => {
  const routes = {
    [WASM]: (_request, _response, send) => send('application/octet-stream', Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])),
  };
  const page = await open(t, { body: WIDGET, routes });
  await click(page);
  await mounted(page);
  assert.deepEqual(ours(page), [
    `[chataibot] ${page.origin}${WASM} came as application/octet-stream; it starts faster with the header Content-Type: application/wasm`,
  ]);
});

test("a policy without 'wasm-unsafe-eval' is told the words to add, and the visitor gets a form", async (t) => {
  const headers = { 'content-security-policy': "default-src 'none'; script-src 'self'; connect-src 'self'" };
  const page = await open(t, { body: WIDGET + LISTEN, headers, routes: listen });
  await click(page);
  assert.deepEqual((await errors(page)).map(({ code }) => code), ['WASM_BLOCKED']);
  assert.deepEqual(ours(page), [
    `[chataibot] the chat could not start: the page's policy refuses it. Add to the header Content-Security-Policy: script-src ${page.origin} 'wasm-unsafe-eval'`,
  ]);
  await page.getByRole('dialog', { name: 'Leave us a message' }).waitFor();
  // The failure is final: closing and reopening makes no request.
  const before = page.requests.length;
  await click(page);
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await click(page);
  await page.getByRole('dialog').waitFor();
  assert.equal(page.requests.length, before);
});

test('a policy that forbids to connect is told which directive', async (t) => {
  const headers = { 'content-security-policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'" };
  const page = await open(t, { body: WIDGET + LISTEN, headers, routes: listen });
  await click(page);
  const [{ code, message }] = await errors(page);
  assert.equal(code, 'BLOCKED');
  assert.ok(message.endsWith(`Add to the header Content-Security-Policy: connect-src ${page.origin}`), message);
});

test('a policy of exactly what the README asks for lets everything run', async (t) => {
  const page = await open(t, {
    body: WIDGET,
    headers: { 'content-security-policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src 'self'; require-trusted-types-for 'script'" },
  });
  await click(page);
  await mounted(page);
  assert.deepEqual(page.lines, []);
});

test('a browser without WebAssembly is named', async (t) => {
  const page = await open(t, {
    body: `<img id="WebAssembly">${WIDGET}${LISTEN}`,
    routes: listen,
    script: '<script>delete globalThis.WebAssembly</script><script type="module" src="/chataibot.js"></script>',
  });
  await click(page);
  assert.deepEqual((await errors(page)).map(({ code }) => code), ['WASM_MISSING']);
  await page.getByRole('dialog').waitFor();
});

for (const [what, route, words] of [
  ['a missing file', (_request, response) => response.writeHead(404).end(), `${WASM} answered 404.`],
  ['a captive portal', (_request, _response, send) => send('text/html', '<h1>Sign in</h1>'), `${WASM} answered something else than WebAssembly (text/html).`],
  ['an empty file', (_request, _response, send) => send('text/plain', ''), `${WASM} answered something else than WebAssembly (text/plain).`],
]) {
  test(`${what} is told as what it is, and the next click tries again`, async (t) => {
    const routes = { ...listen, [WASM]: route };
    const page = await open(t, { body: WIDGET + LISTEN, routes });
    await click(page);
    assert.deepEqual(await errors(page), [{ code: 'NETWORK', message: page.origin + words }]);
    await page.getByRole('dialog').waitFor();
    assert.equal(await page.locator('button.launcher').getAttribute('aria-busy'), 'false');

    delete routes[WASM];
    await click(page);
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await click(page);
    await page.waitForFunction(() => document.querySelector('chataibot-widget').state.open);
    await page.locator('[role=dialog]').waitFor({ state: 'detached' });
  });
}

test('with no network at all the visitor hears so, and the next click tries again', async (t) => {
  const cut = (request) => request.socket.destroy();
  const routes = { ...listen, [WASM]: cut, [MODULE]: cut, '/chataibot-fallback.js': cut };
  const page = await open(t, { body: WIDGET + LISTEN, routes });
  await click(page);
  assert.equal((await errors(page))[0].code, 'NETWORK');
  await page.getByRole('alert').getByText('could not be loaded').waitFor();
  for (const path of [WASM, MODULE, '/chataibot-fallback.js']) delete routes[path];
  await click(page);
  await page.waitForFunction(() => document.querySelector('chataibot-widget').state.open);
  assert.equal(await page.getByRole('alert').count(), 0);
});

test('a program that breaks while mounting leaves the launcher and the form', async (t) => {
  const page = await open(t, { body: `<chataibot-widget heading="broken"></chataibot-widget>${LISTEN}`, routes: listen });
  await click(page);
  assert.deepEqual(await errors(page), [{ code: 'BROKEN', message: 'its program does not run (are all files of one build?): unreachable' }]);
  assert.equal(await page.locator('button').count() > 0, true);
  assert.deepEqual(await calls(page), ['init', 'mount']);
  await page.getByRole('dialog').waitFor();
});

test("the page's own fallback is shown in place of the form", async (t) => {
  const page = await open(t, {
    body: `<chataibot-widget><a slot="fallback" href="mailto:help@example.com">Write to us</a></chataibot-widget>`,
    routes: { [WASM]: (_request, response) => response.writeHead(500).end() },
  });
  assert.equal(await page.getByText('Write to us').isVisible(), false);
  await click(page);
  await page.getByText('Write to us').waitFor();
  assert.equal(await page.locator('textarea').count(), 0);
  await page.getByText('Write to us').focus();
  await page.keyboard.press('Escape');
  await page.getByText('Write to us').waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(() => document.querySelector('chataibot-widget').shadowRoot.activeElement?.className), 'launcher');
});

test('a prefetch that fails says nothing to the visitor', async (t) => {
  const page = await open(t, { body: WIDGET + LISTEN, routes: { ...listen, [WASM]: (_request, response) => response.writeHead(500).end() } });
  const told = page.waitForEvent('console', { predicate: (message) => message.text().startsWith('[chataibot]') });
  await page.locator('button').hover();
  await told;
  assert.equal(await page.locator('[role="alert"], [role="dialog"]').count(), 0);
  assert.deepEqual(await page.evaluate(() => errors), []);
});

test('calls that wait are refused when the program cannot be had, and nobody has to listen', async (t) => {
  const page = await open(t, { body: WIDGET, routes: { [WASM]: (_request, response) => response.writeHead(500).end() } });
  const code = await page.evaluate(async () => {
    const widget = document.querySelector('chataibot-widget');
    widget.send('unheard');
    return widget.open().catch((error) => error.code);
  });
  assert.equal(code, 'NETWORK');
  assert.equal(ours(page).length, 1);
});

/* ---- the form ---- */

/** A stub proxy that records requests; `answers` are its responses to API calls, in order. */
function proxy(answers) {
  const asked = [];
  const json = async (request) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    return JSON.parse(text);
  };
  const call = async (request, response) => {
    asked.push({ path: request.url, key: request.headers['idempotency-key'], token: request.headers.authorization, body: await json(request) });
    const [status, body] = answers.shift();
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  return {
    asked,
    routes: {
      [WASM]: (_request, response) => response.writeHead(500).end(),
      '/token': async (request, response) => {
        asked.push({ path: request.url, body: await json(request) });
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ ok: true, token: 'T', expires_in: 600, renewal: 'r', visitor: 'v'.repeat(32) }));
      },
      '/api/v1/conversations': call,
      '/api/v1/conversation/c1/messages': call,
    },
  };
}

test('the form sends by the documented calls, says so, and goes on in the same conversation', async (t) => {
  const { asked, routes } = proxy([
    [200, { ok: true, conversation: { id: 'c1' } }],
    [200, { ok: true, message_id: 'm2' }],
  ]);
  const body = `<chataibot-widget bot-key="bot" site="shop" contact-name="Ada" variables='{"plan":"pro","seats":3}'></chataibot-widget>`;
  const page = await open(t, { body, routes });
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('textarea').waitFor();
  assert.equal(await page.evaluate(() => document.querySelector('chataibot-widget').shadowRoot.activeElement.localName), 'textarea');
  await page.getByLabel('Message', { exact: true }).fill('Is anybody there?');
  await page.getByLabel('Your e-mail').fill('ada@example.com');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText('We have your message').waitFor();
  assert.equal(await page.getByLabel('Message', { exact: true }).inputValue(), '');
  await page.getByLabel('Message', { exact: true }).fill('One more thing');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.waitForFunction(() => document.querySelector('chataibot-widget').shadowRoot.querySelector('textarea').value === '');

  const [token, start, send] = asked;
  assert.deepEqual(token, { path: '/token', body: { site: 'shop' } });
  assert.equal(start.token, 'Bearer T');
  assert.match(start.key, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.ok(Math.abs(Date.now() - parseInt(start.key.replace('-', '').slice(0, 12), 16)) < 60_000, 'the key carries the time');
  const { timezone, browserLanguage } = start.body.variables.system;
  assert.deepEqual(start.body, {
    channel: 'API',
    message: { data: { body: 'Is anybody there?' }, type: 'text' },
    variables: {
      system: { timezone, browserLanguage },
      contact: { name: 'Ada', email: 'ada@example.com' },
      conversation: { plan: 'pro', seats: '3' },
    },
    bot_key: 'bot',
    from: { user_external_id: 'v'.repeat(32), type: 'VISITOR' },
  });
  assert.ok(timezone && browserLanguage);
  assert.deepEqual([send.path, send.body], [
    '/api/v1/conversation/c1/messages',
    { message: { data: { body: 'One more thing' }, type: 'text' }, user: { type: 'VISITOR' } },
  ]);
  assert.notEqual(send.key, start.key);
});

test('a message that was not sent stays in the form and is sent again with the same key', async (t) => {
  const { asked, routes } = proxy([
    [503, { ok: false, error: 'UNAVAILABLE' }],
    [502, { ok: false, error: 'UNKNOWN_OUTCOME' }],
    [200, { ok: true, conversation: { id: 'c1' } }],
  ]);
  const page = await open(t, { body: WIDGET, routes });
  await click(page);
  await page.getByLabel('Message', { exact: true }).fill('Hello?');
  const send = page.getByRole('button', { name: 'Send' });
  await send.click();
  await page.getByText('That did not work').waitFor();
  assert.equal(await page.getByLabel('Message', { exact: true }).inputValue(), 'Hello?');
  await send.click();
  await page.getByText('could not confirm').waitFor();
  await send.click();
  await page.getByText('We have your message').waitFor();
  const keys = asked.slice(1).map(({ key }) => key);
  assert.equal(keys.length, 3);
  assert.equal(new Set(keys).size, 1);
});

test('a message for a conversation that has ended starts another one, with a key of its own', async (t) => {
  const { asked, routes } = proxy([
    [200, { ok: true, conversation: { id: 'c1' } }],
    [503, { ok: false, error: 'UNAVAILABLE' }],
    [409, { ok: false, error: 'CONVERSATION_ENDED' }],
    [200, { ok: true, conversation: { id: 'c2' } }],
  ]);
  const page = await open(t, { body: WIDGET, routes });
  await click(page);
  const field = page.getByLabel('Message', { exact: true });
  const send = page.getByRole('button', { name: 'Send' });
  await field.fill('Hello?');
  await send.click();
  await page.getByText('We have your message').waitFor();
  await field.fill('One more thing');
  for (const failures of [1, 2]) {
    await send.click();
    await until('it has failed', () => page.lines.filter((line) => line.includes('was not sent')).length === failures);
  }
  await send.click();
  await page.getByText('We have your message').waitFor();
  const [, , failed, ended, started] = asked;
  assert.deepEqual([failed.path, ended.path, started.path], ['/api/v1/conversation/c1/messages', '/api/v1/conversation/c1/messages', '/api/v1/conversations']);
  assert.equal(failed.key, ended.key);
  assert.notEqual(started.key, ended.key);
});

test('a written message survives closing and opening the form', async (t) => {
  const { routes } = proxy([]);
  const page = await open(t, { body: WIDGET, routes });
  await click(page);
  await page.getByLabel('Message', { exact: true }).fill('Not yet sent');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await click(page);
  await page.getByRole('dialog').waitFor();
  assert.equal(await page.getByLabel('Message', { exact: true }).inputValue(), 'Not yet sent');
});
