//! A page, a tool or the browser clears storage in the middle of a chat: the conversation is not lost. Who logs out calls `reset()`.

import assert from 'node:assert/strict';
import { Widget, story, until } from './harness.mjs';

const kept = (page) => page.evaluate(() => Object.keys(localStorage).map((key) => key.split(':').at(-1)));

/** A chat in which "Hello" was said and answered. */
async function talk(world) {
  const { widget, page, visitor } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  await widget.hears(/^What shall we do/);
  await until('it is stored', async () => (await kept(page)).includes('conversation'));
  return { widget, page, visitor, texts: await widget.texts() };
}

/** The ways in which storage is emptied. */
const WAYS = {
  'all at once': () => localStorage.clear(),
  'key by key': () => Object.keys(localStorage).reverse().forEach((key) => localStorage.removeItem(key)),
  'the visitor alone': () => localStorage.removeItem(Object.keys(localStorage).find((key) => key.endsWith(':visitor'))),
  'the conversation alone': () => localStorage.removeItem(Object.keys(localStorage).find((key) => key.endsWith(':conversation'))),
};

for (const [name, clear] of Object.entries(WAYS)) {
  story(`cleared ${name}, and left at once: a reload shows the conversation, and it goes on`, async (world) => {
    const { widget, page, texts } = await talk(world);
    await page.evaluate(clear);
    await page.reload();
    await widget.beOpen();
    await widget.shows(...texts);
    await widget.say('Still me');
    await widget.settles();
    assert.equal((await world.simulator.calls('start')).length, 1, 'one conversation');
  });

  story(`cleared ${name} before more is said: it goes on, over a reload as well`, async (world) => {
    const { widget, page, texts: before } = await talk(world);
    await page.evaluate(clear);
    await widget.say('help');
    await widget.settles();
    await until('it is answered', async () => (await widget.texts()).length > before.length + 1);
    await world.simulator.idle();
    const texts = await widget.texts();
    await page.reload();
    await widget.beOpen();
    await widget.shows(...texts);
    assert.equal((await world.simulator.calls('start')).length, 1);
  });
}

story('what was written without a connection is sent although storage is cleared', async (world) => {
  const { widget, page, visitor } = await talk(world);
  await visitor.goOffline();
  await widget.say('On its way');
  await page.evaluate(() => localStorage.clear());
  await visitor.goOnline();
  await widget.settles();
  assert.ok((await world.simulator.heard()).includes('On its way'));
});

story('cleared in another tab: both go on in one conversation', async (world) => {
  const { widget, page, visitor, texts } = await talk(world);
  const second = new Widget(await visitor.tab(page.url()));
  await second.beOpen();
  await second.shows(...texts);
  await second.page.evaluate(() => localStorage.clear());
  await until('it is stored again', async () => (await kept(page)).includes('visitor') && (await kept(page)).includes('conversation'));
  await widget.say('From the first');
  await widget.settles();
  await until('both show it', async () => (await second.texts()).includes('From the first'));
  assert.equal((await world.simulator.calls('start')).length, 1);
});

story('a log-out that clears storage and calls reset() is one, in every tab', async (world) => {
  const { page, visitor } = await talk(world);
  // The other tab may be asking for a token of the visitor who has just been logged out.
  visitor.expect(/401 \(Unauthorized\) .*\/token/);
  const second = new Widget(await visitor.tab(page.url()));
  await second.beOpen();
  await until('it shows the conversation', async () => (await second.texts()).length > 0);
  await page.evaluate(() => {
    localStorage.clear();
    return document.querySelector('chataibot-widget').reset();
  });
  await until('the other tab forgets, too', async () => (await second.texts()).length === 0);
  await until('nothing of it is kept', async () => !(await kept(page)).includes('conversation') || !(await page.evaluate(() => JSON.stringify(localStorage))).includes('Hello'));
  await page.reload();
  assert.doesNotMatch(await page.evaluate(() => JSON.stringify(localStorage)), /Hello/);
});
