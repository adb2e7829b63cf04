//! Tests of pages that show an element full screen: launcher and window are usable above it, but
//! not above a film.

import assert from 'node:assert/strict';
import { Widget, story, until } from './harness.mjs';

const NOT_WEBKIT = { notWebkit: 'WebKitGTK crashes now and then where its driver has the screen filled' };
const BOX = 'background: #cde; width: 300px; height: 200px; display: block';

/** Whether a part is the topmost element at its centre, where a pointer would hit it. */
const isReached = (page, part) =>
  page.evaluate((part) => {
    let host = document.querySelector('chataibot-widget');
    let root = document;
    host ??= [...document.querySelectorAll('*')].find((one) => one.shadowRoot?.querySelector('chataibot-widget')).shadowRoot.querySelector('chataibot-widget');
    const element = host.shadowRoot.querySelector(`[part~="${part}"]`);
    const { left, top, width, height } = element.getBoundingClientRect();
    let found = root.elementFromPoint(left + width / 2, top + height / 2);
    while (found?.shadowRoot) {
      const inner = found.shadowRoot.elementFromPoint(left + width / 2, top + height / 2);
      if (!inner || inner === found) break;
      found = inner;
    }
    return element === found || element.contains(found);
  }, part);

const fill = (page, selector) => page.evaluate((selector) => document.querySelector(selector).requestFullscreen(), selector);
const leave = (page) => page.evaluate(() => document.exitFullscreen());

const PLACES = {
  'that it is inside of': [`<div id="app" style="${BOX}"><chataibot-widget></chataibot-widget></div>`, '#app'],
  'beside it': [`<div id="app" style="${BOX}"></div><chataibot-widget></chataibot-widget>`, '#app'],
  'with an invisible frame that measures it, and the chat beside it': [
    `<div id="app" style="${BOX}"><iframe style="position: absolute; inset: 0; width: 100%; height: 100%; opacity: 0; z-index: -1"></iframe></div><chataibot-widget></chataibot-widget>`,
    '#app',
  ],
  'that is the body': ['<chataibot-widget></chataibot-widget>', 'body'],
  'that is the whole document': ['<chataibot-widget></chataibot-widget>', 'html'],
  'with a small film in it': [`<div id="app" style="${BOX}"><video style="width: 100px"></video></div><chataibot-widget></chataibot-widget>`, '#app'],
  'with a film in it, and the chat': [`<div id="app" style="${BOX}"><video style="width: 90vw"></video><chataibot-widget></chataibot-widget></div>`, '#app'],
};

for (const [name, [body, selector]] of Object.entries(PLACES)) {
  story(`full screen: an element ${name}`, async (world) => {
    const page = await (await world.visitor()).tab(world.page({ path: '/full', body }));
    const widget = new Widget(page);
    await widget.launcher.waitFor();
    await fill(page, selector);
    await until('the launcher is reached', () => isReached(page, 'launcher'));
    await widget.open();
    await widget.say('Hello');
    await widget.hears(/./);
    await leave(page);
    await until('the window is reached', () => isReached(page, 'input'));
    await widget.input.focus();
    await fill(page, selector);
    await until('the window is reached', () => isReached(page, 'input'));
    // A chat beside the full-screen element has lost the focus to the browser by now.
    const focused = await widget.input.evaluate((input) => input === input.getRootNode().activeElement);
    assert.equal(focused, !/beside|small/.test(name), 'the focus stays');
    assert.deepEqual(await widget.texts().then((texts) => texts[0]), 'Hello', 'and what was said');
    await leave(page);
    await until('the window is reached', () => isReached(page, 'close'));
    await until('no trace in the page', () => page.evaluate(() => !document.documentElement.outerHTML.includes('<!--chataibot')));
  }, NOT_WEBKIT);
}

