//! Tests of the rarer message kinds, whose views are a chunk of their own: when it is fetched, what
//! happens if that fails, and that visitors can use the views.

import assert from 'node:assert/strict';
import { story, until } from './harness.mjs';

/** The chunk's file. Its name contains a hash of the program it belongs to. */
const PART = /\/chataibot-kinds-[0-9a-f]+\.wasm$/;

/** Collects the addresses of the page's requests for the chunk. */
function fetches(page) {
  const asked = [];
  page.on('request', (request) => PART.test(request.url()) && asked.push(request.url()));
  return asked;
}

/** Returns the visitor's last message. */
const lastSaid = async (world) => (await world.simulator.heard()).at(-1);

story('the part is fetched once, and only when it is needed', async (world) => {
  const { widget, page } = await world.chat();
  const asked = fetches(page);
  await widget.say('buttons');
  await widget.part('answer').first().waitFor();
  assert.deepEqual(asked, [], 'words and buttons need none');
  await widget.say('slider');
  await widget.part('slider').waitFor();
  await widget.say('list');
  await widget.part('section-title').first().waitFor();
  await widget.say('carousel');
  await widget.part('cards').waitFor();
  assert.equal(asked.length, 1);
});

story('where the part cannot be fetched the words are shown, and the next message tries again', async (world) => {
  const { widget, page, visitor } = await world.chat();
  // The browser's own line, and that of the code that fetches chunks.
  visitor.expect(/503|Failed to execute 'compile' on 'WebAssembly'/);
  await page.route(PART, (route) => route.fulfill({ status: 503 }));
  const asked = fetches(page);
  await widget.say('slider');
  await widget.hears(/How many nights would you like to stay/);
  await until('it was tried', () => asked.length === 1);
  assert.equal(await widget.part('slider').count(), 0);
  await widget.settles();
  await page.unroute(PART);
  await widget.say('list');
  await widget.part('section-title').first().waitFor();
  assert.equal(asked.length, 2);
});

story('every kind is shown under a strict policy that names where pictures and films are from', async (world) => {
  const proxy = world.proxy.address;
  const platform = world.simulator.address;
  const policy =
    `default-src 'none'; script-src ${proxy} 'wasm-unsafe-eval'; connect-src ${proxy}; img-src ${proxy} ${platform}; ` +
    `media-src ${platform}; require-trusted-types-for 'script'; trusted-types 'none'`;
  const address = world.page({ path: '/strict', headers: { 'content-security-policy': policy } });
  const { widget } = await world.chat({ address });
  for (const [word, part] of [
    ['image', 'picture'],
    ['video', 'player-film'],
    ['audio', 'player-sound'],
    ['document', 'card'],
    ['carousel', 'cards'],
    ['gallery', 'cards'],
    ['list', 'sections'],
    ['slider', 'slider'],
    ['date and time', 'month'],
    ['form', 'form-field'],
    ['calendly', 'card'],
  ]) {
    await widget.say(word);
    await widget.part(part).last().waitFor();
    await widget.settles();
    await world.simulator.idle();
  }
  const picture = widget.part('picture').first();
  await until('the picture is there', () => picture.evaluate((image) => image.complete && image.naturalWidth > 0));
});

story('pictures open large, are leafed through by keys, and give the focus back', async (world) => {
  const { widget, page } = await world.chat();
  await widget.say('gallery');
  const first = widget.part('enlarge').first();
  await first.focus();
  await page.keyboard.press('Enter');
  const box = widget.part('light-box');
  await box.waitFor();
  const position = widget.part('light-position');
  assert.equal(await position.textContent(), '1 of 4');
  await page.keyboard.press('ArrowRight');
  await until('the second', async () => (await position.textContent()) === '2 of 4');
  await page.keyboard.press('End');
  await until('the last', async () => (await position.textContent()) === '4 of 4');
  assert.equal(await widget.part('light-on').getAttribute('aria-disabled'), 'true');
  await page.keyboard.press('Escape');
  await box.waitFor({ state: 'detached' });
  assert.equal(await widget.part('window-open').count(), 1, 'the window stays open');
  await until('the focus is back', () => first.evaluate((button) => button.getRootNode().activeElement === button));
});

story('a slider, a date, a list and a form are answered by keyboard', async (world) => {
  const { widget, page } = await world.chat();
  await widget.say('slider');
  await widget.part('slider').focus();
  for (const key of ['ArrowRight', 'ArrowRight', 'Tab', 'Enter']) await page.keyboard.press(key);
  await widget.hears(/3 nights it is/);
  assert.equal(await lastSaid(world), '3 nights');
  assert.match(await widget.part('given').textContent(), /3 nights, your choice/);

  await widget.say('date');
  await widget.part('toggle').focus();
  await page.keyboard.press('Enter');
  await widget.part('month').waitFor();
  await until('a day has the focus', () => widget.part('month').evaluate((month) => month.getRootNode().activeElement?.part.contains('day')));
  await page.keyboard.press('PageDown');
  await page.keyboard.press('Enter');
  await widget.part('day-chosen').waitFor();
  await widget.part('button-primary').press('Enter');
  await widget.hears(/Noted: /);
  assert.match(await lastSaid(world), /^\d{4}-\d\d-\d\d$/);

  await widget.say('list');
  await widget.part('answer').last().press('Enter');
  await widget.hears(/a good choice/);

  await widget.say('form');
  const entries = widget.part('form-field').locator('[part~="entry"]');
  await entries.first().press('Enter');
  await widget.part('wrong').first().waitFor();
  await entries.nth(0).fill('Ada Lovelace');
  await entries.nth(1).fill('ada@example.com');
  await entries.nth(1).press('Enter');
  await widget.hears(/that is all I need/);
  assert.equal(await lastSaid(world), 'Name: Ada Lovelace\nE-mail: ada@example.com');
  assert.match(await widget.part('form-sent').textContent(), /Ada Lovelace/);
});
