//! Tests of proxy crashes at critical moments, with a restart: no message is lost or duplicated,
//! and the order is kept.

import assert from 'node:assert/strict';
import { story, until } from './harness.mjs';

/**
 * Console messages about an unreachable server: the browser's own, and those of a part of the
 * program that was loading.
 */
const GONE = /Failed to fetch|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_SOCKET_NOT_CONNECTED/;

story('the proxy is killed and restarted while the visitor types: nothing lost, nothing twice, order kept', async (world) => {
  const { widget, visitor, page } = await world.chat();
  const said = [];
  const say = async (text) => {
    said.push(text);
    await widget.say(text);
  };
  await say('Hello');
  await widget.settles();
  await world.simulator.idle();
  visitor.expect(GONE);

  await widget.input.fill('half a sen');
  await world.proxy.kill();
  await widget.part('notice-reconnecting').waitFor();
  assert.equal(await widget.input.inputValue(), 'half a sen', 'the draft is untouched');
  await say('while it is down');
  await say('and once more');
  await world.proxy.start();
  await say('just after');
  await widget.settles();
  await world.proxy.kill();
  await say('a second time');
  await world.proxy.start();
  await widget.settles();

  assert.deepEqual(await world.simulator.heard(), said, 'what the platform heard');
  const mine = async () => (await widget.transcript()).filter((row) => row.by === 'visitor').map((row) => row.text);
  assert.deepEqual(await mine(), said, 'what the visitor sees');
  await page.reload();
  await until('all of it is back', async () => (await widget.texts()).includes('a second time'));
  assert.deepEqual(await mine(), said, 'what the visitor sees after a reload');
});

story('the proxy is killed at any moment of a send: what is shown is the truth', async (world) => {
  const { widget, visitor } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.idle();
  visitor.expect(GONE);
  visitor.expect(/status of 502/);

  const said = ['Hello'];
  for (const text of ['one', 'two', 'three', 'four', 'five']) {
    said.push(text);
    await widget.say(text);
    // The send may be in any state now: not yet out, at the proxy, at the platform, or answered.
    await world.proxy.kill();
    await world.proxy.start();
  }
  const mine = async () => (await widget.transcript()).filter((row) => row.by === 'visitor');
  await until('nothing is under way', async () => (await mine()).every((row) => row.state !== 'sending'), 60_000);

  const rows = await mine();
  const heard = await world.simulator.heard();
  assert.deepEqual(rows.map((row) => row.text), said, 'nothing is lost or moved');
  assert.equal(new Set(heard).size, heard.length, `nothing is heard twice: ${heard}`);
  assert.deepEqual(heard, said.filter((text) => heard.includes(text)), 'and in order');
  // A send that was in progress when the proxy died may never have left it. It is not repeated on a
  // guess, but shown as unknown.
  for (const { text, state } of rows) {
    assert.ok(heard.includes(text) ? state !== 'failed' : state === 'unknown', `"${text}" is shown as ${state}; heard: ${heard}`);
  }
});

story('replies that come while the proxy is down arrive when it is back, once and in order', async (world) => {
  const { widget, visitor } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.idle();
  visitor.expect(GONE);
  await world.proxy.kill();
  const { deliveries } = await world.simulator.order('reply', { text: '<p>Reply {n}</p>', times: 5 });
  assert.equal(deliveries.length, 5);
  await world.proxy.start();
  await widget.hears(/^Reply 5$/);
  const replies = (await widget.texts()).filter((text) => /^Reply \d$/.test(text));
  assert.deepEqual(replies, ['Reply 1', 'Reply 2', 'Reply 3', 'Reply 4', 'Reply 5']);
});

story('the visitor is told that the connection is gone, and that it is back', async (world) => {
  const { widget, visitor } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  await widget.isLive();
  visitor.expect(GONE);
  await world.proxy.kill();
  await widget.part('notice-reconnecting').waitFor();
  await world.proxy.start();
  await widget.isLive();
  await widget.part('notice-reconnecting').waitFor({ state: 'detached' });
});

story('a reload while the proxy is down keeps what was said and what was typed', async (world) => {
  const { widget, visitor, page } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.idle();
  // The host page and the widget's files come from another server here: only the conversation is
  // down.
  visitor.expect(GONE);
  await world.proxy.kill();
  await widget.say('said into the dark');
  await widget.input.fill('half a sen');
  await until('the draft is kept', () => page.evaluate(() => Object.keys(localStorage).some((key) => localStorage[key].includes('half a sen'))));
  await world.proxy.start();
  await page.reload();
  await widget.part('window-open').waitFor();
  await until('the draft is back', async () => (await widget.input.inputValue()) === 'half a sen');
  await widget.settles();
  assert.deepEqual(await world.simulator.heard(), ['Hello', 'said into the dark']);
});

story('killed between the platform’s work and its answer: not sent again, the echo confirms it', async (world) => {
  const { widget, visitor } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.idle();
  visitor.expect(GONE);
  visitor.expect(/status of 502/);
  await world.simulator.order('webhooks/pause');
  const { hold } = await world.simulator.order('hold', { call: 'send' });
  await widget.say('Are you still there?');
  await until('the platform has it', async () => (await world.simulator.calls('send', 1)).some((one) => one.outcome === 'held'));
  await world.proxy.kill();
  await world.proxy.start();
  await world.simulator.order('release', { hold });
  await widget.part('bubble-unknown').waitFor();
  await world.simulator.order('webhooks/resume');
  await widget.settles();
  assert.deepEqual(await world.simulator.heard(), ['Hello', 'Are you still there?']);
  assert.equal((await widget.texts()).filter((text) => text === 'Are you still there?').length, 1);
});

story('what was typed without a network goes out in order when it is back', async (world) => {
  const { widget, visitor } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.idle();
  await visitor.goOffline();
  await widget.part('notice-offline').waitFor();
  await widget.say('in a tunnel');
  await widget.say('still in it');
  await visitor.goOnline();
  await widget.settles();
  await widget.part('notice-offline').waitFor({ state: 'detached' });
  assert.deepEqual(await world.simulator.heard(), ['Hello', 'in a tunnel', 'still in it']);
});
