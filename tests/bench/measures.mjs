//! The measurements of the bench: one page load each, in a new browser profile with nothing cached
//! or stored.

import { probe } from './probe.mjs';
import { visited } from './server.mjs';

/** A slow phone on a slow line. Connection setup is not delayed. */
const SLOW = { cpu: 4, latency: 150, down: 1.6e6 / 8, up: 750e3 / 8 };
const SENDS = 8;
const HISTORY = 1_000;

/** Loads the subject's page, passes it to `use`, and closes it afterwards. */
async function load(browser, site, subject, { cpu = 1, slow = false, before }, use) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await page.addInitScript(`(${probe})(${subject.parts})`);
  if (before) await page.addInitScript(before);
  if (slow || cpu > 1) await devtools.send('Emulation.setCPUThrottlingRate', { rate: slow ? SLOW.cpu : cpu });
  if (slow) {
    const { latency, down: downloadThroughput, up: uploadThroughput } = SLOW;
    await devtools.send('Network.emulateNetworkConditions', { offline: false, latency, downloadThroughput, uploadThroughput });
  }
  const fetched = [];
  // Files only: the server's answers to API calls are not counted.
  page.on('requestfinished', (request) => /\.(?:js|css|wasm|json)$/.test(new URL(request.url()).pathname) && fetched.push(request));
  try {
    await page.goto(site.origin, { waitUntil: 'commit' });
    return await use(page, { fetched, devtools });
  } finally {
    await context.close();
  }
}

async function weigh(requests) {
  const sizes = await Promise.all(requests.map((request) => request.sizes()));
  return { requests: requests.length, bytes: sizes.reduce((sum, { responseBodySize }) => sum + responseBodySize, 0) };
}

async function open(page) {
  const { at, x, y } = await page.evaluate(() => bench.launcher());
  await page.mouse.click(x, y);
  return { launcher: at, typing: await page.evaluate(() => bench.typing()) };
}

/** Types these words, presses Enter, and returns when they were shown. */
async function say(page, words) {
  await page.keyboard.insertText(words);
  await page.evaluate((words) => bench.sends(words), words);
  await page.keyboard.press('Enter');
  return page.evaluate(() => bench.sent);
}

/**
 * The first visit, on a slow phone: clicks the launcher and sends a message as early as possible.
 */
export function cold(browser, site, subject) {
  site.reset();
  return load(browser, site, subject, { slow: true }, async (page, { fetched }) => {
    const { launcher, typing } = await open(page);
    const untilTyping = await weigh([...fetched]);
    const { shown } = await say(page, 'The first words');
    const reply = await page.evaluate(() => bench.replied(1));
    const untilReply = await weigh([...fetched]);
    const blocked = await page.evaluate(() => bench.blocked());
    return {
      launcher,
      typing,
      typingBytes: untilTyping.bytes,
      firstSend: shown,
      reply,
      replyBytes: untilReply.bytes,
      replyRequests: untilReply.requests,
      blocked,
    };
  });
}

/** Sending in a running conversation, on a slow phone. */
export function warm(browser, site, subject) {
  site.reset();
  return load(browser, site, subject, { cpu: SLOW.cpu }, async (page) => {
    await open(page);
    const sent = [];
    for (let at = 0; at < SENDS; at++) {
      sent.push(await say(page, `Words ${at} to be sent`));
      await page.evaluate((count) => bench.replied(count), at + 1);
    }
    const middle = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
    // The first sends run code for the first time, so they are left out.
    const later = sent.slice(2);
    return { send: middle(later.map(({ shown }) => shown)), sendInView: middle(later.map(({ inView }) => inView)) };
  });
}

/** Reopening a conversation of a thousand messages. */
export function history(browser, site, subject) {
  site.reset(HISTORY);
  return load(browser, site, subject, { before: visited }, async (page) => {
    const { x, y } = await page.evaluate(() => bench.launcher());
    // A returning visitor finds the page fully loaded.
    await page.evaluate(() => bench.idle());
    await page.mouse.click(x, y);
    return { history: await page.evaluate((words) => bench.read(words), `m${HISTORY - 1}:`) };
  });
}

/** The memory of a page with an open window, as the browser attributes it to the page. */
export function memory(browser, site, subject) {
  site.reset();
  return load(browser, site, subject, {}, async (page, { devtools }) => {
    await open(page);
    await page.evaluate(() => bench.idle());
    await devtools.send('HeapProfiler.collectGarbage');
    const bytes = await page.evaluate(async () => (await performance.measureUserAgentSpecificMemory()).bytes);
    return { memory: bytes };
  });
}
