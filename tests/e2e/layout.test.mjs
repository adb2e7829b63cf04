//! Compares the layout and colours of every scene (light, dark, on a phone, right to left) with the
//! stored ones, so that no look changes by accident. After an intended change run `cargo xtask
//! pictures layout`, and review the differences.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Camera } from '../pictures/camera.mjs';
import { differences, kept, layouts, read, write } from '../pictures/layout.mjs';

/** How many differences are printed: most changes recur everywhere. */
const TOLD = 12;

test('every scene lies and is painted as it is kept', { timeout: 240_000 }, async () => {
  const camera = await Camera.open();
  try {
    const [before, now] = await Promise.all([kept(), layouts(camera)]);
    const told = Object.entries(now).flatMap(([way, scenes]) => {
      assert.ok(Object.values(scenes).every((lines) => lines.length > 0), 'every scene shows something');
      return differences(before[way], scenes).map((line) => `${way}: ${line}`);
    });
    assert.equal(told.length, 0, `${told.length} differ; if they are to, run: cargo xtask pictures layout\n${told.slice(0, TOLD).join('\n')}`);
  } finally {
    await camera.close();
  }
});

test('a part that moved, changed its colour, came or went is a difference, and rounding is none', () => {
  const kept = { greeting: ['title 10 20 30 40 color=(1_2_3)', 'send 1 1 5 5'] };
  const change = (line) => differences(kept, { greeting: [line, 'send 1 1 5 5'] }).length;
  assert.deepEqual(['title 10 20 30 40 color=(1_2_3)', 'title 11 20 29 40 color=(1_2_3)', 'title * 20 * 40 color=(1_2_3)'].map(change), [0, 0, 0]);
  assert.deepEqual(['title 12 20 30 40 color=(1_2_3)', 'title 10 20 30 40 color=(1_2_4)', 'title 10 20 30 40', 'heading 10 20 30 40 color=(1_2_3)'].map(change), [1, 1, 1, 1]);
  assert.equal(differences(kept, { greeting: ['send 1 1 5 5'] }).length, 1);
  assert.equal(differences(kept, {}).length, 1);
  assert.deepEqual(read(write(kept)), kept);
});
