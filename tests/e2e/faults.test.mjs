//! Tests of bad networks, in a real browser: messages and replies arrive once and in order, and
//! within seconds after the network has recovered.

import assert from 'node:assert/strict';
import { story, until } from './harness.mjs';
import { Faults } from './faults.mjs';

/** What the browser itself logs on such a network. An uncaught error is never expected. */
const NETWORK = /Failed to load resource|net::ERR_|blocked by CORS policy/;

/** Names of the catalogue, `cargo run -p chataibot-faults -- --table`. */
const FAULTS = [
  'reset-before-answer',
  'captive-portal',
  'bare-401',
  'bare-503',
  'close-in-character',
  'one-byte-both',
  'middlebox-until-close',
  'malformed-event',
  'byte-order-mark',
  'cut-request-anywhere',
];

/** P4: milliseconds until all parties agree again, and an allowance for a loaded machine. */
const HEALED = 5_000 + 3_000;

story('ten kinds of bad network: nothing lost, nothing twice, in order, and well again within seconds', async (world) => {
  const faults = await new Faults().start(world.proxy.address);
  try {
    world.page({ attributes: `proxy-url="${faults.address}"` });
    const { widget, visitor, page } = await world.chat();
    visitor.expect(NETWORK);
    const said = ['Grüße vorab'];
    const told = [];
    await widget.say(said[0]);
    await widget.settles();
    await world.simulator.idle();

    for (const name of FAULTS) {
      await faults.order(`always/${name}`);
      await faults.order('cut');
      said.push(`said under ${name} → ü`);
      await widget.say(said.at(-1));
      await until(`${name} was met`, async () => (await faults.order('seen')).includes(`${name} `));
      told.push(`told under ${name} → ü`);
      await world.simulator.reply(`<p>${told.at(-1)}</p>`);
      await faults.order('heal');
      const healed = Date.now();
      await until(
        `all is as it should be after ${name}`,
        async () => {
          const rows = await widget.transcript();
          const mine = rows.filter((row) => row.by === 'visitor');
          const arrived = mine.length === said.length && mine.every((row) => row.state === 'sent');
          return arrived && rows.some((row) => row.text === told.at(-1));
        },
        HEALED,
      ).catch((error) => assert.fail(`${error.message}; ${Date.now() - healed} ms on`));
    }

    const before = await widget.texts();
    assert.deepEqual(before.filter((text) => said.includes(text)), said, 'each once, in order');
    assert.deepEqual(before.filter((text) => told.includes(text)), told, 'replies, too');
    assert.deepEqual(await world.simulator.heard(), said, 'and the platform heard each once');
    await page.reload();
    await widget.part('window-open').waitFor();
    await until('the same after a reload', async () => JSON.stringify(await widget.texts()) === JSON.stringify(before));
  } finally {
    await faults.stop();
  }
});
