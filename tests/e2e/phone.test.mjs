//! Tests of what only phones have: a window that fills the screen, a Back button, and rotation.

import assert from 'node:assert/strict';
import { devices } from 'playwright-core';
import { BROWSER, Widget, story, until } from './harness.mjs';

const { defaultBrowserType, ...IPHONE } = devices['iPhone 13'];
/**
 * Only Playwright can emulate a phone. Other browsers' windows cannot be that narrow, but they can
 * be as low as a phone in landscape.
 */
const PHONE = BROWSER === 'chromium' ? { ...IPHONE, viewport: { width: 390, height: 844 } } : { viewport: { width: 640, height: 400 } };

/**
 * A page that keeps its own routes in the history, as frameworks do, and records the history's
 * events and its own calls.
 */
const ROUTES = `
  window.heard = [];
  for (const type of ['popstate', 'hashchange']) addEventListener(type, () => heard.push(type), true);
  const { pushState, replaceState } = history;
  history.pushState = (...values) => (heard.push('push'), pushState.apply(history, values));
  history.replaceState = (...values) => (heard.push('replace'), replaceState.apply(history, values));
  replaceState.call(history, { route: location.pathname }, '');`;

/** Returns a visitor with a phone who navigated from /shop to /product. */
async function shopper(world, options = {}) {
  world.host.script('/routes.js', ROUTES);
  const { page: more, ...settings } = options;
  const scripts = `<script src="/routes.js"></script><a id="go" href="/product">Go</a><a id="out" href="/checkout">Out</a>`;
  for (const path of ['/shop', '/product', '/checkout']) world.page({ path, scripts, ...more });
  const visitor = await world.visitor({ ...PHONE, ...settings });
  const page = await visitor.tab(`${world.host.origin}/shop`);
  await page.locator('#go').tap();
  await page.waitForURL('**/product');
  return { visitor, page, widget: new Widget(page) };
}

/** Returns the history state of the chat's iframe, through which it handles Back. */
const entry = (widget) => widget.part('window').evaluate((window) => window.getRootNode().querySelector('iframe')?.contentWindow.history.state);
/** Waits for the history entry, which is made once the code loaded later has arrived. */
const isReady = (widget) => until('Back is the window’s', async () => (await entry(widget)) === 1);
const isUndone = (widget) => until('the entry is gone', async () => (await entry(widget)) === null);

async function opens(widget) {
  await widget.launcher.tap();
  await widget.part('window-open').waitFor();
  await isReady(widget);
}

const isOver = (widget) => widget.part('window-open').count();
const closes = (widget) => until('the window is closed', async () => !(await isOver(widget)));
const history = (page) => page.evaluate(() => ({ heard, state: history.state, path: location.pathname }));
/**
 * Once its iframe was lost, WebKit reports no event for the Back that would close the window; the
 * next Back leaves the page.
 */
const LOST = { notWebkit: 'WebKit knows no frame again that was made anew' };
const AS_IT_WAS = { heard: [], state: { route: '/product' }, path: '/product' };

story('on a phone Back closes the window, and only then leaves the page, whose history knows nothing of it', async (world) => {
  const { page, widget } = await shopper(world);
  await opens(widget);
  assert.deepEqual(await history(page), AS_IT_WAS);
  await page.goBack();
  await closes(widget);
  assert.deepEqual(await history(page), AS_IT_WAS);
  await page.goBack();
  await page.waitForURL('**/shop');
  await widget.launcher.waitFor();
  assert.equal(await isOver(widget), 0);
});

story('on a phone a visitor who touches the window in its first moments stays on the page', async (world) => {
  const { page, widget } = await shopper(world);
  // As early as possible: when the history's iframe exists and has not loaded.
  await page.evaluate(() => {
    const root = document.querySelector('chataibot-widget').shadowRoot;
    new MutationObserver((_, watch) => {
      if (!root.querySelector('iframe')) return;
      watch.disconnect();
      root.querySelector('#window').dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true }));
    }).observe(root, { childList: true });
  });
  await opens(widget);
  await page.goBack();
  await closes(widget);
  assert.deepEqual(await history(page), AS_IT_WAS);
  await page.goBack();
  await page.waitForURL('**/shop');
});

