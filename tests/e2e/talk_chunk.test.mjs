//! Tests of the chunk for conversations: it is fetched when the visitor sends a message, not for an
//! empty window, and no message is lost if it cannot be fetched.

import assert from 'node:assert/strict';
import { siteByEnvironment, story, until } from './harness.mjs';

/** The chunk's file. Its name contains a hash of the program it belongs to. */
const PART = /\/chataibot-talk-[0-9a-f]+\.wasm$/;

/** Returns the chunks that a page has fetched so far. */
const parts = (page) =>
  page.evaluate(() => {
    const names = performance.getEntriesByType('resource').map(({ name }) => name.split('/').pop());
    return names.filter((name) => /^chataibot-.*-[0-9a-f]+\.wasm$/.test(name));
  });

/** Sends a message that the list shows as plain text, since its own code has not arrived either. */
async function sayPlainly(widget, text) {
  // Before the program has started, the shell shows a bubble for it.
  await widget.page.waitForFunction(() => document.querySelector('chataibot-widget').state.ready);
  await widget.input.fill(text);
  await widget.input.press('Control+Enter');
  await widget.part('list').filter({ hasText: text }).waitFor();
  assert.equal(await widget.part('bubble').count(), 0);
}

story('an empty window fetches no part; the first letter fetches what talking needs', async (world) => {
  const { widget, page } = await world.chat();
  await widget.part('input').waitFor();
  assert.deepEqual(await parts(page), []);
  await widget.input.fill('H');
  await until('it was fetched', async () => (await parts(page)).some((name) => name.includes('-talk-')));
  await widget.say('Hello');
  await widget.settles();
}, { proxy: siteByEnvironment({}) });

story('where it cannot be fetched, what was said stands in the list and goes out later', async (world) => {
  const { widget, page, visitor } = await world.chat();
  // The browser's own line, and that of the code that fetches chunks.
  visitor.expect(/503|Failed to execute 'compile' on 'WebAssembly'/);
  await page.route(PART, (route) => route.fulfill({ status: 503 }));
  await sayPlainly(widget, 'buttons');
  await widget.part('status').filter({ hasText: 'Reconnecting…' }).waitFor();
  await page.unroute(PART);
  await widget.part('answer').first().waitFor();
  await widget.settles();
});

story('what was said without it goes out after a reload', async (world) => {
  const { widget, page, visitor } = await world.chat();
  visitor.expect(/503|Failed to execute 'compile' on 'WebAssembly'/);
  await page.route(PART, (route) => route.fulfill({ status: 503 }));
  await sayPlainly(widget, 'buttons');
  await page.unroute(PART);
  await page.reload();
  await widget.part('answer').first().waitFor();
  await widget.settles();
});
