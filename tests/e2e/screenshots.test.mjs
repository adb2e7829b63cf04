//! Screenshots in typical environments, for people to look at, and the few facts about layout that
//! a machine can check.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { devices } from 'playwright-core';
import { story, until } from './harness.mjs';

const PICTURES = new URL('../pictures/out/', import.meta.url);

const SETTINGS = {
  desktop: {},
  dark: { visitor: { colorScheme: 'dark' }, page: { head: '<meta name="color-scheme" content="light dark">' } },
  rtl: { visitor: { locale: 'ar' }, page: { language: 'ar', direction: 'rtl' } },
  phone: { visitor: devices['iPhone 13'] },
  'phone-dark': { visitor: { ...devices['iPhone 13'], colorScheme: 'dark' }, page: { head: '<meta name="color-scheme" content="light dark">' } },
  narrow: { visitor: { viewport: { width: 320, height: 640 } } },
  'forced-colors': { visitor: { forcedColors: 'active' } },
};

for (const [name, settings] of Object.entries(SETTINGS)) {
  story(`looks: ${name}`, async (world) => {
    await mkdir(PICTURES, { recursive: true });
    const address = world.page({ path: `/${name}`, ...settings.page });
    const { defaultBrowserType, ...visitor } = settings.visitor ?? {};
    const { widget, page } = await world.chat({ address, ...visitor });
    const picture = (moment) => page.screenshot({ path: new URL(`${name}-${moment}.png`, PICTURES).pathname, animations: 'disabled' });
    await picture('empty');
    await widget.say('rich');
    await widget.hears(/./);
    await widget.say('long word');
    await world.simulator.idle();
    await widget.say(name === 'rtl' ? 'rtl' : 'buttons');
    await widget.settles();
    await world.simulator.idle();
    await until('the last reply is there', async () => (await widget.transcript()).at(-1).by === 'bot');
    await until('it is scrolled to', () => widget.part('list').evaluate((list) => list.scrollHeight - list.clientHeight - list.scrollTop < 2));
    await picture('conversation');

    const box = await widget.window.boundingBox();
    const { width, height } = page.viewportSize();
    assert.ok(box.x >= 0 && box.x + box.width <= width + 0.5, `the window is inside the page: ${JSON.stringify(box)}`);
    assert.ok(box.y >= 0 && box.y + box.height <= height + 0.5, `the window is inside the page: ${JSON.stringify(box)}`);
    const wide = await widget.part('list').evaluate((list) => list.scrollWidth - list.clientWidth);
    assert.ok(wide <= 0, `the list scrolls sideways by ${wide}`);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, 'the page does not scroll sideways');
  });
}
