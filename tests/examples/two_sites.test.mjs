//! Tests of a page with two widgets of two sites.

import assert from 'node:assert/strict';
import { Widget } from '../e2e/widget.mjs';
import { example } from './harness.mjs';

example('two-sites', 'each has its own conversation with its own proxy, and after a reload still', async ({ world, second, page }) => {
  const places = [
    { selector: '#shop', says: 'To the shop', platform: world.simulator },
    { selector: '#supplier', says: 'To the supplier', platform: second.simulator },
  ];
  const chats = places.map((place) => ({ ...place, widget: new Widget(page, place.selector) }));
  for (const { widget, says } of chats) {
    await widget.open();
    await widget.say(says);
    await widget.settles();
    await widget.hears(/./);
    await widget.close();
  }
  for (const { platform, says } of chats) assert.deepEqual(await platform.heard(), [says], 'nobody hears what is said to the other');
  await page.reload();
  for (const { widget, says } of chats) {
    await widget.beOpen();
    const [first] = await widget.texts();
    assert.equal(first, says, 'each finds its own again');
    await widget.close();
  }
}, { second: 'http://127.0.0.1:8887' });
