//! Tests of storage that a page, a tool or the browser clears during a chat: the conversation is
//! not lost. A log-out must call `reset()`.

import assert from 'node:assert/strict';
import { Widget, story, until } from './harness.mjs';

const kept = (page) => page.evaluate(() => Object.keys(localStorage).map((key) => key.split(':').at(-1)));

/** Opens a chat in which "Hello" was sent and answered. */
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
    const { widget, page } = await talk(world);
    await page.evaluate(clear);
    await widget.say('help');
    await widget.settles();
    await widget.hears(/^Or begin with/);
    const texts = await widget.texts();
    await page.reload();
    await widget.beOpen();
    await widget.shows(...texts);
    assert.equal((await world.simulator.calls('start')).length, 1);
  });
}

for (const [name, spoil] of Object.entries({
  'is gone': (key) => localStorage.removeItem(key),
  'was written over': (key) => localStorage.setItem(key, 'null'),
})) {
  story(`a visitor who ${name} in storage, while a conversation stands there, begins a new one`, async (world) => {
    const { page, visitor } = await talk(world);
    await page.close();
    const bare = await visitor.tab(world.page({ path: '/bare', body: '<p>Without a chat</p>' }));
    await bare.evaluate(`(${spoil})(Object.keys(localStorage).find((key) => key.endsWith(':visitor')))`);
    const other = new Widget(await visitor.tab(`${world.host.origin}/`));
    await other.beOpen();
    await other.say('Somebody else');
    await other.settles();
    await until('it is answered', async () => (await other.texts()).length > 1);
    assert.equal((await world.simulator.calls('start')).length, 2);
    const texts = await other.texts();
    await other.page.reload();
    await other.beOpen();
    await until('it is there again', async () => (await other.texts()).length >= texts.length);
  });
}

/** How privacy tools break storage, either until a visitor consents or permanently. */
const REFUSING = {
  'keeps nothing and says nothing': 'Storage.prototype.setItem = () => {};',
  'is full': "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };",
  'may not be read': "Storage.prototype.getItem = () => { throw new DOMException('denied', 'SecurityError'); };",
  'lists no keys': "Storage.prototype.key = () => { throw new DOMException('denied', 'SecurityError'); };",
  'is none': "Object.defineProperty(window, 'localStorage', { value: null, configurable: true });",
  'may not be asked for': "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError'); }, configurable: true });",
};

/** Makes `consent()` in the page undo what REFUSING does. */
const CONSENT = `{
  const { setItem, getItem, key } = Storage.prototype;
  const storage = Object.getOwnPropertyDescriptor(window, 'localStorage');
  window.consent = () => {
    Object.assign(Storage.prototype, { setItem, getItem, key });
    Object.defineProperty(window, 'localStorage', storage);
  };
}`;

for (const [name, script] of Object.entries(REFUSING)) {
  story(`storage that ${name}: a conversation is had all the same, and stored once the visitor has consented`, async (world) => {
    world.host.script('/storage.js', `if (!document.cookie) { ${CONSENT} ${script} }`);
    const { widget, page } = await world.chat({ address: world.page({ path: '/refusing', head: '<script src="/storage.js"></script>' }) });
    await widget.say('Hello');
    await widget.settles();
    await widget.hears(/^What shall we do/);
    await widget.say('help');
    await widget.settles();
    await world.simulator.idle();
    assert.deepEqual(await world.simulator.heard(), ['Hello', 'help']);
    assert.equal((await world.simulator.calls('start')).length, 1);

    await page.evaluate(() => {
      document.cookie = 'consent=yes';
      window.consent();
    });
    await widget.say('buttons');
    await widget.settles();
    await widget.part('answer').first().waitFor();
    const texts = await widget.texts();
    await until('it is stored', async () => (await kept(page)).includes('conversation'));
    await page.reload();
    await widget.beOpen();
    await until('all of it is there again', async () => {
      const now = await widget.texts();
      return texts.every((text) => now.includes(text));
    });
    await world.simulator.idle();
    assert.deepEqual(await world.simulator.heard(), ['Hello', 'help', 'buttons'], 'nothing is sent twice');
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
}, { chromium: 'only Playwright cuts the line' });

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
  // The other tab may be requesting a token for the visitor who was just logged out.
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