story('on a phone a window that was closed by its button takes no press of Back', async (world) => {
  const { page, widget } = await shopper(world);
  for (let times = 0; times < 2; times++) {
    await opens(widget);
    await widget.close();
    await isUndone(widget);
  }
  assert.deepEqual(await history(page), AS_IT_WAS);
  await page.goBack();
  await page.waitForURL('**/shop');
});

story('on a phone Forward brings back the window that its button has closed', async (world) => {
  const { page, widget } = await shopper(world);
  await opens(widget);
  await widget.close();
  await isUndone(widget);
  await page.evaluate(() => window.history.forward());
  await widget.part('window-open').waitFor();
  await page.evaluate(() => window.history.back());
  await closes(widget);
  assert.deepEqual(await history(page), AS_IT_WAS);
});

story('on a phone a route that the page has gone to meanwhile is not taken back when the window closes', async (world) => {
  const { page, widget } = await shopper(world);
  await opens(widget);
  await page.evaluate(() => {
    document.querySelector('chataibot-widget').close();
    history.pushState({ route: '/next' }, '', '/next');
  });
  await closes(widget);
  await page.evaluate(() => new Promise((done) => setTimeout(done, 50)));
  assert.deepEqual(await history(page), { heard: ['push'], state: { route: '/next' }, path: '/next' });
});

for (const [name, change] of Object.entries({
  'gone to a new route': () => {
    document.querySelector('chataibot-widget').close();
    history.pushState({ route: '/next' }, '', '/next');
  },
  'replaced its route': () => {
    history.replaceState(history.state, '', '/product?seen');
    document.querySelector('chataibot-widget').close();
  },
})) {
  story(`on a phone one Back closes a window that was closed and opened again when the page had ${name}`, async (world) => {
    const { page, widget } = await shopper(world);
    await opens(widget);
    await page.evaluate(change);
    await closes(widget);
    await until('the entry is gone', async () => (await entry(widget)) !== 1);
    await opens(widget);
    const address = page.url();
    await goesBack(page);
    await closes(widget);
    assert.equal(page.url(), address);
  });
}

story('on a phone a page is loaded again without a window in which nothing was said', async (world) => {
  const { page, widget } = await shopper(world);
  await opens(widget);
  await page.reload();
  await widget.launcher.tap({ trial: true });
  assert.equal(await isOver(widget), 0);
  assert.deepEqual(await page.evaluate(() => Object.keys({ ...sessionStorage })), [], 'nothing is stored');
});

story('on a phone a page that comes back from the cache is not covered by a window in which nothing was said', async (world) => {
  const { page, widget } = await shopper(world, { backForwardCache: true });
  await opens(widget);
  await page.evaluate(() => (window.same = true));
  await page.evaluate(() => document.querySelector('#out').click());
  await page.waitForURL('**/checkout');
  await page.evaluate(() => window.history.back());
  // Restored from the cache, so there is no load event.
  await page.waitForURL('**/product', { waitUntil: 'commit' });
  await closes(widget);
  assert.equal(await page.evaluate(() => window.same), true, 'it came from the cache');
}, { chromium: 'a driver keeps no page in the cache' });

story('on a phone a page that comes back from the cache takes no more presses of Back than before', async (world) => {
  const { page, widget } = await shopper(world, { backForwardCache: true });
  await opens(widget);
  await widget.say('Hello');
  await widget.settles();
  await page.evaluate(() => document.querySelector('#out').click());
  await page.waitForURL('**/checkout');
  await goesBack(page);
  await page.waitForURL('**/product', { waitUntil: 'commit' });
  // The browser may have loaded it again.
  await isReady(widget);
  await widget.close();
  await isUndone(widget);
  await opens(widget);
  await goesBack(page);
  await closes(widget);
  // Playwright does not always notice a page that comes from the cache, so the browser is asked.
  const { currentIndex, entries } = await (await page.context().newCDPSession(page)).send('Page.getNavigationHistory');
  assert.deepEqual(entries.slice(0, currentIndex + 1).slice(-2).map(({ url }) => new URL(url).pathname), ['/shop', '/product']);
}, { chromium: 'a driver keeps no page in the cache' });

