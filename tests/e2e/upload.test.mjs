//! Tests of uploads that the bot asks for: the file is sent with progress, or refused if the site
//! does not accept it.

import assert from 'node:assert/strict';
import { story, until } from './harness.mjs';

/** A picture of one pixel. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

story('a file that the bot asks for reaches the proxy, and the conversation shows it', async (world) => {
  const { widget } = await world.chat();
  await widget.say('upload');
  const chooser = widget.part('list').locator('input[type="file"]');
  await chooser.waitFor({ state: 'attached' });
  await chooser.setInputFiles({ name: 'My ticket.png', mimeType: 'image/png', buffer: PICTURE });
  await until('the picture stands in the list', async () => {
    const addresses = await widget.part('row-visitor').locator('img').evaluateAll((images) => images.map((image) => image.src));
    return addresses.some((address) => address.includes('/files/'));
  });
  const address = await widget.part('row-visitor').locator('img').last().evaluate((image) => image.src);
  const answer = await fetch(address);
  assert.deepEqual([answer.status, answer.headers.get('content-type'), answer.headers.get('x-content-type-options')], [200, 'image/png', 'nosniff']);
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), PICTURE);
});

story('a file of another type is refused before it leaves, and another one can be chosen', async (world) => {
  const { widget, page } = await world.chat();
  const sent = [];
  page.on('request', (request) => request.url().endsWith('/files') && sent.push(request.method()));
  await widget.say('upload');
  const chooser = widget.part('list').locator('input[type="file"]');
  await chooser.waitFor({ state: 'attached' });
  await chooser.setInputFiles({ name: 'page.html', mimeType: 'text/html', buffer: Buffer.from('<script>1</script>') });
  await until('the refusal is told', async () => /can’t be sent here/.test(await widget.part('list').textContent()));
  assert.deepEqual(sent, []);
  await chooser.setInputFiles({ name: 'ticket.png', mimeType: 'image/png', buffer: PICTURE });
  await until('the picture stands in the list', async () => (await widget.part('row-visitor').locator('img').count()) > 0);
}, { chromium: 'what is asked of the network is seen by Playwright alone' });
