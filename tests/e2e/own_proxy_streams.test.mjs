//! Tests of custom proxies: they may write streams in every way that the standard permits, and one
//! bad entry does not end a stream.

import assert from 'node:assert/strict';
import { story, until } from './harness.mjs';
import { OwnProxy } from './own_proxy.mjs';

/** Opens a chat with a custom proxy, in which the visitor has sent "Hello". */
async function talk(world, change = () => {}) {
  const proxy = await new OwnProxy().start();
  change(proxy);
  const address = world.page({ path: '/own', attributes: proxy.attributes });
  const { widget, page, visitor } = await world.chat({ address });
  await widget.say('Hello');
  await widget.settles();
  return { proxy, widget, page, visitor };
}

const withoutName = ({ cursor }, entry) => `id: ${cursor}\ndata: ${entry}\n\n`;
const withoutId = ({ event }, entry) => `event: ${Object.keys(event)[0]}\ndata:${entry}\n\n`;
const withNothing = (_, entry) => `data: ${entry}\n\n`;
/** An entry as JSON over several `data` lines, which a parser joins with line feeds. */
const overLines = ({ cursor }, entry) => {
  const lines = JSON.stringify(JSON.parse(entry), null, 1).split('\n');
  return `:\r\nid:${cursor}\r\nunknown: field\r\n${lines.map((line) => `data: ${line}\r\n`).join('')}\r\n`;
};

for (const [name, write] of Object.entries({ withoutName, withoutId, withNothing, overLines })) {
  story(`a stream is read as the standard says: ${name}`, async (world) => {
    const { proxy, widget } = await talk(world, (proxy) => {
      proxy.write = write;
      proxy.streamType = 'Text/Event-Stream; Charset=UTF-8';
    });
    proxy.say('first');
    await widget.shows('Hello', 'first');
    proxy.hangUp();
    await until('it is read again', () => proxy.asked.length > 1);
    assert.equal(proxy.asked.at(-1).from, '1-3', 'from where it stood');
    proxy.say('second');
    await widget.shows('Hello', 'first', 'second');
    await proxy.stop();
  });
}

story('an entry nobody can read is left out, told once, and never ends the conversation', async (world) => {
  const { proxy, widget, page, visitor } = await talk(world);
  visitor.expect(/UNREADABLE_ENTRY/);
  const event = { message: { author: 'bot', content: { text: { body: [{ text: 'x' }] } } } };
  const spoilt = [
    () => '{"cursor":"1-3","at":',
    (entry) => entry.replace('"x"', `"${'x'.repeat(3 << 20)}"`),
    () => '[]',
    (entry) => entry.replace('"bot"', '"somebody"'),
  ];
  for (const [at, spoil] of spoilt.entries()) {
    proxy.append(event, spoil);
    proxy.say(`after ${at}`);
    await widget.hears(new RegExp(`^after ${at}$`));
  }
  await widget.shows('Hello', 'after 0', 'after 1', 'after 2', 'after 3');
  await widget.isLive();
  const errors = () => page.evaluate(() => window.told.filter(({ type }) => type === 'error').map(({ code }) => code));
  assert.deepEqual(await errors(), ['UNREADABLE_ENTRY'], 'told once');
  await page.reload();
  await widget.beOpen();
  proxy.say('after all');
  await widget.hears(/^after all$/);
  await proxy.stop();
});

story('the same by long poll', async (world) => {
  const { proxy, widget, visitor } = await talk(world, (proxy) => (proxy.write = undefined));
  visitor.expect(/UNREADABLE_ENTRY/);
  const event = { message: { author: 'bot', content: { text: { body: [{ text: 'x' }] } } } };
  proxy.append(event, (entry) => entry.replace('"bot"', '7'));
  proxy.say('after it');
  await widget.shows('Hello', 'after it');
  await until('it polls from behind it', () => proxy.asked.some(({ polls, from }) => polls && from === '1-4'));
  await proxy.stop();
}, { timeout: 120_000 });
