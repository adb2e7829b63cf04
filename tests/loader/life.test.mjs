// Tests of the element's lifecycle in the page (moved, removed, put back, destroyed), and of the
// state that the page can read.

import assert from 'node:assert/strict';
import { register } from 'node:module';
import test from 'node:test';
import { calls, fetched, gate, mounted, open } from './harness.mjs';

const WIDGET = '<chataibot-widget></chataibot-widget>';
const opened = async (t, options = {}) => {
  const page = await open(t, { body: `${WIDGET}<main></main>`, ...options });
  await page.evaluate(() => document.querySelector('chataibot-widget').open());
  return page;
};

test('moving the element does not mount again', async (t) => {
  const page = await opened(t);
  await page.evaluate(async () => {
    const widget = document.querySelector('chataibot-widget');
    document.querySelector('main').append(widget);
    await null;
    const parent = widget.parentNode;
    widget.remove();
    parent.append(widget);
    await null;
  });
  assert.deepEqual(await calls(page), ['init', 'mount', 'open']);
  assert.equal(await page.evaluate(() => document.querySelector('chataibot-widget').state.open), true);
});

test('removing the element takes everything down a microtask later; putting it back mounts and opens again', async (t) => {
  const page = await opened(t);
  const left = await page.evaluate(async () => {
    globalThis.widget = document.querySelector('chataibot-widget');
    widget.remove();
    await null;
    return [widget.shadowRoot.childNodes.length, widget.state.ready, widget.matches(':state(ready)')];
  });
  assert.deepEqual(left, [0, false, false]);
  assert.deepEqual(await calls(page), ['init', 'mount', 'open', 'destroy']);
  await page.evaluate(() => document.body.append(widget));
  await page.waitForFunction(() => widget.state.open);
  assert.deepEqual(await calls(page), ['init', 'mount', 'open', 'destroy', 'mount', 'open']);
});

test('an element that was removed while loading mounts nothing, and what was asked of it happens when it is back', async (t) => {
  const { route, release } = gate();
  const page = await open(t, { body: WIDGET, routes: { '/chataibot-widget_bg.wasm': route } });
  await page.evaluate(() => {
    globalThis.widget = document.querySelector('chataibot-widget');
    globalThis.sent = widget.send('still here');
    widget.remove();
  });
  release();
  await page.waitForFunction(() => globalThis.calls?.length);
  assert.deepEqual(await calls(page), ['init']);
  await page.evaluate(() => document.body.append(widget));
  assert.equal(await page.evaluate(() => sent), 'id of still here');
});

test("a router that swaps the page's body leaves a working widget", async (t) => {
  const page = await opened(t);
  await page.evaluate(() => {
    const body = document.createElement('body');
    body.append(document.createElement('chataibot-widget'));
    document.documentElement.replaceChild(body, document.body);
  });
  await page.evaluate(() => document.querySelector('chataibot-widget').open());
  assert.deepEqual(await calls(page), ['init', 'mount', 'open', 'destroy', 'mount', 'open']);
});

test('destroy is final, leaves nothing, and tells who still calls', async (t) => {
  const page = await opened(t);
  const after = await page.evaluate(async () => {
    const widget = document.querySelector('chataibot-widget');
    await widget.destroy();
    const late = await widget.open().catch((error) => error.name);
    widget.open();
    document.querySelector('main').append(widget);
    await null;
    return [widget.shadowRoot.childNodes.length, widget.shadowRoot.adoptedStyleSheets.length, widget.isConnected, late];
  });
  assert.deepEqual(after, [0, 0, true, 'InvalidStateError']);
  assert.deepEqual(page.lines, [], 'no unhandled rejection');
});

test('destroy while loading mounts nothing', async (t) => {
  const { route, release } = gate();
  const page = await open(t, { body: WIDGET, routes: { '/chataibot-widget_bg.wasm': route } });
  const late = page.evaluate(async () => {
    const widget = document.querySelector('chataibot-widget');
    const opening = widget.open();
    await widget.destroy();
    return opening.catch((error) => error.name);
  });
  assert.equal(await late, 'InvalidStateError');
  release();
  await page.waitForFunction(() => globalThis.calls?.length);
  assert.deepEqual(await calls(page), ['init']);
});

test('attributes and properties are two sides of one thing', async (t) => {
  const page = await open(t, { body: '<chataibot-widget bot-key="b" heading="Hi"></chataibot-widget>' });
  const result = await page.evaluate(() => {
    const widget = document.querySelector('chataibot-widget');
    widget.launcherLabel = 'Ask us';
    widget.heading = null;
    return [widget.botKey, widget.heading, widget.getAttribute('launcher-label'), widget.variables, widget.hasAttribute('heading'),
      widget.shadowRoot.querySelector('button').ariaLabel];
  });
  assert.deepEqual(result, ['b', null, 'Ask us', null, false, 'Ask us']);
  assert.deepEqual(fetched(page), []);
});

