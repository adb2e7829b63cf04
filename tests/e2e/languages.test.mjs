//! The visitor's language: one file, fetched with the program, and English where it cannot be had.

import assert from 'node:assert/strict';
import { story, until } from './harness.mjs';

/** The languages whose files the page has fetched. */
const fetched = (page) =>
  page.evaluate(() =>
    performance.getEntriesByType('resource').flatMap(({ name }) => name.match(/chataibot-locale-(.+)\.json/)?.[1] ?? []),
  );

const chat = (world, language) => world.chat({ address: world.page({ path: `/${language}`, language }) });
const placeholder = (widget) => widget.input.getAttribute('placeholder');
const speak = (page, locale) => page.evaluate((locale) => (document.querySelector('chataibot-widget').locale = locale), locale);

story('a page in German has a German chat, and changes to another language while it is open', async (world) => {
  const { widget, page } = await chat(world, 'de');
  assert.match(await placeholder(widget), /^Nachricht schreiben/);
  assert.deepEqual(await fetched(page), ['de']);
  await widget.say('buttons');
  await widget.settles();
  await speak(page, 'ja');
  await until('it speaks Japanese', async () => /[ぁ-ん]/.test(await placeholder(widget)));
  await speak(page, 'en');
  await until('it speaks English', async () => (await placeholder(widget)) === 'Write a message…');
  assert.deepEqual(await fetched(page), ['de', 'ja']);
});

story('a page in Arabic has a window from right to left that speaks Arabic', async (world) => {
  const { widget, page } = await chat(world, 'ar');
  assert.equal(await widget.window.evaluate((window) => getComputedStyle(window).direction), 'rtl');
  assert.match(await widget.part('title').textContent(), /[\u0600-\u06ff]/);
  assert.deepEqual(await fetched(page), ['ar']);
});

story('an English page fetches no language', async (world) => {
  const { page } = await chat(world, 'en-GB');
  assert.deepEqual(await fetched(page), []);
});
