//! Tests with React 19, as built by Vite and as served by its development server.

import assert from 'node:assert/strict';
import { converseAndTell, example } from './harness.mjs';
import { serveBy } from './serve.mjs';

const developmentServer = (folder) => serveBy(folder, 'npx', (port) => ['vite', '--port', String(port), '--strictPort', '--host', '127.0.0.1']);

example('react-19', 'a conversation in StrictMode, with properties and listeners in JSX', async ({ page, widget }) => {
  await converseAndTell({ page, widget });
  await page.getByRole('button', { name: 'en', exact: true }).evaluate((button) => button.click());
  await widget.part('input').and(page.locator('[placeholder*="Nachricht"]')).waitFor();
});

example('react-19', 'a conversation on the development server, which moves what it joins', converseAndTell, { serve: developmentServer });

example('react-19', 'doctor() and metrics() see files under the names that Vite has given them, and the doctor tells which is gone', async ({ page, visitor, widget }) => {
  visitor.expect(/doctor:|could not start|ERR_FAILED|Failed to load resource/);
  const doctor = async () => {
    const { lines } = await page.evaluate(() => document.querySelector('chataibot-widget').doctor());
    return lines.filter(({ check }) => ['script', 'files', 'proxy'].includes(check));
  };
  const [script, files, proxy] = await doctor();
  assert.deepEqual([script.state, files.state, proxy.state], ['ok', 'ok', 'ok']);
  assert.match(files.message, /^\d+ files are present, as the bundler named them/);

  const { requests, launcher } = await page.evaluate(() => document.querySelector('chataibot-widget').metrics());
  assert.ok(requests > 0 && launcher > 0, 'and metrics() counts them');

  // Simulates a release that has removed files which an open page still needs.
  await page.route('**/chataibot-frame-*.js*', (route) => route.fulfill({ status: 404 }));
  await page.route('**/chataibot-talk-*.wasm', (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<h1>Shop</h1>' }));
  await page.reload();
  await widget.launcher.waitFor();
  const failures = (await doctor()).filter(({ state }) => state === 'failure').map(({ message }) => message);
  assert.equal(failures.length, 2, JSON.stringify(failures));
  assert.match(failures.find((message) => message.includes('cannot be loaded')), /chataibot-frame\.js \(404\)/);
  assert.match(failures.find((message) => message.includes('a web page is served')), /chataibot-talk-\w+\.wasm/);
});
