//! Tests of the visitor's language: one file, fetched with the program, and English if it cannot be
//! fetched.

import assert from 'node:assert/strict';
import { Widget, story, until } from './harness.mjs';
import { still } from './scenes.mjs';

/** Returns the languages whose files the page has fetched. */
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

story('words of the page’s own in another direction begin where the window’s lines begin', async (world) => {
  const address = world.page({ language: 'ar', direction: 'rtl', attributes: 'demo="prechat" heading="Acme Tea"' });
  const page = await (await world.visitor()).tab(address);
  const widget = new Widget(page);
  await still(page, 'prechat');
  for (const [part, words] of [['title', 'Acme Tea'], ['form-label', 'Company']]) {
    const gap = await widget.part(part).filter({ hasText: words }).evaluate((element) => {
      const range = new Range();
      range.selectNodeContents(element);
      return element.getBoundingClientRect().right - range.getBoundingClientRect().right;
    });
    assert.ok(Math.abs(gap) < 1, `${part}: ${gap} px from the right`);
  }
});

story('each message runs in the direction of its own language, whatever the window’s', async (world) => {
  const { widget } = await chat(world, 'ar');
  const ends = (text) =>
    widget
      .part('bubble')
      .filter({ hasText: text })
      .last()
      .evaluate((bubble, text) => {
        const walker = document.createTreeWalker(bubble, NodeFilter.SHOW_TEXT);
        let node;
        while ((node = walker.nextNode())) {
          const at = node.data.indexOf(text);
          if (at < 0) continue;
          const box = (from) => {
            const range = new Range();
            range.setStart(node, from);
            range.setEnd(node, from + 1);
            return range.getBoundingClientRect();
          };
          return box(at).left < box(at + text.length - 1).left ? 'ltr' : 'rtl';
        }
        return 'none';
      }, text);
  const runs = (text, direction) => until(`${text} runs ${direction}`, async () => (await ends(text)) === direction);
  await widget.say('Is it far?');
  await runs('Is it far?', 'ltr');
  await widget.say('هل هو بعيد؟');
  await runs('هل هو بعيد؟', 'rtl');
  await widget.say('Hm!\nهل هو بعيد؟');
  await runs('Hm!', 'ltr');
  await runs('هل هو بعيد؟', 'rtl');
  await world.simulator.order('reply', { text: '<p>Not at all.</p><ul><li>By train.</li></ul>' });
  await widget.hears(/Not at all/);
  await runs('Not at all.', 'ltr');
  await runs('By train.', 'ltr');
});

story('the bot’s messages are in the language the page says, and everything else is in the visitor’s', async (world) => {
  const { widget } = await world.chat({ address: world.page({ language: 'de', attributes: 'bot-locale="nl"' }) });
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.reply('Dag! Waarmee kan ik helpen?');
  await widget.hears(/Dag! Waarmee/);
  await until('nobody types', async () => (await widget.part('typing').count()) === 0);
  const spoken = (part) => widget.part(part).last().evaluate((element) => element.closest('[lang]').lang);
  assert.equal(await spoken('bubble-bot'), 'nl');
  assert.equal(await spoken('bubble-visitor'), 'de');
  assert.equal(await spoken('time'), 'de');
  assert.equal(await spoken('action'), 'de');
});

story('an English page fetches no language', async (world) => {
  const { page } = await chat(world, 'en-GB');
  assert.deepEqual(await fetched(page), []);
});
