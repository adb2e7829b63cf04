//! Tests of the first message, which is sent while the program is loading: sent once, exactly as
//! the program would, and found again after a reload or a failure.

import assert from 'node:assert/strict';
import { Widget, story, until } from './harness.mjs';
import { begin } from './held_program.mjs';

const ready = (page) => page.evaluate(() => document.querySelector('chataibot-widget').state.ready);
const own = async (widget) => (await widget.transcript()).filter(({ by }) => by === 'visitor').map(({ text }) => text);

async function say(page, text) {
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

/** Returns the stored values whose keys contain `end`. */
const stored = (page, end) => page.evaluate((end) => Object.keys(localStorage).filter((key) => key.includes(end)).map((key) => localStorage[key]), end);

story('the first message is at the platform before the program is there, as the program would send it, and its answer is shown', async (world) => {
  const { page, widget, arrived } = await begin(world);
  await page.evaluate(() => {
    window.heard = [];
    for (const name of ['sent', 'conversation']) document.addEventListener(`chataibot-${name}`, () => heard.push(name));
  });
  const requests = [];
  page.on('request', (request) => requests.push(new URL(request.url())));
  await say(page, 'Hello');
  const [early] = await world.simulator.calls('start', 1);
  assert.equal(await ready(page), false);
  await say(page, 'Another');
  await arrived();
  await widget.settles();
  await until('both are answered', async () => (await widget.texts()).length >= 4);
  assert.deepEqual(await own(widget), ['Hello', 'Another']);
  assert.deepEqual(await world.simulator.heard(), ['Hello', 'Another']);
  assert.deepEqual(await page.evaluate(() => heard), ['conversation', 'sent', 'sent']);

  const other = await world.chat();
  await until('the program is there', () => ready(other.page));
  await other.widget.say('Hello');
  await other.widget.settles();
  const [, late] = await world.simulator.calls('start', 2);
  const known = ({ body }) => ({ ...body, from: { ...body.from, user_external_id: null } });
  assert.deepEqual(known(early), known(late));
  assert.equal(requests.filter(({ pathname }) => pathname.endsWith('/conversations')).length, 1);
  assert.equal(requests.filter(({ pathname }) => pathname.endsWith('/events')).length, 1);
});

story('a page that is loaded anew before the program was there finds the message, sent once, and its answer', async (world) => {
  const { page, widget, release } = await begin(world);
  await say(page, 'Hello');
  await world.simulator.calls('start', 1);
  assert.equal((await stored(page, ':outbox:')).length, 1);
  release();
  await page.reload();
  await until('it is sent', async () => (await stored(page, ':outbox:')).length === 0);
  await widget.open().catch(() => {});
  await widget.hears(/./);
  assert.deepEqual(await own(widget), ['Hello']);
  assert.deepEqual(await world.simulator.heard(), ['Hello']);
});

for (const [name, fails] of Object.entries({
  'is not reached': (route) => route.abort(),
  'has no time': (route) => route.fulfill({ status: 503, json: { ok: false, error: 'UNAVAILABLE' }, headers: { 'access-control-allow-origin': '*', 'retry-after': '1' } }),
  'is a page of a hotel': (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<p>Welcome', headers: { 'access-control-allow-origin': '*' } }),
})) {
  story(`where the proxy ${name} the program sends the message again`, async (world) => {
    const { visitor, page, widget, arrived } = await begin(world);
    visitor.expect(/Failed to load resource|ERR_FAILED/);
    let failed = 0;
    await visitor.context.route('**/conversations', (route) => (failed++ ? route.continue() : fails(route)));
    await say(page, 'Hello');
    await until('it has failed', () => failed);
    await arrived();
    await widget.hears(/./);
    assert.deepEqual(await own(widget), ['Hello']);
    assert.deepEqual(await world.simulator.heard(), ['Hello']);
  });
}

story('where storage takes nothing more before the program is there, the answer is waited for no longer', async (world) => {
  const { page, widget, arrived } = await begin(world);
  await say(page, 'Hello');
  await world.simulator.calls('start', 1);
  await page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await arrived();
  await widget.hears(/./);
  await say(page, 'Another');
  await widget.settles();
  assert.deepEqual(await own(widget), ['Hello', 'Another']);
  assert.deepEqual(await world.simulator.heard(), ['Hello', 'Another']);
});

story('another tab in which the visitor writes meanwhile goes on with the same conversation', async (world) => {
  const { visitor, page, widget, arrived } = await begin(world);
  await visitor.context.unroute(/chataibot-widget_bg\.wasm/);
  const second = new Widget(await visitor.tab(`${world.host.origin}/`));
  await second.beOpen();
  await until('the program is there', () => ready(second.page));
  await page.bringToFront();
  await say(page, 'One');
  await world.simulator.calls('start', 1);
  await second.page.bringToFront();
  await second.input.fill('Two');
  await second.input.press('Enter');
  await arrived();
  await until('both have both', async () => (await own(widget)).length === 2 && (await own(second)).length === 2);
  await widget.settles();
  assert.deepEqual(await world.simulator.heard(), ['One', 'Two']);
  assert.equal((await world.simulator.calls('start')).length, 1);
});

const MORE = {
  'a contact': [{ attributes: 'contact-name="Ada"' }, ({ contact }) => contact.name, 'Ada'],
  'a contact that it says meanwhile': [{ says: { contact: { name: 'Ada' } } }, ({ contact }) => contact.name, 'Ada'],
  variables: [{ attributes: 'variables=\'{"plan":"free"}\'' }, ({ conversation }) => conversation.plan, 'free'],
  'variables that it says meanwhile': [{ says: { variables: { plan: 'free' } } }, ({ conversation }) => conversation.plan, 'free'],
};

for (const [name, [{ attributes = '', says = {} }, found, expected]] of Object.entries(MORE)) {
  story(`where the page knows ${name} the program sends the first message, with it`, async (world) => {
    const { page, widget, arrived } = await begin(world, { page: { attributes } });
    await page.evaluate((says) => Object.assign(document.querySelector('chataibot-widget'), says), says);
    await say(page, 'Hello');
    await widget.shows('Hello');
    // An early send would have happened by now: lock requests are granted in order.
    await page.evaluate(() => navigator.locks.query());
    assert.equal((await stored(page, ':outbox:')).length, 0);
    await arrived();
    await widget.settles();
    const [{ body }] = await world.simulator.calls('start', 1);
    assert.equal(found(body.variables), expected);
  });
}

story('calls with an address of their own are the program\'s', async (world) => {
  const { page, widget, arrived } = await begin(world, { page: { attributes: `api-url="${world.proxy.address}/api/v1"` } });
  await say(page, 'Hello');
  await widget.shows('Hello');
  assert.equal((await stored(page, ':outbox:')).length, 0);
  await arrived();
  await widget.settles();
  assert.deepEqual(await world.simulator.heard(), ['Hello']);
});

story('a window in which nothing is said keeps no other tab from beginning, nor from reading', async (world) => {
  const { visitor, page, arrived } = await begin(world);
  const held = () => page.evaluate(async () => (await navigator.locks.query()).held.map(({ name }) => name.split(':').at(-1)).sort());
  await until('it is ready to send', async () => (await held()).join() === 'leader,send');
  await arrived();
  await until('it has let go', async () => (await held()).length === 0);
  const second = new Widget(await visitor.tab(`${world.host.origin}/`));
  // The window opens by itself, as it was open last.
  await second.part('window-open').waitFor();
  await second.say('Hello');
  await second.hears(/./);
});

for (const [name, isSent] of [['before', false], ['after', true]]) {
  story(`an element that is made anew ${name} the first message goes on at once`, async (world) => {
    const { page, widget, release } = await begin(world);
    if (isSent) {
      await say(page, 'Hello');
      await world.simulator.calls('start', 1);
    }
    await page.evaluate(() => document.querySelector('chataibot-widget').replaceWith(document.createElement('chataibot-widget')));
    await until('nobody waits for a lock', () => page.evaluate(async () => !(await navigator.locks.query()).pending.length));
    release();
    await widget.beOpen();
    await widget.input.waitFor();
    if (!isSent) await widget.say('Hello');
    await widget.settles();
    await widget.hears(/./);
    assert.deepEqual(await own(widget), ['Hello']);
    assert.deepEqual(await world.simulator.heard(), ['Hello']);
  });
}
