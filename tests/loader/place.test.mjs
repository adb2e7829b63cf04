// Tests of the position of launcher and window: the top layer, the page's own launcher, elements to
// keep clear of, the teaser, an inline window.

import assert from 'node:assert/strict';
import test from 'node:test';
import { until } from '../e2e/wait.mjs';
import { calls, fetched, gate, mounted, open } from './harness.mjs';

const WIDGET = '<chataibot-widget></chataibot-widget>';
const wants = (attributes) => `<chataibot-widget ${attributes}></chataibot-widget>`;

/** Whether the widget is in the top layer. */
const isOnTop = (page) => page.evaluate(() => document.querySelector('chataibot-widget').shadowRoot.firstElementChild.matches(':popover-open'));

/** Returns how far the widget is shifted out of the way. */
const shift = (page) =>
  page.evaluate(() => getComputedStyle(document.querySelector('chataibot-widget').shadowRoot.firstElementChild).getPropertyValue('--_shift'));

const beside = (page) => page.requests.filter((path) => /beside|extras/.test(path));

test('it is in the top layer with and without the program, after a move, and not where the page does not want it', async (t) => {
  const page = await open(t, { body: `${WIDGET}<main></main>` });
  assert.equal(await isOnTop(page), true);
  await page.evaluate(() => document.querySelector('chataibot-widget').open());
  assert.equal(await isOnTop(page), true);
  await page.evaluate(() => document.querySelector('main').append(document.querySelector('chataibot-widget')));
  assert.equal(await isOnTop(page), true);
  for (const [name, value] of [['layer', 'page'], ['mode', 'inline']]) {
    await page.evaluate(([name, value]) => document.querySelector('chataibot-widget').setAttribute(name, value), [name, value]);
    assert.equal(await isOnTop(page), false, `${name}="${value}"`);
    await page.evaluate((name) => document.querySelector('chataibot-widget').removeAttribute(name), name);
    assert.equal(await isOnTop(page), true);
  }
});

test("a page's own dialog stays above when the page opens the chat below it", async (t) => {
  const page = await open(t, { body: `${WIDGET}<dialog style="position:fixed;inset:0;width:100%;height:100%;max-width:none;max-height:none"></dialog>` });
  await page.evaluate(async () => {
    document.querySelector('dialog').showModal();
    await document.querySelector('chataibot-widget').open();
  });
  assert.equal(await page.evaluate(() => document.elementFromPoint(innerWidth - 50, innerHeight - 50).localName), 'dialog');
});

test('what few pages want is fetched by nobody else', async (t) => {
  const page = await open(t, { body: wants('mode="panel" launcher="label"') });
  await page.evaluate(() => document.querySelector('chataibot-widget').open());
  assert.deepEqual(beside(page), []);
  await page.evaluate(() => (document.querySelector('chataibot-widget').teaser = 'Hello'));
  await until('it is fetched', () => beside(page).includes('/chataibot-beside.js'));
});

test("the page's own launcher opens and closes, says so, and may come late and be replaced", async (t) => {
  const page = await open(t, { body: wants('launcher-for="#help"') });
  await page.evaluate(() => document.body.insertAdjacentHTML('beforeend', '<a id="help" href="/elsewhere">Help</a>'));
  const help = page.locator('#help[aria-haspopup="dialog"]');
  await help.waitFor();
  assert.equal(await help.getAttribute('aria-expanded'), 'false');
  assert.deepEqual(fetched(page), []);
  await help.hover();
  await page.waitForFunction(() => globalThis.calls?.length);
  assert.deepEqual(await calls(page), ['init'], 'the pointer over it is a sign of intent');

  await help.click();
  await page.locator('#help[aria-expanded="true"]').waitFor();
  assert.deepEqual(await calls(page), ['init', 'mount', 'click'], 'as the visitor, not as the page');
  assert.equal(new URL(page.url()).pathname, '/', 'the link is not followed');

  await page.evaluate(() => document.querySelector('#help').replaceWith(Object.assign(document.createElement('button'), { id: 'help' })));
  await page.locator('button#help[aria-expanded="true"]').waitFor();
  await page.locator('button#help').click();
  await page.locator('button#help[aria-expanded="false"]').waitFor();

  await page.evaluate(() => document.querySelector('chataibot-widget').removeAttribute('launcher-for'));
  await page.locator('#help:not([aria-expanded])').waitFor();
});

test('what is no selector gets one line', async (t) => {
  const page = await open(t, { body: wants('launcher-for="#" avoid="<p>"') });
  await until('both are named', () => page.lines.length === 2);
  assert.deepEqual(page.lines.sort(), ['[chataibot] avoid="<p>" is not a selector.', '[chataibot] launcher-for="#" is not a selector.']);
});

test('it keeps clear of what is named, as long as that is there', async (t) => {
  const bar = '<div class="bar" style="position:fixed;inset:auto 0 0;height:50px"></div>';
  const page = await open(t, { body: wants('avoid=".bar, .cart"') });
  assert.equal(await shift(page), '');
  await page.evaluate((bar) => document.body.insertAdjacentHTML('beforeend', bar), bar);
  const moved = (value) =>
    page.waitForFunction((value) => {
      const top = document.querySelector('chataibot-widget').shadowRoot.firstElementChild;
      return getComputedStyle(top).getPropertyValue('--_shift') === value;
    }, value);
  // 50 px and a gap of 12, less the launcher's own distance of 20.
  await moved('42px');
  await page.evaluate(() => (document.querySelector('.bar').style.height = '80px'));
  await moved('72px');
  await page.evaluate(() => (document.querySelector('.bar').style.transform = 'translateY(100%)'));
  await moved('0px');
  await page.evaluate(() => (document.querySelector('.bar').style.transform = ''));
  await moved('72px');
  await page.evaluate(() => document.querySelector('.bar').remove());
  await moved('0px');
  assert.equal(await page.evaluate(() => document.querySelector('chataibot-widget').shadowRoot.querySelector('[style]')), null);
});

