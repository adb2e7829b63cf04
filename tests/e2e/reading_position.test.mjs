//! Tests of the reading position: a visitor who has scrolled up keeps the line at the top of the
//! list, however the window, its text, or the content above and below changes.

import assert from 'node:assert/strict';
import { Widget, story, until } from './harness.mjs';

/** Tolerance for the line's movement, in pixels: less than one line. */
const NEARLY = 12;

/** Has a conversation of long messages in an inline window, and scrolls to its middle. */
async function reader(world) {
  const body = '<div id="box" style="width: 400px; height: 700px"><chataibot-widget mode="inline"></chataibot-widget></div>';
  const visitor = await world.visitor({ reducedMotion: 'reduce' });
  const page = await visitor.tab(world.page({ body }));
  const widget = new Widget(page);
  await widget.part('window-open').waitFor();
  for (let number = 0; number < 8; number++) {
    await widget.say(Array.from({ length: 60 }, (_, at) => `word${number}x${at}`).join(' '));
  }
  await widget.settles();
  await widget.isFollowed();
  const list = widget.part('list');
  await list.evaluate((list) => list.scrollTo({ top: list.scrollHeight * 0.45, behavior: 'instant' }));
  await widget.part('jump').waitFor();
  return { page, widget, list };
}

/**
 * Returns the first whole line of the list, or with `line` where that one is now: its first word,
 * which mention of that word in the list it is (replies quote messages), and its distance from the
 * list's top.
 */
const lineOf = (list, line = null) =>
  list.evaluate((list, line) => {
    const top = list.getBoundingClientRect().top;
    const mentions = {};
    for (const bubble of list.querySelectorAll('[part~="bubble"]')) {
      const texts = document.createTreeWalker(bubble, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        for (const { 0: word, index } of texts.currentNode.data.matchAll(/word\d+x\d+/g)) {
          const mention = (mentions[word] = (mentions[word] ?? 0) + 1);
          if (line && (word !== line.word || mention !== line.mention)) continue;
          const range = document.createRange();
          range.setStart(texts.currentNode, index);
          range.setEnd(texts.currentNode, index + word.length);
          const distance = range.getBoundingClientRect().top - top;
          if (line || distance >= 16) return { word, mention, distance };
        }
      }
    }
    return null;
  }, line);

/** Applies `change` to the page, and expects the visitor's line at the same position. */
async function keepsLine({ page, list }, before, name, change, ...values) {
  const height = await list.evaluate((list) => list.scrollHeight);
  await page.evaluate(change, ...values);
  await until(`${name}: it is laid out anew`, async () => (await list.evaluate((list) => list.scrollHeight)) !== height);
  let now;
  await until(`${name}: the line stands where it stood`, async () => {
    now = await lineOf(list, before);
    return Math.abs(now.distance - before.distance) <= NEARLY;
  }).catch(() => assert.fail(`${name}: ${before.word} went from ${before.distance} to ${now?.distance}`));
}

const size = ([width, height]) => Object.assign(document.querySelector('#box').style, { width: `${width}px`, height: `${height}px` });

story('a reader keeps the line when the window becomes narrower, wider, lower and higher', async (world) => {
  const reading = await reader(world);
  const line = await lineOf(reading.list);
  for (const shape of [[320, 700], [620, 360], [400, 700], [300, 340], [500, 640]]) await keepsLine(reading, line, shape.join(' × '), size, shape);
});

story('a reader keeps the line when the text becomes larger and smaller', async (world) => {
  const reading = await reader(world);
  const line = await lineOf(reading.list);
  for (const text of ['22px', '13px', '15px']) {
    await keepsLine(reading, line, text, (text) => document.querySelector('chataibot-widget').style.setProperty('--chataibot-font-size', text), text);
  }
});

story('a reader keeps the line while messages come, and goes where the wheel leads', async (world) => {
  const { widget, list } = await reader(world);
  const before = await lineOf(list);
  await world.simulator.reply('Something new, further down.');
  await widget.hears(/Something new/);
  const { distance } = await lineOf(list, before);
  assert.ok(Math.abs(distance - before.distance) <= NEARLY, `${before.word} went from ${before.distance} to ${distance}`);
  // Scrolling up in small steps is never held back.
  for (let step = 0; step < 8; step++) {
    const top = await list.evaluate((list) => list.scrollTop);
    await list.evaluate((list) => list.scrollBy({ top: -90, behavior: 'instant' }));
    await until('it went up', async () => (await list.evaluate((list) => list.scrollTop)) <= top - 80);
  }
});
