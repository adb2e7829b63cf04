//! Checks the download size from the launcher's click until the first reply, counted in the
//! browser, against sizes.toml. Only for the shipped bundle: others are not built to be small.

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { Widget, siteByEnvironment, story, until } from './harness.mjs';

const { CHATAIBOT_DIST } = process.env;
const isShipped = (await readdir(CHATAIBOT_DIST)).some((name) => /^chataibot-talk-.*\.wasm$/.test(name));

/** Returns the number of this name in sizes.toml. */
async function budget(name) {
  const budgets = await readFile(new URL('../../sizes.toml', import.meta.url), 'utf8');
  return Number(new RegExp(`^${name} = ([0-9_]+)$`, 'm').exec(budgets)[1].replaceAll('_', ''));
}

story('until the first reply a visitor downloads no more, in no more requests, than sizes.toml allows', async (world) => {
  const visitor = await world.visitor();
  const fetched = [];
  visitor.context.on('requestfinished', (request) => {
    // Answers for token, conversation and stream are no files. The notification sound and what it
    // needs are fetched after the first reply.
    if (/\/chataibot(?!-notify|-shared|-page|-metrics)[^/]*\.(?:js|wasm|json)$/.test(new URL(request.url()).pathname)) fetched.push(request);
  });
  const widget = new Widget(await visitor.tab(world.page()));
  await widget.launcher.waitFor();
  await widget.open();
  await widget.say('Hello');
  await until('the reply is there', async () => (await widget.transcript()).some(({ by }) => by !== 'visitor'));
  await widget.settles();
  const told = await widget.page.evaluate(() => document.querySelector('chataibot-widget').metrics());

  const files = await Promise.all(
    fetched.map(async (request) => {
      assert.equal(await (await request.response()).headerValue('content-encoding'), 'br', request.url());
      return { name: request.url().split('/').pop(), bytes: (await request.sizes()).responseBodySize };
    }),
  );
  // With one character beyond Latin-1, a browser keeps the whole script at two bytes per character.
  for (const request of fetched.filter((one) => one.url().endsWith('.js'))) {
    assert.doesNotMatch(await (await request.response()).text(), /[^\0-\x7f]/, request.url());
  }
  const table = files.map(({ name, bytes }) => `${name}: ${bytes}`).join('\n');
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  assert.ok(files.length <= (await budget('requests-first-reply')), `${files.length} requests:\n${table}`);
  assert.ok(bytes <= (await budget('first-reply')), `${bytes} bytes:\n${table}`);
  assert.ok(bytes > 50_000, `the bundle was counted:\n${table}`);
  // The page can query the same numbers; the notification sound may have been fetched since.
  assert.ok(told.requests >= files.length && told.bytes >= bytes, `${JSON.stringify(told)}\n${table}`);
  assert.ok(told.launcher <= told.typing && told.typing <= told.reply, JSON.stringify(told));
}, {
  proxy: siteByEnvironment({}),
  skip: isShipped ? false : 'the bundle is not the shipped one',
  chromium: 'only Playwright tells how many bytes came',
});
