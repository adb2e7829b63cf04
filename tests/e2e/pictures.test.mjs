//! Checks every scene in six ways of display: nothing extends beyond the window and no text is cut
//! off. With `CHATAIBOT_PICTURES=1` each is photographed for people to look at:
//! tests/pictures/out/<way>/<scene>.png.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { devices } from 'playwright-core';
import { story } from './harness.mjs';
import { everything, player, show } from './scenes.mjs';

const isPhotographed = process.env.CHATAIBOT_PICTURES === '1';
const PICTURES = new URL('../pictures/out/', import.meta.url);

const { defaultBrowserType, ...PHONE } = devices['iPhone 13'];
const WAYS = {
  desktop: { visitor: { viewport: { width: 900, height: 780 } } },
  dark: { visitor: { viewport: { width: 900, height: 780 }, colorScheme: 'dark' }, page: { head: '<meta name="color-scheme" content="light dark">' } },
  phone: { visitor: PHONE },
  narrow: { visitor: { viewport: { width: 320, height: 640 } } },
  german: { visitor: { viewport: { width: 900, height: 780 } }, page: { language: 'de' } },
  rtl: { visitor: { viewport: { width: 900, height: 780 } }, page: { language: 'ar', direction: 'rtl' } },
};

/** Returns the faults of what is visible now. */
const faults = (page) =>
  page.evaluate(() => {
    const { shadowRoot } = document.querySelector('chataibot-widget');
    const found = [];
    const name = (element) => `${element.localName}[${element.part || element.className?.baseVal || element.className}] ${element.textContent.slice(0, 40)}`;
    const window_ = shadowRoot.querySelector('[part~="window-open"]');
    for (const beside of shadowRoot.querySelectorAll('[part~="preview"], [part~="launcher"]')) {
      const { left, right, top, bottom } = beside.getBoundingClientRect();
      if (left < 0 || right > innerWidth || top < 0 || bottom > innerHeight) found.push(`${beside.part} leaves the page`);
    }
    if (!window_) return found;
    const frame = window_.getBoundingClientRect();
    if (frame.left < -0.5 || frame.right > innerWidth + 0.5 || frame.top < -0.5 || frame.bottom > innerHeight + 0.5) {
      found.push(`the window leaves the page: ${JSON.stringify(frame)}`);
    }
    const scrolls = (element) => {
      for (let at = element; at && at !== window_; at = at.parentElement) {
        if (/auto|scroll/.test(getComputedStyle(at).overflowX) && at.part?.contains('list') !== true) return true;
      }
      return false;
    };
    for (const element of window_.querySelectorAll('*')) {
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      const unseen = element.closest('.unseen, [hidden]') || style.visibility === 'hidden' || !box.width || !box.height;
      if (unseen) continue;
      if ((box.left < frame.left - 1 || box.right > frame.right + 1) && !scrolls(element)) found.push(`out of the window: ${name(element)}`);
      const cuts = style.overflowX !== 'visible' && !/auto|scroll/.test(style.overflowX) && style.textOverflow !== 'ellipsis';
      if (cuts && element.scrollWidth > element.clientWidth + 1 && element.textContent.trim()) found.push(`words cut off: ${name(element)}`);
    }
    if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls sideways');
    return found;
  });

for (const [way, settings] of Object.entries(WAYS)) {
  story(`pictures: ${way}`, async (world) => {
    const folder = new URL(`${way}/`, PICTURES);
    if (isPhotographed) await mkdir(folder, { recursive: true });
    const page = await player(world, settings);
    const found = [];
    for (const [name, scene, attributes] of everything()) {
      await show(page, scene, attributes);
      if (isPhotographed) await page.screenshot({ path: new URL(`${name.replaceAll(/\W+/g, '-')}.png`, folder).pathname });
      found.push(...(await faults(page)).map((line) => `${name}: ${line}`));
    }
    assert.deepEqual(found, [], `${found.length} faults`);
  }, { timeout: 480_000 });
}
