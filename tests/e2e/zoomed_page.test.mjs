//! Tests of pages with CSS `zoom`, and of a phone that is pinch-zoomed: sizes and distances on the
//! screen are not those of the style sheet.

import assert from 'node:assert/strict';
import { devices } from 'playwright-core';
import { story, until } from './harness.mjs';

const CHROMIUM = { chromium: 'only Chromium has standardized zoom in every supported version' };
const { defaultBrowserType, ...PHONE } = devices['iPhone 13'];

/** The window's box on the screen, in the page's own pixels, once it stands still. */
async function box(widget) {
  let last;
  await until('it stands still', async () => {
    const before = last;
    last = await widget.window.evaluate((window) => JSON.stringify(window.getBoundingClientRect()));
    return before === last;
  });
  return JSON.parse(last);
}

for (const root of ['html', 'body']) {
  for (const zoom of [0.8, 1.25]) {
    const page = (world, attributes) => world.page({ path: '/zoomed', attributes, head: `<style>${root} { zoom: ${zoom} }</style>` });

    story(`a panel is as high as the screen of a page with zoom: ${zoom} on ${root}`, async (world) => {
      const { widget, page: tab } = await world.chat({ address: page(world, 'mode="panel"') });
      await widget.isFollowed();
      await until('it fills the height', async () => {
        const { top, height } = await box(widget);
        return Math.abs(top) <= 1 && Math.abs(height - tab.viewportSize().height) <= 1;
      });
    }, CHROMIUM);

    story(`the edge of a window follows the pointer in a page with zoom: ${zoom} on ${root}`, async (world) => {
      const { widget, page: tab } = await world.chat({ address: page(world) });
      await widget.isFollowed();
      const { left, width, top, height } = await box(widget);
      await tab.mouse.move(left + 2, top + height / 2);
      await tab.mouse.down();
      await tab.mouse.move(left - 78, top + height / 2, { steps: 4 });
      await tab.mouse.up();
      await until('it is wider by as much as the pointer has moved', async () => Math.abs((await box(widget)).width - width - 80) <= 1.5);
    }, CHROMIUM);
  }
}

story('on a phone that is turned while it is pinch-zoomed the window has the height of the screen', async (world) => {
  const { widget, page } = await world.chat(PHONE);
  await widget.isFollowed();
  const devtools = await page.context().newCDPSession(page);
  const before = await box(widget);
  await devtools.send('Emulation.setPageScaleFactor', { pageScaleFactor: 2 });
  await page.waitForFunction(() => visualViewport.scale > 1.5);
  assert.ok(Math.abs((await box(widget)).height - before.height) <= 1, 'zooming leaves the window as it is');
  await page.setViewportSize({ width: 844, height: 390 });
  await until('it has the height of the turned screen', async () => Math.abs((await box(widget)).height - 390) <= 1);
}, { chromium: 'only Playwright emulates a phone' });

for (const direction of ['ltr', 'rtl']) {
  for (const position of ['bottom-end', 'bottom-start', 'top-end', 'top-start']) {
    story(`at ${position} in a page from ${direction} the window grows from the corner next to the launcher, and the icon of its handle is in the corner across`, async (world) => {
      const address = world.page({ path: '/corner', language: direction === 'rtl' ? 'ar' : 'en', direction, attributes: `position="${position}"` });
      const { widget } = await world.chat({ address });
      await widget.isFollowed();
      const corner = { x: (direction === 'ltr') === position.endsWith('end') ? 1 : 0, y: position.startsWith('bottom') ? 1 : 0 };
      const seen = await widget.window.evaluate((window) => {
        const [x, y] = getComputedStyle(window).transformOrigin.split(' ').map(parseFloat);
        const icon = getComputedStyle(window.querySelector('[part~="resize"] svg')).scale.split(' ').map(Number);
        return { x: x / window.offsetWidth, y: y / window.offsetHeight, icon: icon[0] ? icon : [1, 1] };
      });
      assert.deepEqual([Math.abs(Math.round(seen.x)), Math.abs(Math.round(seen.y))], [corner.x, corner.y], 'where it grows from');
      assert.deepEqual([seen.icon[0], seen.icon[1] ?? seen.icon[0]], [corner.x ? 1 : -1, corner.y ? 1 : -1], 'the icon, drawn for the upper left');
    });
  }
}