test('changes reach the program together, once, and partial ones stay partial', async (t) => {
  const page = await opened(t);
  await page.evaluate(async () => {
    const widget = document.querySelector('chataibot-widget');
    widget.contact = { name: 'Ada', email: 'ada@example.com' };
    widget.theme = 'dark';
    widget.setAttribute('bot-key', 'b');
    await null;
    await widget.update({ contact: { email: 'countess@example.com' }, 'bot-key': null });
    await null;
  });
  const updates = await page.evaluate(() => calls.filter(([name]) => name === 'update').map(([, settings]) => settings));
  assert.deepEqual(updates, [
    { contact: { name: 'Ada', email: 'ada@example.com' }, theme: 'dark', 'bot-key': 'b' },
    { contact: { name: 'Ada', email: 'countess@example.com' }, 'bot-key': null },
  ]);
});

test('an object is added to what an attribute or a framework has given as JSON', async (t) => {
  const page = await open(t, { body: `<chataibot-widget contact='{"name":"Ada"}' strings="no JSON"></chataibot-widget>` });
  const result = await page.evaluate(async () => {
    const widget = document.querySelector('chataibot-widget');
    widget.variables = '{"plan":"pro"}';
    await widget.update({ heading: 'Hi', contact: { email: 'ada@example.com' }, variables: { seats: '3' }, strings: { send: 'Go' }, starters: ['One'] });
    return [widget.heading, widget.contact, widget.variables, widget.strings, widget.starters];
  });
  assert.deepEqual(result, ['Hi', { name: 'Ada', email: 'ada@example.com' }, { plan: 'pro', seats: '3' }, { send: 'Go' }, ['One']]);
});

test('a setting nobody knows gets one line', async (t) => {
  const page = await open(t, { body: WIDGET });
  await page.evaluate(() => document.querySelector('chataibot-widget').update({ colour: 'red' }));
  assert.deepEqual(page.lines, ['[chataibot] there is no setting "colour".']);
});

test('the attribute open follows the visitor and the page, without going in circles', async (t) => {
  const page = await open(t, { body: WIDGET });
  await page.locator('button').click();
  await page.locator('chataibot-widget[open]').waitFor({ state: 'attached' });
  await page.locator('button').click();
  await page.locator('chataibot-widget:not([open])').waitFor({ state: 'attached' });
  await page.evaluate(() => document.querySelector('chataibot-widget').setAttribute('open', ''));
  await page.waitForFunction(() => document.querySelector('chataibot-widget').state.open);
  await page.evaluate(() => document.querySelector('chataibot-widget').removeAttribute('open'));
  await page.waitForFunction(() => !document.querySelector('chataibot-widget').state.open);
  assert.deepEqual(await calls(page), ['init', 'mount', 'click', 'click', 'open', 'close']);
});

test('events cross shadow roots, bubble and carry their detail; states can be styled', async (t) => {
  const page = await open(t, { body: '<div></div>' });
  const result = await page.evaluate(async () => {
    const seen = [];
    for (const name of ['ready', 'open', 'close', 'unread', 'message', 'error']) {
      document.addEventListener(`chataibot-${name}`, (event) => seen.push([name, event.detail]));
    }
    const widget = document.createElement('chataibot-widget');
    document.querySelector('div').attachShadow({ mode: 'open' }).append(widget);
    const ready = widget.ready.then((who) => who === widget);
    await widget.open();
    tell('unread', { count: 2 });
    tell('message', { author: 'bot', text: 'hi' });
    const styled = ['ready', 'open', 'unread'].map((state) => widget.matches(`:state(${state})`));
    await widget.close();
    tell('unread', { count: 0 });
    return [seen, styled, widget.matches(':state(unread)'), await ready];
  });
  assert.deepEqual(result, [
    [['ready', {}], ['open', {}], ['unread', { count: 2 }], ['message', { author: 'bot', text: 'hi' }], ['close', {}], ['unread', { count: 0 }]],
    [true, true, true],
    false,
    true,
  ]);
});

test('a page may call the widget from inside its events', async (t) => {
  const page = await open(t, { body: WIDGET });
  await page.evaluate(async () => {
    const widget = document.querySelector('chataibot-widget');
    widget.addEventListener('chataibot-open', () => widget.send('from inside'), { once: true });
    await widget.open();
    await null;
  });
  await mounted(page);
  assert.deepEqual(await calls(page), ['init', 'mount', 'open', 'send']);
});

test('importing the loader on a server defines nothing and throws nothing', async () => {
  assert.equal(typeof globalThis.customElements, 'undefined');
  // A fresh clone lacks the generated files.
  register(
    `data:text/javascript,${encodeURIComponent(`
      const url = 'data:text/javascript,export const markup=[],launcherCss="",panelCss=""';
      export const resolve = (name, context, next) => (name.includes('generated/') ? { url, shortCircuit: true } : next(name, context));
    `)}`,
  );
  const { ChataibotWidget } = await import('../../loader/loader.js');
  assert.equal(typeof ChataibotWidget, 'function');
});
