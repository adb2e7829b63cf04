//! Tests of a page without a bundler, which finds the package by an import map alone.

import assert from 'node:assert/strict';
import { converse, converseAndTell, example } from './harness.mjs';

example('plain-html', 'a conversation by an import map, without a bundler', converseAndTell);

example('plain-html', 'a part whose fetch failed is fetched under another address when the visitor tries again', async ({ page, visitor, widget }) => {
  visitor.expect(/could not start|ERR_FAILED|Failed to load resource/);
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url())));
  for (const name of ['shell', 'widget']) await page.route(`**/chataibot-${name}.js`, (route) => route.abort());
  const failures = () => page.evaluate(() => window.failures);
  await page.evaluate(() => {
    window.failures = 0;
    document.addEventListener('chataibot-error', () => window.failures++);
  });
  // The first try fails at the shell, the second at a module that the shell imports; each retry
  // uses another address.
  for (const wanted of [1, 2]) {
    await widget.launcher.click();
    await page.waitForFunction((wanted) => window.failures === wanted, wanted);
    await widget.launcher.click();
    await widget.part('fallback').waitFor({ state: 'hidden' });
  }
  assert.equal(await failures(), 2);
  await converse({ widget });
  const again = asked.filter(({ search }) => search.startsWith('?retry=')).map(({ pathname }) => pathname.split('/').at(-1));
  assert.deepEqual(again, ['chataibot-shell.js', 'chataibot-widget.js'], 'once each: what came is kept');
});