story('on a phone Back closes the window under the strictest policy, too', async (world) => {
  const proxy = world.proxy.address;
  const policy = `default-src 'none'; script-src 'self' ${proxy} 'wasm-unsafe-eval'; connect-src 'self' ${proxy}; img-src 'self' ${proxy}; require-trusted-types-for 'script'; trusted-types 'none'`;
  const { page, widget } = await shopper(world, { page: { headers: { 'content-security-policy': policy } } });
  await opens(widget);
  await page.goBack();
  await closes(widget);
  assert.deepEqual(await history(page), AS_IT_WAS);
}, { notWebkit: 'a policy without unsafe-eval keeps its driver from asking the page' });

/** Goes back a moment later: an evaluation in a page that is being left never returns. */
const goesBack = (page) => page.evaluate(() => void setTimeout(() => window.history.back()));

story('on a phone the first Back after the page was loaded again with the chat open closes the chat, and the second leaves the page', async (world) => {
  const { page, widget } = await shopper(world);
  await opens(widget);
  await widget.say('Hello');
  await widget.settles();
  await page.reload();
  await widget.part('window-open').waitFor();
  await isReady(widget);
  await page.goBack();
  await closes(widget);
  assert.equal(new URL(page.url()).pathname, '/product');
  await page.goBack();
  await page.waitForURL('**/shop');
}, LOST);

story('on a phone Forward brings back the window that Back has closed, and the page hears nothing of either', async (world) => {
  const { page, widget } = await shopper(world);
  await opens(widget);
  await page.evaluate(() => document.querySelector('chataibot-widget').ready.then(() => {}));
  await goesBack(page);
  await closes(widget);
  await until('it has faded', () =>
    page.evaluate(() => getComputedStyle(document.querySelector('chataibot-widget').shadowRoot.querySelector('#window')).visibility === 'hidden'),
  );
  await page.evaluate(() => window.history.forward());
  await widget.part('window-open').waitFor();
  await goesBack(page);
  await closes(widget);
  assert.deepEqual(await history(page), AS_IT_WAS);
  await goesBack(page);
  await page.waitForURL('**/shop');
});

story('on a phone Forward brings back the window at once, while it still fades', async (world) => {
  const { page, widget } = await shopper(world);
  await opens(widget);
  await page.evaluate(() => document.querySelector('chataibot-widget').ready.then(() => {}));
  // Closing by Back must add no history entry: removing it later would conflict with the visitor's
  // Forward.
  await page.evaluate(() => {
    const { History } = document.querySelector('chataibot-widget').shadowRoot.querySelector('iframe').contentWindow;
    History.prototype.pushState = () => heard.push('entry');
  });
  for (let times = 0; times < 2; times++) {
    await goesBack(page);
    await closes(widget);
    await page.evaluate(() => window.history.forward());
    await widget.part('window-open').waitFor();
    await isReady(widget);
  }
  assert.deepEqual(await history(page), AS_IT_WAS);
  await goesBack(page);
  await closes(widget);
  await goesBack(page);
  await page.waitForURL('**/shop');
});

story('on a phone with two chats Back closes the one that is open, whichever was before', async (world) => {
  const body = '<chataibot-widget id="one"></chataibot-widget><chataibot-widget id="two" position="bottom-start"></chataibot-widget>';
  const { page } = await shopper(world, { page: { body } });
  const [one, two] = ['#one', '#two'].map((id) => new Widget(page, id));
  await opens(one);
  await page.goBack();
  await closes(one);
  await opens(two);
  await page.goBack();
  await closes(two);
  await opens(one);
  await one.close();
  await isUndone(one);
  await opens(two);
  await page.goBack();
  await closes(two);
  assert.deepEqual(await history(page), AS_IT_WAS);
  await page.goBack();
  await page.waitForURL('**/shop');
});

story('on a phone Back closes a window that was closed and opened again at once, and only then leaves the page', async (world) => {
  const { page, widget } = await shopper(world);
  await opens(widget);
  for (const between of [0, 1, 10, 40]) {
    await page.evaluate(async (between) => {
      const host = document.querySelector('chataibot-widget');
      await host.close();
      if (between) await new Promise((resolve) => setTimeout(resolve, between));
      await host.open();
    }, between);
    await widget.part('window-open').waitFor();
    await isReady(widget);
  }
  await page.goBack();
  await closes(widget);
  assert.deepEqual(await history(page), AS_IT_WAS);
  await page.goBack();
  await page.waitForURL('**/shop');
});

