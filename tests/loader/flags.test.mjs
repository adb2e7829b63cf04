// Tests of boolean settings and of `open`, as pages and frameworks write them, before and after the
// element is defined.

import assert from 'node:assert/strict';
import test from 'node:test';
import { until } from '../e2e/wait.mjs';
import { calls, fetched, gate, mounted, open } from './harness.mjs';

const WIDGET = '<chataibot-widget></chataibot-widget>';
const FLAGS = ['attention', 'teaser-phone', 'consent', 'contact-locked', 'home'];
const OFF = ['false', 'FALSE', ' False ', 'null', 'undefined'];
const ON = ['', 'true', 'TRUE', 'open', 'yes'];

const widget = (page, act, given) => page.evaluate(`(${act})(document.querySelector('chataibot-widget'), ${JSON.stringify(given)})`);
const isOpen = (page) => page.waitForFunction(() => document.querySelector('chataibot-widget').state.open);
const isClosed = (page) => page.waitForFunction(() => !document.querySelector('chataibot-widget').state.open);

test('a flag whose attribute says false is off, for the page and for the program', async (t) => {
  const page = await open(t, { body: WIDGET });
  const found = await page.evaluate(
    ([flags, off, on]) => {
      const element = document.querySelector('chataibot-widget');
      const read = (name, value) => {
        element.setAttribute(name, value);
        return element[name.replace(/-./g, (pair) => pair[1].toUpperCase())];
      };
      return flags.map((name) => [off.map((value) => read(name, value)), on.map((value) => read(name, value))].flat());
    },
    [FLAGS, OFF, ON],
  );
  assert.deepEqual(found, FLAGS.map(() => [...OFF.map(() => false), ...ON.map(() => true)]));
  await widget(page, (element) => {
    element.setAttribute('consent', 'false');
    element.setAttribute('home', 'true');
    for (const name of ['attention', 'teaser-phone', 'contact-locked']) element.removeAttribute(name);
    return element.open();
  });
  const settings = await page.evaluate(() => calls.find(([name]) => name === 'mount')[1]);
  assert.deepEqual(settings, { proxyUrl: page.origin, 'proxy-url': page.origin, home: 'true' });
  await widget(page, (element) => {
    element.setAttribute('home', 'false');
    element.setAttribute('consent', '');
  });
  await page.waitForFunction(() => calls.some(([name]) => name === 'update'));
  assert.deepEqual(await page.evaluate(() => calls.find(([name]) => name === 'update')[1]), { home: null, consent: '' });
});

test('a text that a template, a framework or a missing variable left empty is not set', async (t) => {
  const page = await open(t, { body: WIDGET });
  const found = await widget(page, (element) => {
    const texts = ['', ' ', 'false', 'null', 'undefined', ' Hello ', 'Null', '0'];
    const read = (text) => (element.setAttribute('heading', text), element.heading);
    const attributes = texts.map(read);
    const properties = [false, null, undefined, 'Hello'].map((value) => ((element.heading = value), element.heading));
    return [attributes, properties];
  });
  assert.deepEqual(found, [[null, null, null, null, null, 'Hello', 'Null', '0'], [null, null, null, 'Hello']]);
  await widget(page, (element) => {
    for (const name of ['user', 'identity', 'site', 'proxy-url', 'teaser', 'prechat', 'contact-email', 'launcher-for']) element.setAttribute(name, '');
    element.heading = false;
    element.proxyUrl = 'undefined';
    element.demo = 'false';
    element.site = ' demo\n';
    element.sound = false;
    element.feedback = true;
    return element.open();
  });
  const settings = await page.evaluate(() => calls.find(([name]) => name === 'mount')[1]);
  // What is on or off goes on as written.
  assert.deepEqual(settings, { proxyUrl: page.origin, 'proxy-url': page.origin, site: 'demo', sound: 'false', feedback: 'true' });
});

test('a flag set as a property is off for whatever means no, and its attribute follows', async (t) => {
  const page = await open(t, { body: WIDGET });
  const found = await widget(page, (element) => {
    const read = (value) => {
      element.setAttribute('home', 'true');
      element.home = value;
      return element.hasAttribute('home');
    };
    const off = [false, null, undefined, 0, '', 'false', 'FALSE'].map(read);
    element.setAttribute('home', 'false');
    element.home = true;
    return [off, element.getAttribute('home')];
  });
  assert.deepEqual(found, [Array(7).fill(false), '']);
});

for (const value of OFF) {
  test(`open="${value}" stands closed and fetches nothing; page and visitor then open and close it`, async (t) => {
    const page = await open(t, { body: `<chataibot-widget open="${value}"></chataibot-widget>` });
    assert.deepEqual(fetched(page), []);
    await page.locator('button').click();
    await isOpen(page);
    assert.equal(await page.locator('chataibot-widget').getAttribute('open'), '', 'the attribute follows the visitor');
    await widget(page, (element, value) => element.setAttribute('open', value), value);
    await isClosed(page);
    await widget(page, (element) => element.setAttribute('open', 'true'));
    await isOpen(page);
    await page.locator('button').click();
    await isClosed(page);
    assert.equal(await page.locator('chataibot-widget').getAttribute('open'), null);
  });
}

