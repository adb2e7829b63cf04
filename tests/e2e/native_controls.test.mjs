//! What browsers draw by themselves, each in its way, and what a visitor must be able to tell from it all the same.

import assert from 'node:assert/strict';
import { BROWSER, story, until } from './harness.mjs';

story('a date that is not chosen yet looks like none, and one that is chosen like one', async (world) => {
  const { widget } = await world.chat();
  await widget.say('date');
  const entry = widget.part('entry').first();
  await entry.waitFor();
  /** What stands in place of the browser's own words, and whether those are seen. */
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
