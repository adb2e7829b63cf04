//! Checks that Chromium starts without all the features that Playwright disables, and without pages
//! of its own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { launch } from './chromium.mjs';

/** Without this switch the browser does not report its command line. */
const AUTOMATION = '--enable-automation';

/** Returns the features that a browser was started without, and the addresses of its pages. */
async function started(starting) {
  const browser = await starting;
  try {
    const session = await browser.newBrowserCDPSession();
    const { arguments: words } = await session.send('Browser.getBrowserCommandLine');
    await browser.newPage();
    const { targetInfos } = await session.send('Target.getTargets', { filter: [{}] });
    const lists = words.filter((word) => word.startsWith('--disable-features='));
    return { features: lists.at(-1).split('=')[1].split(','), addresses: targetInfos.map(({ url }) => url) };
  } finally {
    await browser.close();
  }
}

test('a browser of ours is without what Playwright turns off, and opens no page but the test’s', { timeout: 60_000 }, async () => {
  const playwrights = await started(chromium.launch({ executablePath: process.env.CHROMIUM, chromiumSandbox: false, args: [AUTOMATION] }));
  const ours = await started(launch({ args: [AUTOMATION] }));
  const missing = playwrights.features.filter((feature) => !ours.features.includes(feature));
  assert.deepEqual(missing, []);
  assert.deepEqual([...new Set(ours.addresses)], ['about:blank']);
});
