//! Tests of scrolling by wheel and finger over the window: the page beneath does not scroll,
//! wherever the pointer is; over an inline window it does, once the list has come to its end.

import assert from 'node:assert/strict';
import { Widget, story, until } from './harness.mjs';

const LONG = '<i id="spot" style="position: fixed; inset: 150px auto auto 50px; width: 50px; height: 50px"></i><div style="height: 4000px"></div>';

/** Returns how far the page is scrolled. */
const scrolled = (page) => page.evaluate(() => Math.round(scrollY));

/**
 * Waits until the page has had time to scroll: two frames without a change, after the compositor
 * has answered.
 */
const settled = async (page) => {
  let before = -1;
  await until('nothing scrolls any more', async () => {
    const now = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const list = document.querySelector('chataibot-widget').shadowRoot.querySelector('[part~="list"]');
          const frames = (left) => (left ? requestAnimationFrame(() => frames(left - 1)) : resolve(scrollY + (list?.scrollTop ?? 0) / 1e6));
          frames(6);
        }),
    );
    const same = now === before;
    before = now;
    return same;
  });
};

/** Turns the wheel down and up over the centre of `locator`; returns how far the page scrolled. */
async function wheel(page, locator) {
  const { x, y, width, height } = await locator.boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2);
  let most = 0;
  for (const way of [400, -150]) {
    const from = await scrolled(page);
    await page.mouse.wheel(0, way);
    await settled(page);
    most = Math.max(most, Math.abs((await scrolled(page)) - from));
  }
  return most;
}

/**
 * Swipes with a finger over the centre of `locator`, up and down, and returns how far the page
 * scrolled.
 */
async function swipe(page, locator) {
  const session = await page.context().newCDPSession(page);
  const { x, y, width, height } = await locator.boundingBox();
  let most = 0;
  for (const yDistance of [-200, 80]) {
    const from = await scrolled(page);
    const touch = (type, moved) =>
      session.send('Input.dispatchTouchEvent', { type, touchPoints: moved === undefined ? [] : [{ x: x + width / 2, y: y + height / 2 + moved }] });
    await touch('touchStart', 0);
    for (let step = 1; step <= 10; step++) await touch('touchMove', (yDistance * step) / 10);
    await touch('touchEnd');
    await settled(page);
    most = Math.max(most, Math.abs((await scrolled(page)) - from));
  }
  await session.detach();
  return most;
}

/**
 * Opens the window over a long page that is scrolled a little, and waits for the styles and
 * listeners that load last.
 */
async function over(world, { attributes = '', ...options } = {}) {
  const visitor = await world.visitor({ reducedMotion: 'reduce', ...options });
  const page = await visitor.tab(world.page({ path: `/long${attributes.length}`, body: `<chataibot-widget ${attributes}></chataibot-widget>${LONG}` }));
  const widget = new Widget(page);
  await widget.open();
  await page.evaluate(() => scrollTo(0, 1000));
  await widget.isFollowed();
  return { page, widget };
}

for (const [name, move, options] of [
  ['a wheel', wheel, {}],
  ['a finger', swipe, { hasTouch: true }],
]) {
  story(`scrolling: ${name} over the window leaves the page where it is`, async (world) => {
    const { page, widget } = await over(world, options);
    // A check of the test itself: outside of the window the page scrolls.
    assert.ok((await move(page, page.locator('#spot'))) > 0, 'the page scrolls');
    await page.evaluate(() => scrollTo(0, 1000));
    for (const part of ['header', 'composer', 'input', 'list']) assert.equal(await move(page, widget.part(part).first()), 0, `${part}, before the first message`);
    await widget.part('more').click();
    assert.equal(await move(page, widget.part('menu')), 0, 'menu');
    await page.keyboard.press('Escape');
    for (const text of ['One', 'Two', 'Three', 'Four', 'Five', 'Six', 'image']) {
      await widget.say(text);
      await world.simulator.idle();
    }
    await widget.settles();
    const list = widget.part('list');
    await until('the list is longer than its frame', () => list.evaluate((list) => list.scrollHeight > list.clientHeight * 1.5));
    const before = await list.evaluate((list) => list.scrollTop);
    for (const part of ['header', 'composer', 'input', 'list']) assert.equal(await move(page, widget.part(part).first()), 0, part);
    assert.notEqual(await list.evaluate((list) => list.scrollTop), before, 'the list itself is scrolled');
    for (const edge of ['top', 'bottom']) {
      await list.evaluate((list, edge) => list.scrollTo(0, edge === 'top' ? 0 : list.scrollHeight), edge);
      assert.equal(await move(page, list), 0, `the list at its ${edge}`);
    }
    await widget.input.fill('A line\n'.repeat(30));
    assert.equal(await move(page, widget.input), 0, 'a long text');
    assert.notEqual(await widget.input.evaluate((input) => input.scrollTop), 0, 'which is scrolled itself');
    await widget.part('enlarge').last().click();
    assert.equal(await move(page, widget.part('light-box')), 0, 'light-box');
  });
}

story('scrolling: a wheel turned sideways moves a row of cards, in a list that is not longer than its frame, too', async (world) => {
  const visitor = await world.visitor({ viewport: { width: 1280, height: 1000 }, reducedMotion: 'reduce' });
  const head = '<style>chataibot-widget { --chataibot-window-height: 900px }</style>';
  const page = await visitor.tab(world.page({ path: '/cards', head, body: `<chataibot-widget demo="carousel" open></chataibot-widget>${LONG}` }));
  const widget = new Widget(page);
  const cards = widget.part('cards').first();
  await cards.waitFor();
  await widget.isFollowed();
  await settled(page);
  assert.ok(await widget.part('list').evaluate((list) => list.scrollHeight <= list.clientHeight), 'the list is not longer');
  const { x, y, width, height } = await cards.boundingBox();
  await page.mouse.move(x + width / 3, y + height / 2);
  await page.mouse.wheel(300, 0);
  await until('the cards have moved', () => cards.evaluate((cards) => cards.scrollLeft > 0));
});

story('scrolling: with Control the wheel is the browser’s, over the window as elsewhere', async (world) => {
  const { page, widget } = await over(world);
  // A capturing listener, as the page gets no event of it otherwise; `defaultPrevented` is read
  // afterwards.
  await page.evaluate(() => addEventListener('wheel', (event) => (window.turn = event), { capture: true, passive: true }));
  const { x, y } = await widget.part('header').boundingBox();
  await page.mouse.move(x + 30, y + 30);
  // In this order: wheel events that follow one that was not canceled are no longer cancelable.
  await page.mouse.wheel(0, 100);
  await page.waitForFunction(() => window.turn?.defaultPrevented === true);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, 100);
  await page.waitForFunction(() => window.turn.ctrlKey && window.turn.defaultPrevented === false);
  await page.keyboard.up('Control');
});

story('scrolling: over a window that is a box of the page’s, the page goes on where the list has come to its end', async (world) => {
  const visitor = await world.visitor({ reducedMotion: 'reduce' });
  const body = `<chataibot-widget mode="inline" style="height: 500px"></chataibot-widget>${LONG}`;
  const page = await visitor.tab(world.page({ path: '/inline', body }));
  const widget = new Widget(page);
  await widget.part('window-open').waitFor();
  await widget.isFollowed();
  for (const part of ['list', 'header', 'composer']) {
    await page.evaluate(() => scrollTo(0, 0));
    assert.ok((await wheel(page, widget.part(part))) > 0, part);
  }
});
