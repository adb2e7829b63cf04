// Tests of `metrics()`: what the widget cost on a page.

import assert from 'node:assert/strict';
import test from 'node:test';
import { open } from './harness.mjs';

const WIDGET = '<chataibot-widget></chataibot-widget>';
const metrics = (page) => page.evaluate(() => document.querySelector('chataibot-widget').metrics());

test('asking what the widget cost fetches what counts, and not the program', async (t) => {
  const page = await open(t, { body: WIDGET });
  const { launcher, requests, typing, reply } = await metrics(page);
  assert.ok(launcher > 0, `the launcher came after ${launcher} ms`);
  // Chromium may record the file with this method, chataibot-page.js, a moment later.
  assert.ok([1, 2].includes(requests), `${requests} files`);
  assert.deepEqual([typing, reply], [null, null], 'nothing was opened');
  assert.ok(page.requests.includes('/chataibot-metrics.js'));
  assert.ok(!page.requests.includes('/chataibot-widget_bg.wasm'));
});

test('what the widget cost has files, bytes, times in their order, and long tasks', async (t) => {
  const page = await open(t, { body: WIDGET });
  await page.evaluate(() => document.querySelector('chataibot-widget').open());
  await page.evaluate(() => {
    globalThis.tell('message', { author: 'visitor', text: 'Hello' });
    const work = (done) => {
      const end = performance.now() + 120;
      while (performance.now() < end);
      // A task is counted after it has ended.
      setTimeout(done, 0);
    };
    return new Promise((resolve) => setTimeout(work, 0, resolve));
  });
  assert.equal((await metrics(page)).reply, null, 'what the visitor said is no reply');
  await page.evaluate(() => globalThis.tell('message', { author: 'bot', text: 'Hello' }));
  const { requests, bytes, launcher, typing, reply, longTasks } = await metrics(page);
  assert.ok(launcher <= typing && typing <= reply, `${launcher}, ${typing}, ${reply}`);
  assert.equal(requests, page.requests.filter((path) => /^\/chataibot(?!-metrics)/.test(path)).length, `${page.requests}`);
  assert.ok(bytes > 1_000, `${bytes} bytes`);
  assert.ok(longTasks.count >= 1 && longTasks.blocked >= 20, JSON.stringify(longTasks));
});
