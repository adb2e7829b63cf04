//! Tests of printing a page with a chat, in each browser: the paper contains no line of the chat,
//! and the chat takes up no space there.

import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';
import { BROWSER, Widget, story } from './harness.mjs';

const TEXT = '<p>Opening hours, and what a ticket costs</p>';
const body = `<chataibot-widget></chataibot-widget>${TEXT}`;

/**
 * Returns the widget's elements that take up space under the print rules, which are applied to the
 * screen for this.
 */
const onPaper = (page) =>
  page.evaluate(() => {
    const { shadowRoot } = document.querySelector('chataibot-widget');
    const printing = (rules) => {
      for (const rule of rules) {
        if (/\bprint\b/.test(rule.media?.mediaText)) rule.media.mediaText = 'all';
        if (rule.cssRules) printing(rule.cssRules);
      }
    };
    const sheets = [...shadowRoot.adoptedStyleSheets, ...shadowRoot.styleSheets];
    for (const sheet of sheets) printing(sheet.cssRules);
    return [...shadowRoot.querySelectorAll('*')]
      .filter((element) => element.getClientRects().length && getComputedStyle(element).visibility === 'visible')
      .map((element) => element.part.value || element.localName);
  });

/** Prints a page to PDF, and returns the content streams that set text, decompressed. */
async function drawn(page) {
  const pdf = await (page.print ? page.print() : page.pdf({ printBackground: true }));
  const texts = [];
  for (let at = pdf.indexOf('stream'); at >= 0; at = pdf.indexOf('stream', at + 1)) {
    const begin = at + (pdf[at + 6] === 13 ? 8 : 7);
    const end = pdf.indexOf('endstream', begin);
    if (end < 0) break;
    let text = '';
    try {
      text = inflateSync(pdf.subarray(begin, end)).toString('latin1');
    } catch {
      // A font's data, or no stream at all.
    }
    if (/\bBT\b/.test(text)) texts.push(text);
    at = end + 'endstream'.length;
  }
  assert.ok(texts.length > 0, 'the paper has text');
  return texts.join('\n');
}

async function talked(world) {
  const { visitor, page, widget } = await world.chat({ address: world.page({ body }) });
  await widget.say('Hello');
  await widget.hears(/./);
  await widget.settles();
  await world.simulator.idle();
  return { visitor, page, widget };
}

story('nothing of an open chat, nor of its launcher, takes room on paper', async (world) => {
  const { page, widget } = await talked(world);
  assert.deepEqual(await onPaper(page), []);
  const fresh = await (await world.visitor()).tab(world.page({ path: '/fresh', body }));
  await new Widget(fresh).launcher.waitFor();
  assert.deepEqual(await onPaper(fresh), [], 'nor before it was fetched');
  assert.equal(await widget.page.evaluate(() => document.querySelector('p').getClientRects().length), 1, 'the page itself does');
});

story('a page with an open chat is drawn on paper as it is without one', async (world) => {
  const { visitor, page } = await talked(world);
  const paper = await drawn(page);
  const bare = await visitor.tab(world.page({ path: '/', body: `<chataibot-none></chataibot-none>${TEXT}` }));
  assert.equal(paper, await drawn(bare));
}, { skip: BROWSER === 'webkit' && 'its driver cannot print' });

story('design mode is not printed, either', async (world) => {
  const visitor = await world.visitor();
  const page = await visitor.tab(world.page({ path: '/', body: body.replace('>', ' design>') }));
  await page.locator('chataibot-widget aside .toggle').waitFor();
  const paper = await drawn(page);
  const bare = await visitor.tab(world.page({ path: '/', body: `<chataibot-none></chataibot-none>${TEXT}` }));
  assert.equal(paper, await drawn(bare));
}, { skip: BROWSER === 'webkit' && 'its driver cannot print' });