story('on a phone Back closes the light-box first, then the window, then leaves the page', async (world) => {
  const { page, widget } = await shopper(world);
  await opens(widget);
  await widget.say('image');
  await widget.part('enlarge').first().tap();
  await widget.part('light-box').waitFor();
  await page.goBack();
  await widget.part('light-box').waitFor({ state: 'hidden' });
  assert.equal(await isOver(widget), 1);
  await isReady(widget);
  await page.goBack();
  await closes(widget);
  await page.goBack();
  await page.waitForURL('**/shop');
});

for (const [name, end] of [['destroyed', 'destroy'], ['removed', 'remove']]) {
  story(`on a phone a chat that is ${name} while it is open takes no press of Back`, async (world) => {
    const { page, widget } = await shopper(world);
    await opens(widget);
    const before = await page.evaluate(() => (window.host = document.querySelector('chataibot-widget')).shadowRoot.querySelectorAll('iframe').length);
    assert.equal(before, 1);
    await page.evaluate((end) => window.host[end](), end);
    await until('nothing of it is left', () => page.evaluate(() => !window.host.shadowRoot.querySelector('iframe')));
    assert.deepEqual(await history(page), AS_IT_WAS);
    await page.goBack();
    await page.waitForURL('**/shop');
  });
}

story('on a phone Back closes a chat that the page has moved while it was open', async (world) => {
  const { page, widget } = await shopper(world);
  await opens(widget);
  await page.evaluate(() => document.body.prepend(document.querySelector('chataibot-widget')));
  assert.equal(await isOver(widget), 1);
  await isReady(widget);
  await page.goBack();
  await closes(widget);
  assert.deepEqual(await history(page), AS_IT_WAS);
  await page.goBack();
  await page.waitForURL('**/shop');
}, LOST);

story('on a desktop nothing is fetched for Back, until the window is as narrow as a phone', async (world) => {
  const { page, widget } = await world.chat();
  const fetched = () => page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => name.includes('chataibot-back')).length);
  await widget.say('Hello');
  await widget.settles();
  assert.equal(await fetched(), 0);
  await page.setViewportSize(PHONE.viewport);
  await until('it is fetched', async () => (await fetched()) === 1);
  await isReady(widget);
});

const fromEnd = (widget) => widget.part('list').evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight);

/** Has a conversation with long messages. */
async function talk(world, widget) {
  for (let number = 0; number < 6; number++) {
    const words = Array.from({ length: 60 }, (_, at) => `word${number}x${at}`).join(' ');
    await widget.say(words);
  }
  await widget.settles();
}

const SHAPES =
  BROWSER === 'chromium'
    ? [{ width: 844, height: 390 }, PHONE.viewport, { width: 320, height: 480 }, { width: 390, height: 500 }, PHONE.viewport]
    : [{ width: 844, height: 390 }, PHONE.viewport, { width: 560, height: 420 }, { width: 700, height: 340 }, PHONE.viewport];

story('on a phone that is turned, with and without a keyboard, who is at the end stays there', async (world) => {
  const { widget, page } = await world.chat(PHONE);
  await talk(world, widget);
  await until('it is at the end', async () => (await fromEnd(widget)) <= 1);
  for (const shape of SHAPES) {
    await page.setViewportSize(shape);
    await until(`it is at the end at ${shape.width} × ${shape.height}`, async () => (await fromEnd(widget)) <= 1);
    assert.equal(await widget.part('jump').count(), 0);
  }
});

for (const zoom of [0.8, 1.25]) {
  story(`on a phone the window fills the screen of a page with zoom: ${zoom}`, async (world) => {
    const visitor = await world.visitor(PHONE);
    const page = await visitor.tab(world.page({ path: '/zoomed', head: `<style>html { zoom: ${zoom} }</style>` }));
    const widget = new Widget(page);
    await widget.launcher.tap();
    await widget.part('window-open').waitFor();
    await widget.isFollowed();
    const boxes = () =>
      widget.window.evaluate((window) => {
        const [{ top, height }, { bottom }] = [window, window.querySelector('[part~="composer"]')].map((element) => element.getBoundingClientRect());
        return { top, height, bottom, screen: innerHeight };
      });
    await until('it fills the screen', async () => {
      const { top, height, screen } = await boxes();
      return Math.abs(top) <= 1 && Math.abs(height - screen) <= 1;
    });
    const { bottom, screen } = await boxes();
    assert.ok(bottom <= screen + 1, 'the field is on the screen');
  }, { chromium: 'only Playwright emulates a phone' });
}
