//! Tests of leader election: ten tabs of one browser have one stream, and when its tab closes
//! another opens one within two seconds. Counted twice: by the browser's open requests, and by the
//! number of streams that the proxy has opened.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { Widget, siteByEnvironment, story, until } from './harness.mjs';

/** How long a new leader may take, in milliseconds. */
const TAKE_OVER = 2_000;

/** Returns a free port, for the proxy's metrics. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const METRICS = `127.0.0.1:${await freePort()}`;
const options = { proxy: siteByEnvironment({ CHATAIBOT_PROXY_METRICS_LISTEN: METRICS }) };

/** Returns how many streams the proxy has opened so far. */
async function opened() {
  const text = await (await fetch(`http://${METRICS}/metrics`)).text();
  return Number(/^\S*streams_opened\S* (\d+)$/m.exec(text)[1]);
}

/** Tracks the open streams in a visitor's browser, by the page that owns them. */
function streams(visitor) {
  const open = new Map();
  visitor.context.on('request', (request) => {
    if (/\/events\b/.test(request.url())) open.set(request, request.frame().page());
  });
  for (const end of ['requestfinished', 'requestfailed']) visitor.context.on(end, (request) => open.delete(request));
  visitor.context.on('page', (page) => page.on('close', () => {
    for (const [request, owner] of open) if (owner === page) open.delete(request);
  }));
  return { pages: () => [...open.values()], count: () => open.size };
}

async function openTab(world, visitor) {
  return new Widget(await visitor.tab(`${world.host.origin}/`));
}

/** Opens a tab whose visitor has sent a message and got a reply. */
async function talkingTab(world, visitor) {
  const tab = await openTab(world, visitor);
  await tab.open();
  await tab.say('Hello');
  await tab.hears(/./);
  await tab.settles();
  await world.simulator.idle();
  return tab;
}

/** Opens one more tab, in which the window is open, too. */
async function furtherTab(world, visitor) {
  const tab = await openTab(world, visitor);
  await tab.part('window-open').waitFor();
  return tab;
}

story('ten tabs hold one stream, and the next leader is there within two seconds', async (world) => {
  const visitor = await world.visitor();
  const under = streams(visitor);
  const first = await talkingTab(world, visitor);
  const tabs = [first];
  while (tabs.length < 10) tabs.push(await furtherTab(world, visitor));
  const texts = await first.texts();
  for (const tab of tabs) await tab.shows(...texts.map((text) => ({ text })));
  for (const tab of tabs) await tab.isLive();
  assert.equal(under.count(), 1, 'the browser has one stream');
  assert.equal(await opened(), 1, 'and the proxy has never seen another');

  await world.simulator.reply('<p>To all of you</p>');
  for (const tab of tabs) await tab.hears(/To all of you/);
  assert.equal(under.count(), 1);

  const leader = tabs.find((tab) => under.pages()[0] === tab.page);
  const others = tabs.filter((tab) => tab !== leader);
  await leader.page.close();
  const begun = Date.now();
  await world.simulator.reply('<p>Who hears me?</p>');
  await others[4].hears(/Who hears me/);
  assert.ok(Date.now() - begun < TAKE_OVER, `it took ${Date.now() - begun} ms`);
  for (const tab of others) await tab.hears(/Who hears me/);
  assert.equal(under.count(), 1);
  assert.equal(await opened(), 2);
}, options);

story('a leader that crashes is followed within two seconds', async (world) => {
  const visitor = await world.visitor();
  const under = streams(visitor);
  const one = await talkingTab(world, visitor);
  const other = await furtherTab(world, visitor);
  await other.isLive();
  assert.equal(under.pages()[0], one.page);
  visitor.expect(/crashed/);
  // A crash, as when the browser kills a tab for its memory: no unload event runs.
  const session = await visitor.context.newCDPSession(one.page);
  session.send('Page.crash').catch(() => undefined);
  await new Promise((resolve) => one.page.once('crash', resolve));
  const begun = Date.now();
  await world.simulator.reply('<p>Still there?</p>');
  await other.hears(/Still there/);
  assert.ok(Date.now() - begun < TAKE_OVER, `it took ${Date.now() - begun} ms`);
}, options);

story('drafts, reading and the open window are one for all tabs, and no window jumps', async (world) => {
  const visitor = await world.visitor();
  const one = await talkingTab(world, visitor);
  const other = await furtherTab(world, visitor);
  await other.close();
  assert.equal(await one.part('window-open').count(), 1, 'its window stays open');
  await one.close();
  await world.simulator.reply('<p>News</p>');
  await until('both count it', async () => (await one.part('badge').count()) === 1 && (await other.part('badge').count()) === 1);
  await one.open();
  await until('read in one is read in both', async () => (await other.part('badge').count()) === 0);
  assert.equal(await other.part('window-open').count(), 0, 'and the other stays shut');
  await one.input.fill('half a sen');
  await other.open();
  await until('the draft follows', async () => (await other.input.inputValue()) === 'half a sen');
}, options);

story('a page comes back from the back-forward cache with a live conversation', async (world) => {
  const visitor = await world.visitor({ backForwardCache: true });
  const widget = await talkingTab(world, visitor);
  const { page } = widget;
  const elsewhere = world.host.page('/elsewhere', '<h1>Another page</h1>');
  await page.evaluate(() => addEventListener('pageshow', (event) => { window.cameBack = event.persisted; }));
  await widget.isLive();
  await page.goto(elsewhere);
  await world.simulator.reply('<p>While you were away</p>');
  // Playwright would wait for a load event, which does not come.
  await page.evaluate(() => history.back());
  // Between the two pages `evaluate` fails.
  await until('it is the very page', () => page.evaluate(() => window.cameBack).catch(() => false));
  await widget.hears(/While you were away/);
  await widget.isLive();
  await world.simulator.reply('<p>And now</p>');
  await widget.hears(/And now/);
  await widget.say('opening hours');
  await widget.hears(/Monday to Saturday/);
});
