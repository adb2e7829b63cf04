//! Tests of visitor tokens that expire, are refused and are renewed, unnoticed by the visitor.

import assert from 'node:assert/strict';
import { siteByEnvironment, story, until } from './harness.mjs';

/** Counts requests to `/token`. */
function countTokens(visitor) {
  const count = { value: 0 };
  visitor.context.on('request', (request) => {
    if (request.method() === 'POST' && new URL(request.url()).pathname === '/token') count.value += 1;
  });
  return count;
}

/** Changes the stored visitor, as if the proxy had changed its keys or forgotten the visitor. */
const spoil = (page, change) =>
  page.evaluate((change) => {
    const key = Object.keys(localStorage).find((key) => key.endsWith(':visitor'));
    const stored = JSON.parse(localStorage.getItem(key));
    localStorage.setItem(key, JSON.stringify({ ...stored, value: { ...stored.value, ...change } }));
  }, change);

story('a token that is refused is renewed, and the message arrives once', async (world) => {
  const { widget, visitor, page } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.idle();
  await spoil(page, { token: 'spoilt' });
  visitor.expect(/status of 401/);
  const tokens = countTokens(visitor);
  await page.reload();
  await widget.part('window-open').waitFor();
  await widget.say('opening hours');
  await widget.hears(/Monday to Saturday/);
  await widget.settles();
  assert.ok(tokens.value >= 1, 'it was renewed');
  assert.deepEqual(await world.simulator.heard(), ['Hello', 'opening hours']);
  assert.equal((await world.simulator.calls('start')).length, 1, 'still the same visitor in the same conversation');
});

story('a visitor whom the proxy no longer knows begins anew', async (world) => {
  const { widget, visitor, page } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.idle();
  await spoil(page, { token: 'spoilt', renewal: '0'.repeat(64) });
  visitor.expect(/status of 401/);
  await page.reload();
  await widget.part('window-open').waitFor();
  await until('the stranger’s conversation is gone', async () => !(await widget.texts()).includes('Hello'));
  await widget.say('Hello again');
  await widget.hears(/./);
  await widget.settles();
  const visitors = (await world.simulator.calls('start', 2)).map((call) => call.body.from.user_external_id);
  assert.equal(new Set(visitors).size, 2, 'another visitor');
});

story(
  'a token that comes to its end is renewed and the stream goes on',
  async (world) => {
    const { widget, visitor } = await world.chat();
    const tokens = countTokens(visitor);
    await widget.say('Hello');
    await widget.settles();
    await world.simulator.idle();
    const first = tokens.value;
    // The shortest lifetime that a proxy allows is a minute; the stream ends before it, with a
    // `reauth` event.
    await until('it is renewed', () => tokens.value > first, 75_000);
    await widget.isLive();
    await world.simulator.reply('<p>On the second token</p>');
    await widget.hears(/On the second token/);
    await widget.say('opening hours');
    await widget.hears(/Monday to Saturday/);
    assert.deepEqual(await world.simulator.heard(), ['Hello', 'opening hours']);
  },
  { timeout: 150_000, proxy: siteByEnvironment({ CHATAIBOT_PROXY_TOKEN_LIFETIME_SECONDS: '60' }) },
);

story('a renewal by two tabs at once keeps one visitor', async (world) => {
  const { widget, visitor, page } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.idle();
  await spoil(page, { token: 'spoilt' });
  visitor.expect(/status of 401/);
  const second = await visitor.tab(page.url());
  await Promise.all([page.reload(), second.reload()]);
  await widget.part('window-open').waitFor();
  await widget.say('opening hours');
  await widget.hears(/Monday to Saturday/);
  assert.equal((await world.simulator.calls('start')).length, 1, 'one visitor, one conversation');
});
