//! Tests of order and number: replies that overtake others, redeliveries, lost answers.

import assert from 'node:assert/strict';
import { story, until } from './harness.mjs';

story('a reply that comes before the start’s answer stands below the message', async (world) => {
  const { hold } = await world.simulator.order('hold', { call: 'start' });
  const { widget } = await world.chat();
  await widget.say('Hello');
  await until('the answer is held', async () => (await world.simulator.calls('start', 1))[0].outcome === 'held');
  await world.simulator.reply('<p>Quicker than the answer</p>');
  await world.simulator.order('release', { hold });
  await widget.hears(/Quicker than the answer/);
  await widget.settles();
  const texts = await widget.texts();
  assert.equal(texts[0], 'Hello');
  assert.equal(texts.filter((text) => text === 'Quicker than the answer').length, 1);
});

story('a reply that comes before the send’s answer stands below the message', async (world) => {
  const { widget } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.idle();
  await until('the greeting is there', async () => (await widget.texts()).length > 1);

  const { hold } = await world.simulator.order('hold', { call: 'send' });
  await widget.say('text');
  await until('the answer is held', async () => (await world.simulator.calls('send', 1))[0].outcome === 'held');
  await world.simulator.reply('<p>Quicker than the answer</p>');
  await widget.hears(/Quicker than the answer/);
  const texts = await widget.texts();
  assert.ok(texts.indexOf('Quicker than the answer') > texts.indexOf('text'), texts.join('\n'));
  await world.simulator.order('release', { hold });
  await widget.settles();
  assert.equal((await widget.texts()).indexOf('text'), texts.indexOf('text'), 'nothing moved');
});

story('a redelivered webhook is shown once', async (world) => {
  // With ids of the platform's, even a delivery that was acknowledged may come again.
  await world.simulator.order('style', { ids: true });
  const { widget } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.idle();
  const { deliveries } = await world.simulator.reply('<p>only once</p>');
  await world.simulator.order('redeliver', { deliveries, times: 10, together: true });
  await world.simulator.reply('<p>the last word</p>');
  await widget.hears(/the last word/);
  assert.equal((await widget.texts()).filter((text) => text === 'only once').length, 1);
});

story('an honest repeat is shown twice', async (world) => {
  const { widget } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.idle();
  await world.simulator.reply('<p>ok</p>');
  await world.simulator.reply('<p>ok</p>');
  await world.simulator.reply('<p>the last word</p>');
  await widget.hears(/the last word/);
  assert.equal((await widget.texts()).filter((text) => text === 'ok').length, 2);
});

story('a burst of replies arrives whole and in order', async (world) => {
  const { widget } = await world.chat();
  await widget.say('burst');
  await widget.hears(/Station 20 of 20/);
  const stations = (await widget.texts()).filter((text) => /^Station \d+ of 20$/.test(text));
  assert.deepEqual(stations, Array.from({ length: 20 }, (_, at) => `Station ${at + 1} of 20`));
});

story('a lost answer is never sent again, and the echo confirms it', async (world) => {
  const { widget, visitor } = await world.chat();
  visitor.expect(/status of 502/);
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.idle();
  await world.simulator.order('drop', { call: 'send' });
  await widget.say('opening hours');
  await widget.hears(/Monday to Saturday/);
  await widget.settles();
  assert.deepEqual(await world.simulator.heard(), ['Hello', 'opening hours']);
});

story('a lost answer is shown as not confirmed until the echo comes', async (world) => {
  const { widget, visitor } = await world.chat();
  visitor.expect(/status of 502/);
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.idle();
  await world.simulator.order('webhooks/pause');
  await world.simulator.order('drop', { call: 'send' });
  await widget.say('Did you get this?');
  await widget.part('bubble-unknown').waitFor();
  await world.simulator.order('webhooks/resume');
  await widget.settles();
  assert.deepEqual(await world.simulator.heard(), ['Hello', 'Did you get this?']);
  assert.equal((await widget.texts()).filter((text) => text === 'Did you get this?').length, 1);
});

story('a message that the platform keeps turning away is sent again by the visitor, and arrives once', async (world) => {
  const { widget, visitor } = await world.chat();
  visitor.expect(/status of (4|5)\d\d/);
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.idle();
  // As many times as the widget retries by itself.
  await world.simulator.order('fail', { call: 'send', error: 'CONVERSATION_CREATION_EXCEPTION', times: 5 });
  await widget.say('Once more with feeling');
  const failed = widget.part('meta-failed');
  await failed.waitFor({ timeout: 60_000 });
  await failed.getByRole('button', { name: 'Try again' }).click();
  await widget.settles();
  assert.deepEqual(await world.simulator.heard(), ['Hello', 'Once more with feeling']);
});

story('a message that was refused for good says so and is not sent again', async (world) => {
  const { widget, visitor } = await world.chat();
  visitor.expect(/status of (4|5)\d\d/);
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.order('fail', { call: 'send', error: 'CONTACT_IS_BLOCKED' });
  await widget.say('Are you there?');
  await widget.part('meta-failed').waitFor();
  await world.simulator.idle();
  assert.equal((await world.simulator.calls('send')).length, 1, 'one try');
  assert.deepEqual(await world.simulator.heard(), ['Hello']);
});

story('a temporary failure is retried without the visitor', async (world) => {
  const { widget, visitor } = await world.chat();
  visitor.expect(/status of (4|5)\d\d/);
  await world.simulator.order('fail', { call: 'start', error: 'CONVERSATION_CREATION_EXCEPTION' });
  await widget.say('Hello');
  await widget.hears(/./);
  await widget.settles();
  assert.deepEqual(await world.simulator.heard(), ['Hello']);
});
