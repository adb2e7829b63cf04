//! Tests of a reload at critical moments: no message is lost or duplicated.

import assert from 'node:assert/strict';
import { story, until } from './harness.mjs';

for (const call of ['start', 'send']) {
  story(`a reload while a ${call} is under way loses nothing and doubles nothing`, async (world) => {
    const { widget, page, visitor } = await world.chat();
    const said = ['Hello'];
    if (call === 'send') {
      await widget.say('Hello');
      await widget.settles();
      await world.simulator.idle();
      said.push('opening hours');
    }
    // Errors of requests that the reload aborts are expected.
    visitor.expect(/ERR_|aborted|Failed to fetch/i);
    const { hold } = await world.simulator.order('hold', { call });
    await widget.say(said.at(-1));
    await until('the platform has it', async () => (await world.simulator.calls(call, 1)).some((one) => one.outcome === 'held'));

    await page.reload();
    await widget.part('window-open').waitFor();
    await until('it stands in the list', async () => (await widget.texts()).filter((text) => text === said.at(-1)).length === 1);
    await world.simulator.order('release', { hold });
    await widget.settles();
    await world.simulator.idle();
    assert.deepEqual(await world.simulator.heard(), said);
    const mine = (await widget.transcript()).filter((row) => row.by === 'visitor').map((row) => row.text);
    assert.deepEqual(mine, said);
  });
}

story('messages that were typed without a network go out after a reload, in order', async (world) => {
  const { widget, page, visitor } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.idle();
  await visitor.goOffline();
  for (const text of ['one', 'two', 'three']) await widget.say(text);
  assert.deepEqual(await world.simulator.heard(), ['Hello']);
  await visitor.goOnline();
  await page.reload();
  await widget.part('window-open').waitFor();
  await widget.settles();
  assert.deepEqual(await world.simulator.heard(), ['Hello', 'one', 'two', 'three']);
  const mine = (await widget.transcript()).filter((row) => row.by === 'visitor').map((row) => row.text);
  assert.deepEqual(mine, ['Hello', 'one', 'two', 'three']);
}, { chromium: 'only Playwright takes the network away' });
