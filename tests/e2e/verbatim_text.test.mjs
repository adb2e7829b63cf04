//! Tests that a visitor's text is sent and shown unchanged; only a message without any visible
//! character is held back.

import assert from 'node:assert/strict';
import { story, until } from './harness.mjs';

const CODE = '  if x:\n\n\t\treturn  1   # two  spaces\n';

story('pasted code keeps its spaces, tabs and blank lines, on the wire and in the bubble', async (world) => {
  const { widget, page } = await world.chat();
  await widget.input.fill(CODE);
  await widget.input.press('Control+Enter');
  await widget.settles();
  const bubble = () => widget.part('bubble-visitor').last();
  await until('it has arrived', async () => (await world.simulator.heard()).length === 1);
  assert.deepEqual(await world.simulator.heard(), [CODE]);
  assert.equal(await bubble().textContent(), CODE);
  assert.equal(await bubble().evaluate((bubble) => getComputedStyle(bubble).whiteSpace), 'pre-wrap');
  await page.evaluate(() => document.querySelector('chataibot-widget').send(' by the page '));
  await until('this, too', async () => (await world.simulator.heard()).includes(' by the page '));
  await page.reload();
  await widget.beOpen();
  await until('it is there again', async () => (await widget.part('bubble-visitor').count()) === 2);
  assert.equal(await widget.part('bubble-visitor').first().textContent(), CODE);
});

story('line ends of Windows are those of the field', async (world) => {
  const { widget } = await world.chat();
  await widget.input.focus();
  await widget.input.evaluate((field) => {
    field.value = 'one\r\n two';
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  });
  await widget.input.press('Control+Enter');
  await until('it has arrived', async () => (await world.simulator.heard()).length === 1);
  assert.deepEqual(await world.simulator.heard(), ['one\n two']);
});

story('a message of nothing but blanks is held back, and its button rests', async (world) => {
  const { widget, page } = await world.chat();
  for (const blank of [' ', '\n\n\t', '\u200b', '\u3164\u2800', '\u2060 \u00ad']) {
    await widget.input.fill(blank);
    await until('the button rests', () => widget.part('send').isDisabled());
    await widget.input.press('Control+Enter');
    await page.evaluate((text) => document.querySelector('chataibot-widget').send(text), blank);
  }
  await widget.input.fill('');
  await widget.say('a');
  await widget.settles();
  assert.deepEqual(await world.simulator.heard(), ['a']);
  assert.equal((await widget.transcript()).filter(({ by }) => by === 'visitor').length, 1);
});