test('open is a method to call and a property to set', async (t) => {
  const page = await open(t, { body: WIDGET });
  await widget(page, (element) => element.open());
  await isOpen(page);
  for (const off of [false, null, undefined, 'false', 0]) {
    await widget(page, (element, off) => (element.open = off), off);
    await isClosed(page);
    assert.equal(await page.locator('chataibot-widget').getAttribute('open'), null);
    await widget(page, (element) => (element.open = true));
    await isOpen(page);
    assert.equal(await page.locator('chataibot-widget').getAttribute('open'), '');
  }
  const same = await widget(page, (element) => [element.open === element.open, typeof element.open, Object.keys(element)]);
  assert.deepEqual(same, [true, 'function', []]);
  const { open: call } = { open: await page.evaluateHandle(() => document.querySelector('chataibot-widget').open) };
  await widget(page, (element) => element.close());
  await page.evaluate((call) => call(), call);
  await isOpen(page);
});

test('an empty open is on for who looks at the type first, as for <… open> in a template, and takes back for who does not', async (t) => {
  const page = await open(t, { body: WIDGET });
  await widget(page, (element) => (element.open = ''));
  assert.deepEqual(fetched(page), []);
  await widget(page, (element) => {
    if (typeof element.open !== 'boolean') element.open = '';
  });
  await isOpen(page);
  await widget(page, (element) => (element.open = ''));
  await isClosed(page);
});

test('what the page asks last holds, also while the program is on its way', async (t) => {
  const { route, release } = gate();
  const page = await open(t, { body: WIDGET, routes: { '/chataibot-widget_bg.wasm': route } });
  await widget(page, (element) => {
    element.open = true;
    element.open = false;
    element.setAttribute('open', '');
    element.setAttribute('open', 'false');
  });
  release();
  await mounted(page);
  // Queued calls run a moment after the program has started.
  while ((await calls(page)).at(-1) !== 'close') await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  await isClosed(page);
});

test('a visitor who clicked while the program is on its way is not let in when the page has closed it since', async (t) => {
  const { route, release } = gate();
  const page = await open(t, { body: WIDGET, routes: { '/chataibot-widget_bg.wasm': route } });
  await page.locator('button').click();
  await widget(page, (element) => void element.close());
  release();
  await mounted(page);
  await isClosed(page);
});

for (const [when, value, stands] of [
  ['false', false, 'closed'], ['null', null, 'closed'], ['undefined', undefined, 'closed'], ['"false"', 'false', 'closed'],
  ['true', true, 'open'], ['"true"', 'true', 'open'],
]) {
  test(`an open of ${when} that was set before the script was there leaves it ${stands}, and does not hide ours`, async (t) => {
    const script = `<script type="module">
      const early = document.createElement('chataibot-widget');
      early.open = ${value === undefined ? 'undefined' : JSON.stringify(value)};
      early.home = ${value === undefined ? 'undefined' : JSON.stringify(value)};
      document.body.append(early);
      await import('/chataibot.js');
    </script>`;
    const page = await open(t, { body: '', script });
    if (stands === 'open') await isOpen(page);
    assert.equal(await widget(page, (element) => element.home), stands === 'open');
    assert.equal(await widget(page, (element) => typeof element.open), 'function');
    assert.equal(fetched(page).length > 0, stands === 'open');
    await widget(page, (element) => element.open());
    await isOpen(page);
  });
}

test('properties of our names that the page had before ours neither throw nor hide what is only to be read', async (t) => {
  const script = `<script type="module">
    const widget = document.querySelector('chataibot-widget');
    Object.assign(widget, { ready: 1, state: 'x', open: () => (globalThis.called = true), heading: 'Early' });
    await import('/chataibot.js');
  </script>`;
  const page = await open(t, { body: WIDGET, script });
  const found = await widget(page, (element) => [element.state.open, typeof element.ready.then, element.heading]);
  assert.deepEqual(found, [false, 'function', 'Early']);
  await widget(page, (element) => element.open());
  await isOpen(page);
  assert.deepEqual(page.lines, []);
});

test('update takes open as it takes every flag', async (t) => {
  const page = await open(t, { body: WIDGET });
  await widget(page, (element) => element.update({ open: 'false' }));
  assert.deepEqual(fetched(page), []);
  await widget(page, (element) => element.update({ open: true }));
  await isOpen(page);
  await widget(page, (element) => element.update({ open: 'false' }));
  await isClosed(page);
});

test('a launcher whose attention is false does not nod', async (t) => {
  const nods = (page) =>
    page.evaluate(() => getComputedStyle(document.querySelector('chataibot-widget').shadowRoot.querySelector('.launcher')).animationName);
  const page = await open(t, { body: '<chataibot-widget attention="false" teaser="Hello" teaser-delay="0"></chataibot-widget>' });
  await page.getByRole('button', { name: 'Hello' }).waitFor();
  // The stubbed styles contain no tokens.
  await page.addStyleTag({ content: 'chataibot-widget { --_motion: 1 }' });
  assert.equal(await nods(page), 'none');
  await widget(page, (element) => element.setAttribute('attention', 'true'));
  await until('it nods', async () => (await nods(page)) === 'attention');
});
