//! Tests of signed-in visitors who share a machine: verified data reaches the platform, nobody sees
//! another visitor's messages, and logging out ends everything.

import assert from 'node:assert/strict';
import { sign } from '../../examples/signing/identity.mjs';
import { Widget, siteByEnvironment, story, until } from './harness.mjs';
import { begin } from './held_program.mjs';

const SECRET = 'the-host-sites-own-secret-0123456789';

const site = (mode) => ({
  proxy: siteByEnvironment({ CHATAIBOT_PROXY_SITE_IDENTITY: mode, CHATAIBOT_PROXY_SITE_IDENTITY_SECRET: SECRET }),
});

const ada = { id: 'u-1', name: 'Ada Lovelace', email: 'ada@example.com' };
const eve = { id: 'u-2', name: 'Eve', email: 'eve@example.com' };

/** Defines the page as the host site renders it for this user. */
const page = (world, user, more = '') =>
  world.page({ path: `/of-${user?.id ?? 'nobody'}`, attributes: user ? `user="${user.id}" identity="${sign(user, 'demo', SECRET)}" ${more}` : more });

const starts = async (world) => (await world.simulator.look('calls', { call: 'start' })).calls.map(({ body }) => body);

story('signed in: the platform gets what is verified, and not what the page says', async (world) => {
  const { widget } = await world.chat({ address: page(world, ada, 'contact-name="Somebody" contact-phone="555-0100"') });
  await widget.say('Hello');
  await widget.settles();
  const [start] = await starts(world);
  assert.deepEqual(start.variables.contact, { name: 'Ada Lovelace', email: 'ada@example.com', phone: '555-0100' });
  assert.equal(start.variables.conversation.user_id, 'u-1');
}, site('optional'));

story('signed in: one user after the other on one machine, and nobody sees the other’s words', async (world) => {
  const addresses = [page(world, ada), page(world, eve), page(world, null)];
  const visitor = await world.visitor();
  const tab = await visitor.tab(addresses[0]);
  const widget = new Widget(tab);
  await widget.open();
  await widget.say('This is Ada');
  await widget.settles();
  for (const address of addresses.slice(1)) {
    await tab.goto(address);
    await widget.beOpen();
    assert.ok(!(await widget.texts()).some((text) => text.includes('This is Ada')));
    await widget.say('This is somebody else');
    await widget.settles();
    assert.ok(!(await widget.texts()).some((text) => text.includes('This is Ada')));
  }
  const ids = (await starts(world)).map(({ from }) => from.user_external_id);
  assert.equal(new Set(ids).size, 3, 'three visitors');
  await tab.goto(addresses[0]);
  await until('Ada finds what she said', async () => (await widget.texts()).includes('This is Ada'));
}, site('optional'));

story('signed in: who logs out leaves nothing here, and no token that holds', async (world) => {
  const { widget, page: tab, visitor } = await world.chat({ address: page(world, ada) });
  await widget.say('This is Ada');
  await widget.settles();
  const [token] = await tab.evaluate(() => /eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(JSON.stringify(localStorage)));
  // The browser logs refused requests.
  visitor.expect(/40[14]/);
  const status = () =>
    tab.evaluate(
      ([url, token]) => fetch(url, { headers: { accept: 'application/json', authorization: `Bearer ${token}` } }).then((answer) => answer.status),
      [`${world.proxy.address}/api/v1/conversation/nobodys/events?wait=0`, token],
    );
  assert.equal(await status(), 404);
  await tab.evaluate(async () => {
    const widget = document.querySelector('chataibot-widget');
    await widget.reset();
    await widget.update({ user: null, identity: null });
  });
  await until('the token has ended', async () => (await status()) === 401, 5_000);
  assert.ok(!(await widget.texts()).some((text) => text.includes('This is Ada')));
  const left = await tab.evaluate(() => JSON.stringify(localStorage));
  assert.doesNotMatch(left, /This is Ada|@u-1:[^"]*(visitor|conversation|outbox|draft)/);
  assert.ok(!left.includes(token), 'what is there belongs to whoever comes next');
}, site('optional'));

story('signed in: where it is required, nobody speaks without an identity, and a new one mends it', async (world) => {
  const visitor = await world.visitor();
  visitor.expect(/403/);
  const tab = await visitor.tab(page(world, null));
  const widget = new Widget(tab);
  await widget.open();
  await widget.say('Hello');
  await until('the page is told', () => tab.evaluate(() => window.told.some(({ type, code }) => type === 'error' && code === 'IDENTITY_REQUIRED')));
  assert.deepEqual(await starts(world), []);
  await tab.evaluate(
    ([user, identity]) => document.querySelector('chataibot-widget').update({ user, identity }),
    [ada.id, sign(ada, 'demo', SECRET)],
  );
  await until('the window stands', () => widget.part('window-open').count());
  await widget.say('Now it is me');
  await widget.settles();
  assert.equal((await starts(world)).length, 1);
}, site('required'));

story('signed in: who is identified while the first message is sent has it, and goes on, in a conversation of their own', async (world) => {
  const { page: tab, widget, arrived } = await begin(world);
  await tab.keyboard.type('Hello');
  await tab.keyboard.press('Enter');
  await world.simulator.calls('start', 1);
  await tab.evaluate(([user, identity]) => document.querySelector('chataibot-widget').identify({ user, identity }), [ada.id, sign(ada, 'demo', SECRET)]);
  await arrived();
  await widget.settles();
  await widget.say('Still me');
  await widget.settles();
  const starters = (await starts(world)).map(({ from, message }) => [message.data.body, from.user_external_id]);
  const [message, adaId] = starters.at(-1);
  assert.equal(message, 'Hello');
  const texts = await widget.texts();
  await tab.reload();
  await tab.evaluate(([user, identity]) => document.querySelector('chataibot-widget').identify({ user, identity }), [ada.id, sign(ada, 'demo', SECRET)]);
  await widget.beOpen();
  await until('the conversation is back', async () => (await widget.texts()).filter((text) => texts.includes(text)).length >= 2);
  assert.ok((await widget.texts()).includes('Hello') && (await widget.texts()).includes('Still me'));
  assert.notEqual(adaId, undefined);
}, site('optional'));
