//! Tests with React 18, and with React rendered on a server.

import assert from 'node:assert/strict';
import { converseAndTell, example } from './harness.mjs';

example('react-18', 'a conversation in StrictMode, with a ref', converseAndTell);

example('react-ssr', 'the server renders the element, and hydration finds it as it was', async ({ page, widget, address }) => {
  const html = await (await fetch(address)).text();
  assert.match(html, /<chataibot-widget proxy-url="[^"]+"><\/chataibot-widget>/);
  await converseAndTell({ page, widget });
});
