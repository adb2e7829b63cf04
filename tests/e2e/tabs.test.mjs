//! Tests of two tabs in one browser: one visitor, one conversation, the same state.

import assert from 'node:assert/strict';
import { Widget, story, until } from './harness.mjs';

async function twoTabs(world) {
  const visitor = await world.visitor();
  const address = `${world.host.origin}/`;
  const [first, second] = [new Widget(await visitor.tab(address)), new Widget(await visitor.tab(address))];
  for (const widget of [first, second]) await widget.beOpen();
  return { visitor, first, second };
}

story('a click in a second tab opens the window there', async (world) => {
  const visitor = await world.visitor();
  const address = `${world.host.origin}/`;
  const [first, second] = [new Widget(await visitor.tab(address)), new Widget(await visitor.tab(address))];
  await first.open();
  await until('the first tab has told', () => second.page.evaluate(() => localStorage.length > 1));
  await second.open();
  await until('the attribute follows', () => second.page.evaluate(() => document.querySelector('chataibot-widget').hasAttribute('open')));
  assert.equal(await second.page.evaluate(() => document.querySelector('chataibot-widget').state.open), true);
});

story('two tabs that speak at the same moment start one conversation', async (world) => {
  const { first, second } = await twoTabs(world);
  // Not typed: no visitor types in two tabs at once, and drafts are synchronized between tabs.
  const speaks = (widget, text) => widget.page.evaluate((text) => document.querySelector('chataibot-widget').send(text), text);
  await Promise.all([speaks(first, 'from the first'), speaks(second, 'from the second')]);
  await until('both are heard', async () => (await world.simulator.heard()).length === 2);
  for (const widget of [first, second]) {
    await until('both are shown', async () => (await widget.transcript()).filter((row) => row.by === 'visitor').length === 2);
    await widget.settles();
  }
  assert.equal((await world.simulator.calls('start', 1)).length, 1, 'one conversation');
  assert.deepEqual((await world.simulator.heard()).sort(), ['from the first', 'from the second']);
});

story('both tabs show the same, in the same order', async (world) => {
  const { first, second } = await twoTabs(world);
  await first.say('Hello');
  await first.settles();
  await second.say('opening hours');
  await Promise.all([first.hears(/Monday to Saturday/), second.hears(/Monday to Saturday/)]);
  await world.simulator.idle();
  await Promise.all([first.settles(), second.settles()]);
  await until('the same in both', async () => JSON.stringify(await first.texts()) === JSON.stringify(await second.texts()));
  const texts = await first.texts();
  assert.equal(texts.filter((text) => text === 'Hello').length, 1);
  assert.equal(texts.filter((text) => text === 'opening hours').length, 1);
});

story('a tab that is closed in mid-send leaves its message to the other', async (world) => {
  const { visitor, first, second } = await twoTabs(world);
  await first.say('Hello');
  await first.settles();
  await until('the other knows it too', async () => (await second.texts()).includes('Hello'));
  await world.simulator.idle();
  visitor.expect(/ERR_/);
  const { hold } = await world.simulator.order('hold', { call: 'send' });
  await first.say('opening hours');
  await until('the platform has it', async () => (await world.simulator.calls('send', 1)).some((one) => one.outcome === 'held'));
  await first.page.close();
  await world.simulator.order('release', { hold });
  await second.hears(/Monday to Saturday/);
  assert.deepEqual(await world.simulator.heard(), ['Hello', 'opening hours']);
  assert.equal((await second.texts()).filter((text) => text === 'opening hours').length, 1);
});

story('a reset in one tab forgets the visitor in the other', async (world) => {
  const { visitor, first, second } = await twoTabs(world);
  // The proxy may end the other tab's stream before that tab learns of the reset, so that it tries
  // once more.
  visitor.expect(/status of 401 .*\/events\)$/);
  await first.say('Hello');
  await first.settles();
  await world.simulator.idle();
  await until('the other knows it too', async () => (await second.texts()).includes('Hello'));
  await first.page.evaluate(() => document.querySelector('chataibot-widget').reset());
  for (const widget of [first, second]) await until('nothing is left', async () => (await widget.texts()).length === 0);
  await second.beOpen();
  await second.say('A new start');
  await second.settles();
  const visitors = (await world.simulator.calls('start', 2)).map((call) => call.body.from.user_external_id);
  assert.equal(new Set(visitors).size, 2, 'another visitor');
});
