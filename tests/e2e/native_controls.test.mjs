//! Tests of what each browser draws in its own way, and of what a visitor must be able to recognize
//! in all of them.

import assert from 'node:assert/strict';
import { BROWSER, story, until } from './harness.mjs';

story('a date that is not chosen yet looks like none, and one that is chosen like one', async (world) => {
  const { widget } = await world.chat();
  await widget.say('date');
  const entry = widget.part('entry').first();
  await entry.waitFor();
  /** Returns the text in place of the browser's own, and whether the browser's is visible. */
  const looks = () =>
    entry.evaluate((field) => {
      const own = getComputedStyle(field, '::before').content;
      return { own: own === 'none' || own === 'normal' ? '' : own, empty: field.dataset.empty ?? '', value: field.value };
    });
  const name = 'Choose a date';
  assert.deepEqual(await looks(), { own: BROWSER === 'webkit' ? `"${name}"` : '', empty: name, value: '' });
  await entry.fill('2026-12-24');
  await widget.input.focus();
  await until('it is told from an empty one', async () => (await looks()).empty === '');
  assert.deepEqual(await looks(), { own: '', empty: '', value: '2026-12-24' });
});

story('a drawing is as large as it says, though it was seen small before or says no size', async (world) => {
  const drawing = (name, size) => world.host.drawing(`/${name}.svg`, `<svg xmlns="http://www.w3.org/2000/svg" ${size}><rect width="100%" height="100%" fill="teal"/></svg>`);
  const addresses = {
    large: drawing('large', 'width="600" height="300" viewBox="0 0 600 300"'),
    small: drawing('small', 'width="120" height="60" viewBox="0 0 120 60"'),
    shape: drawing('shape', 'viewBox="0 0 20 20"'),
  };
  const { widget } = await world.chat();
  await widget.say('hello');
  await widget.settles();
  // The cards of a carousel are narrower than a picture message.
  const cards = Object.entries(addresses).map(([title, image]) => ({ title, image }));
  await world.simulator.reply(undefined, { message: { type: 'image_carousel', cards } });
  const name = (at) => `${Object.keys(addresses)[at % 3]} ${at}`;
  /** Returns a picture's intrinsic size. Out of view it would not be fetched. */
  const size = async (at) => {
    const picture = widget.part('picture').nth(at);
    await until(`${name(at)} is there`, () =>
      picture.evaluate((picture) => {
        picture.scrollIntoView({ behavior: 'instant' });
        return picture.complete && !/awaited|known/.test(picture.className);
      }),
    );
    return picture.evaluate((picture) => `${picture.getAttribute('width')} × ${picture.getAttribute('height')}`);
  };
  // A drawing without a size is as large as the engine decides, and not smaller the second time.
  assert.deepEqual([await size(0), await size(1)], ['600 × 300', '120 × 60']);
  const shape = await size(2);
  for (const [name, link] of Object.entries(addresses)) {
    await world.simulator.reply(undefined, { message: { type: 'send_message', messages: [{ type: 'image', image: { link, file_name: `${name}.svg` } }] } });
  }
  await until('all have come', async () => (await widget.part('picture').count()) === 6);
  assert.deepEqual([await size(3), await size(4), await size(5)], ['600 × 300', '120 × 60', shape]);
});