story('full screen: one element after the other, inside of the first, and back', async (world) => {
  const body = `<div id="outer" style="${BOX}"><div id="inner" style="${BOX}">A map</div></div><main><chataibot-widget></chataibot-widget></main>`;
  const page = await (await world.visitor()).tab(world.page({ path: '/nested', body }));
  const widget = new Widget(page);
  await widget.open();
  await widget.input.fill('Half a');
  for (const selector of ['#outer', '#inner']) {
    await fill(page, selector);
    await until(`the window is reached in ${selector}`, () => isReached(page, 'input'));
  }
  await widget.input.click();
  await page.keyboard.press('End');
  await page.keyboard.type(' word');
  assert.equal(await widget.input.inputValue(), 'Half a word');
  await leave(page);
  await until('the first fills the screen again', () => page.evaluate(() => document.fullscreenElement?.id === 'outer'));
  await until('the window is reached in the first', () => isReached(page, 'input'));
  await leave(page);
  // The marker of its place in the page is removed once the element is back.
  await until('it is back and no trace is left', () =>
    page.evaluate(() => document.querySelector('main').innerHTML.replace(/<(\S+).*><\/\1>/, '$1') === 'chataibot-widget'));
  await until('the window is reached', () => isReached(page, 'input'));
}, { chromium: 'the drivers of others know one element' });

story('full screen: in an element that shows nothing but its own shadow root, and with `layer="page"`', async (world) => {
  world.host.script('/app.js', "customElements.define('x-app', class extends HTMLElement { connectedCallback() { this.attachShadow({ mode: 'open' }).append('An app'); } });");
  const body = `<x-app id="app" style="${BOX}"></x-app><script src="/app.js"></script>`;
  for (const attributes of ['', 'layer="page"']) {
    const page = await (await world.visitor()).tab(world.page({ path: '/app', body: `${body}<chataibot-widget ${attributes}></chataibot-widget>` }));
    await new Widget(page).launcher.waitFor();
    await fill(page, '#app');
    await until('the launcher is reached', () => isReached(page, 'launcher'));
    await leave(page);
    await until('the element is back', () => page.evaluate(() => document.body.lastElementChild.localName === 'chataibot-widget'));
  }
}, NOT_WEBKIT);

story('full screen: what fills it is written anew or taken away, and the chat is there with what was said; taken away itself it is gone', async (world) => {
  const body = `<div id="app" style="${BOX}"><p>1</p></div><main><chataibot-widget></chataibot-widget></main>`;
  const page = await (await world.visitor()).tab(world.page({ path: '/anew', body }));
  const widget = new Widget(page);
  await widget.open();
  await widget.say('Hello');
  await widget.settles();
  await page.evaluate(() => void (window.program = document.querySelector('chataibot-widget').shadowRoot.querySelector('#window')));
  await fill(page, '#app');
  await until('the window is reached', () => isReached(page, 'input'));
  await page.evaluate(() => (document.querySelector('#app').innerHTML = '<p>2</p>'));
  await until('the window is reached in what is new', () => isReached(page, 'input'));
  await page.evaluate(() => document.querySelector('#app').remove());
  await until('the window is reached in its place', () => isReached(page, 'input'));
  assert.equal(await page.evaluate(() => document.querySelector('chataibot-widget').parentNode.localName), 'main');
  assert.equal((await widget.texts())[0], 'Hello');
  assert.ok(await page.evaluate(() => program.isConnected), 'the program goes on');

  await page.evaluate(() => document.body.append(Object.assign(document.createElement('div'), { id: 'app' })));
  await fill(page, '#app');
  await until('it is inside', () => page.evaluate(() => document.querySelector('#app chataibot-widget') !== null));
  await page.evaluate(() => document.querySelector('chataibot-widget').remove());
  await leave(page);
  await until('nothing is left', () => page.evaluate(() => !document.fullscreenElement && document.querySelector('main').childNodes.length === 0));
  assert.equal(await page.locator('chataibot-widget').count(), 0);
}, NOT_WEBKIT);

const FILMS = {
  'a film': ['<video id="app"></video><chataibot-widget></chataibot-widget>', '#app'],
  'a box with a film': ['<div id="app"><video style="width: 90vw; height: 90vh"></video></div><chataibot-widget></chataibot-widget>', '#app'],
  'a film from elsewhere': ['<iframe id="app" srcdoc="A film"></iframe><chataibot-widget></chataibot-widget>', '#app'],
};

for (const [name, [body, selector]] of Object.entries(FILMS)) {
  story(`full screen: ${name} is not covered, and the chat is back after it`, async (world) => {
    const page = await (await world.visitor()).tab(world.page({ path: '/film', body }));
    await new Widget(page).launcher.waitFor();
    await fill(page, selector);
    await page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('chataibot-top-layer.js')));
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
    assert.equal(await isReached(page, 'launcher'), false);
    await leave(page);
    await until('the launcher is reached', () => isReached(page, 'launcher'));
  }, NOT_WEBKIT);
}