test('the teaser comes without the program, opens the chat, and nothing is stored', async (t) => {
  const page = await open(t, { body: wants('teaser="Can I help?" teaser-delay="0"') });
  const teaser = page.getByRole('button', { name: 'Can I help?' });
  await teaser.waitFor();
  assert.deepEqual(fetched(page), []);
  await teaser.click();
  await page.waitForFunction(() => document.querySelector('chataibot-widget').state.open);
  assert.equal(await teaser.count(), 0);
  assert.equal(await page.evaluate(() => localStorage.length), 0);
});

test('a dismissed teaser stays dismissed on this device', async (t) => {
  const page = await open(t, { body: wants('teaser="Can I help?" teaser-delay="0"') });
  await page.getByRole('button', { name: 'Dismiss' }).click();
  assert.equal(await page.getByRole('button', { name: 'Can I help?' }).count(), 0);
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), [`chataibot:${page.origin}:teaser`]);
  await page.evaluate(() => {
    const again = document.createElement('chataibot-widget');
    Object.assign(again, { teaser: 'Can I help?', teaserDelay: 0 });
    const other = document.createElement('chataibot-widget');
    Object.assign(other, { site: 'shop', teaser: 'And I?', teaserDelay: 0 });
    document.body.replaceChildren(again, other);
  });
  await page.getByRole('button', { name: 'And I?' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Can I help?' }).count(), 0);
});

test('on a phone the teaser comes only where the page wants it there', async (t) => {
  const page = await open(t, { body: '<main></main>' });
  await page.setViewportSize({ width: 390, height: 800 });
  await page.evaluate(() => {
    const quiet = document.createElement('chataibot-widget');
    Object.assign(quiet, { teaser: 'Not here', teaserDelay: 0 });
    const loud = document.createElement('chataibot-widget');
    Object.assign(loud, { teaser: 'Here too', teaserDelay: 0, teaserPhone: true });
    document.body.append(quiet, loud);
  });
  await page.getByRole('button', { name: 'Here too' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Not here' }).count(), 0);
});

test('a window in the page is opened by coming into view', async (t) => {
  const page = await open(t, { body: `<div style="height:300vh"></div><div style="height:400px">${wants('mode="inline"')}</div>` });
  await until('what opens it is fetched', () => beside(page).includes('/chataibot-beside.js'));
  assert.deepEqual(fetched(page), []);
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await mounted(page);
  await page.waitForFunction(() => document.querySelector('chataibot-widget').state.open);
});

test('hiding closes and takes everything away, showing brings the launcher back, and neither fetches anything', async (t) => {
  const page = await open(t, { body: WIDGET });
  const hidden = await page.evaluate(async () => {
    const widget = document.querySelector('chataibot-widget');
    await widget.hide();
    return [widget.hidden, widget.shadowRoot.querySelector('button').checkVisibility()];
  });
  assert.deepEqual(hidden, [true, false]);
  const shown = await page.evaluate(async () => {
    const widget = document.querySelector('chataibot-widget');
    await widget.show();
    return [widget.hidden, widget.shadowRoot.querySelector('button').checkVisibility()];
  });
  assert.deepEqual(shown, [false, true]);
  assert.deepEqual(fetched(page), []);
});

test('flags are true or false as properties and there or not as attributes', async (t) => {
  const page = await open(t, { body: wants('attention') });
  const found = await page.evaluate(async () => {
    const widget = document.querySelector('chataibot-widget');
    const before = [widget.attention, widget.teaserPhone];
    await widget.update({ attention: false, 'teaser-phone': true });
    return [...before, widget.hasAttribute('attention'), widget.hasAttribute('teaser-phone')];
  });
  assert.deepEqual(found, [true, false, false, true]);
});

test('what follows the window comes after it and ends with the program', async (t) => {
  const page = await open(t, { body: WIDGET });
  await page.evaluate(() => document.querySelector('chataibot-widget').open());
  await page.waitForFunction(() => globalThis.followed?.length);
  assert.deepEqual(await page.evaluate(() => globalThis.followed), [`chataibot:${page.origin}:`]);
  await page.evaluate(() => document.querySelector('chataibot-widget').remove());
  await page.waitForFunction(() => !globalThis.followed.length);
});

test('no first open waits for what follows the window, but one with a size of its own does', async (t) => {
  const { route, release } = gate('text/javascript', 'export const frame = () => void (globalThis.followed = true);');
  const page = await open(t, { body: WIDGET, routes: { '/chataibot-frame.js': route } });
  await page.evaluate(() => document.querySelector('chataibot-widget').open());
  assert.equal(await page.evaluate(() => globalThis.followed), undefined);
  release();
  await page.waitForFunction(() => globalThis.followed);

  await page.evaluate(() => localStorage.setItem(`chataibot:${location.origin}:size`, '500 600'));
  await page.reload();
  await page.evaluate(() => document.querySelector('chataibot-widget').open());
  assert.equal(await page.evaluate(() => globalThis.followed), true);
});

test('a window stands without what follows it', async (t) => {
  const page = await open(t, { body: WIDGET, routes: { '/chataibot-frame.js': (_, response) => response.writeHead(404).end() } });
  await page.evaluate(() => localStorage.setItem(`chataibot:${location.origin}:size`, '500 600'));
  await page.evaluate(() => document.querySelector('chataibot-widget').open());
  assert.equal(await page.evaluate(() => document.querySelector('chataibot-widget').state.open), true);
  assert.ok(!page.lines.some((line) => line.startsWith('uncaught')), page.lines.join());
});
