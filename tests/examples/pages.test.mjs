//! Tests of difficult pages: a strict policy, and a theme that styles everything.

import assert from 'node:assert/strict';
import { converse, example } from './harness.mjs';

example('strict-csp', 'a conversation under a strict policy with Trusted Types, from files of the own server');

example('wordpress-theme', 'a classic script, and a theme that styles everything, change nothing in the window', async ({ page, widget }) => {
  await converse({ widget });
  const look = await widget.input.evaluate((field) => {
    const { textTransform, borderTopStyle, letterSpacing } = getComputedStyle(field);
    return { textTransform, borderTopStyle, letterSpacing };
  });
  assert.deepEqual(look, { textTransform: 'none', borderTopStyle: 'none', letterSpacing: 'normal' });
  const box = await widget.window.boundingBox();
  const { width, height } = page.viewportSize();
  assert.ok(box.width > 300 && box.x >= 0 && box.x + box.width <= width && box.y >= 0 && box.y + box.height <= height, 'the whole window is in view');
});
