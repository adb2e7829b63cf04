//! Tests of a message's whole life and its surroundings: nothing before intent, the unread count, a
//! reload.

import assert from 'node:assert/strict';
import { LANGUAGE, Widget, story, until } from './harness.mjs';

story('nothing is fetched, stored or connected before the visitor reaches for the chat', async (world) => {
  const visitor = await world.visitor();
  const asked = [];
  visitor.context.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const page = await visitor.tab(`${world.host.origin}/`);
  const widget = new Widget(page);
  await widget.launcher.waitFor();
  await page.waitForLoadState('networkidle');
  assert.deepEqual(asked.filter((path) => path !== '/favicon.ico'), ['/', '/chataibot.js']);
  assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
  assert.deepEqual(await visitor.context.cookies(), []);

  await widget.launcher.hover();
  await until('the program is fetched when the pointer comes', () => asked.includes('/chataibot-widget_bg.wasm'));
  assert.ok(!asked.includes('/token'), 'looking is not talking: no token yet');
}, { chromium: 'what is asked of the network is seen by Playwright alone' });

story('a message goes out as documented and the reply comes back', async (world) => {
  const { widget, page } = await world.chat();
  await widget.say('Hello');
  await widget.hears(/Pip|help/i);
  await widget.settles();

  const [start] = await world.simulator.calls('start', 1);
  const { from, ...body } = start.body;
  assert.match(from.user_external_id, /^[0-9a-f]{32}$/);
  assert.deepEqual(body, {
    channel: 'API',
    message: { data: { body: 'Hello' }, type: 'text' },
    variables: { system: { timezone: 'Europe/Berlin', browserLanguage: LANGUAGE } },
    bot_key: 'demo-bot',
  });

  await widget.say('opening hours');
  await widget.hears(/Monday to Saturday/);
  await widget.settles();
  const [send] = await world.simulator.calls('send', 1);
  assert.deepEqual(send.body, { message: { data: { body: 'opening hours' }, type: 'text' }, user: { type: 'VISITOR' } });
  assert.equal((await world.simulator.calls('start')).length, 1, 'one conversation for one visitor');

  const told = await page.evaluate(() => window.told);
  const kinds = told.map((event) => event.type);
  for (const kind of ['ready', 'open', 'conversation', 'sent', 'message']) assert.ok(kinds.includes(kind), `chataibot-${kind} was told`);
  assert.ok(kinds.indexOf('sent') < kinds.indexOf('message'), 'sent before answered');
});

story('the page’s own facts travel with the start', async (world) => {
  const address = world.page({
    path: '/facts',
    attributes: `contact-name="Ada Lovelace" contact-email="ada@example.com" variables='{"plan":"pro"}'`,
  });
  const { widget } = await world.chat({ address });
  await widget.say('Hello');
  const [start] = await world.simulator.calls('start', 1);
  assert.deepEqual(start.body.variables.contact, { name: 'Ada Lovelace', email: 'ada@example.com' });
  assert.deepEqual(start.body.variables.conversation, { plan: 'pro' });
});

story('what comes while the window is closed is counted, and read when it opens', async (world) => {
  const { widget, page } = await world.chat();
  await widget.say('Hello');
  await widget.hears(/./);
  await world.simulator.idle();
  await widget.isLive();
  await widget.close();

  await world.simulator.reply('<p>One more thing</p>');
  await world.simulator.reply('<p>And another</p>');
  await until('the badge counts two', async () => (await widget.part('badge').allTextContents()).join() === '2');
  await until('the page is told', () => page.evaluate(() => window.told.some((event) => event.type === 'unread' && event.count === 2)));
  assert.match(await widget.launcher.getAttribute('aria-label'), /2 unread messages/);

  await widget.open();
  await widget.hears(/And another/);
  await until('the badge is gone', async () => (await widget.part('badge').count()) === 0);
});

story('a suggested reply is said by a click', async (world) => {
  const { widget } = await world.chat();
  await widget.say('buttons');
  await widget.part('answer').first().waitFor();
  const choice = (await widget.part('answer').first().textContent()).trim();
  await widget.part('answer').first().click();
  await until('the choice is said', async () => (await widget.texts()).includes(choice));
  await until('the platform heard it', async () => (await world.simulator.heard()).includes(choice));
  await until('the choice stays readable', async () => (await widget.part('answer-chosen').count()) === 1);
});

story('a reload shows the same conversation, open, with the draft, and goes on', async (world) => {
  const { widget, page } = await world.chat();
  await widget.say('Hello');
  await widget.hears(/./);
  await widget.settles();
  await world.simulator.idle();
  await widget.input.fill('half a sen');
  const before = await until('all of it is there', async () => {
    const texts = await widget.texts();
    return texts.length >= 3 && texts;
  });

  await page.reload();
  await widget.part('window-open').waitFor();
  await widget.shows(...before.map((text) => ({ text })));
  await until('the draft is back', async () => (await widget.input.inputValue()) === 'half a sen');
  await widget.say('opening hours');
  await widget.hears(/Monday to Saturday/);
  assert.equal((await world.simulator.calls('start')).length, 1);
});

story('a conversation that ends says so, and a new one can begin', async (world) => {
  const { widget } = await world.chat();
  await widget.say('close');
  await widget.part('ended').waitFor();
  await widget.part('ended').getByRole('button').click();
  await widget.input.waitFor();
  await widget.shows();
  await widget.say('Hello again');
  await widget.hears(/./);
  assert.equal((await world.simulator.calls('start', 2)).length, 2);
});

story('a person takes over and is named', async (world) => {
  const { widget } = await world.chat();
  await widget.say('Hello');
  await widget.hears(/./);
  await world.simulator.idle();
  await world.simulator.order('handover', { name: 'Noor Haddad' });
  await world.simulator.order('agent', { text: '<p>How can I help?</p>' });
  await widget.hears(/How can I help/);
  assert.match(await widget.part('title').textContent(), /Noor Haddad/);
  const last = (await widget.transcript()).at(-1);
  assert.deepEqual([last.by, last.text], ['agent', 'How can I help?']);
});
