//! Tests of pages that replace each other without a load: the element stays, with its open window
//! and its conversation.

import assert from 'node:assert/strict';
import { converse, example } from './harness.mjs';

/** The chat continues on the next page, in the same element, and no file is fetched again. */
async function goesAlong({ page, widget }) {
  await converse({ widget });
  await page.evaluate(() => (document.querySelector('chataibot-widget').mark = 'the same'));
  for (const where of ['second', 'first']) {
    const before = (await widget.texts()).length;
    // By script: the window may cover the link.
    await page.getByRole('link', { name: `To the ${where} page` }).evaluate((link) => link.click());
    await page.getByRole('heading', { name: `The ${where} page` }).waitFor();
    assert.equal(await page.evaluate(() => document.querySelector('chataibot-widget').mark), 'the same');
    await widget.beOpen();
    await widget.say(`Now on the ${where} page`);
    await widget.settles();
    assert.ok((await widget.texts()).length > before, 'the conversation goes on');
  }
}

example('turbo', 'the chat goes along with data-turbo-permanent', goesAlong);
example('htmx', 'the chat goes along with hx-boost and hx-preserve', goesAlong);
example('astro', 'the chat goes along through view transitions with transition:persist', goesAlong);
example('next', 'the chat goes along in a layout, with files that Next has renamed', goesAlong);
