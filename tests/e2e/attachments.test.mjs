//! End-to-end tests of attachments in the composer: added by the button, by drop and by paste;
//! before the first message, beside one, and where they are not allowed.

import assert from 'node:assert/strict';
import { announced, forget, listen } from './live_region_recorder.mjs';
import { BROWSER, Widget, siteByEnvironment, story, until } from './harness.mjs';

/** A picture of one pixel. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const picture = (name) => ({ name, mimeType: 'image/png', buffer: PICTURE });

/**
 * Dispatches `drop`, `dragover` or `paste` with a file in the window. Returns whether the browser's
 * default action was prevented.
 */
const carry = (widget, event, name, type) =>
  widget.window.evaluate(
    (element, { event, name, type, picture }) => {
      const carried = new DataTransfer();
      const bytes = Uint8Array.from(atob(picture), (c) => c.charCodeAt(0));
      carried.items.add(new File([bytes], name, { type }));
      const init = { bubbles: true, composed: true, cancelable: true };
      const happens = event === 'paste' ? new ClipboardEvent(event, { ...init, clipboardData: carried }) : new DragEvent(event, { ...init, dataTransfer: carried });
      element.dispatchEvent(happens);
      return happens.defaultPrevented;
    },
    { event, name, type, picture: PICTURE.toString('base64') },
  );

/** Returns the names of the pictures shown as sent by the visitor, from their addresses. */
const shown = (widget) =>
  widget.part('row-visitor').locator('img').evaluateAll((images) => images.map(({ src }) => decodeURIComponent(src.split('/').at(-1))));

const shows = (widget, ...names) =>
  until(`${names} are shown`, async () => JSON.stringify(await shown(widget)) === JSON.stringify(names));

/**
 * Chooses files by the button. In engines whose file dialog cannot be automated, sets them on the
 * input instead.
 */
async function choose(widget, ...files) {
  if (BROWSER !== 'chromium') {
    await widget.part('attach').waitFor();
    return widget.part('composer').locator('input[type="file"]').setInputFiles(files);
  }
  const chooser = widget.page.waitForEvent('filechooser');
  await widget.part('attach').click();
  await (await chooser).setFiles(files);
}

story('files that are picked go after the words beside them, each as its address', async (world) => {
  const { widget } = await world.chat();
  await widget.say('Hello');
  await choose(widget, picture('one.png'), picture('two.png'));
  await until('both are there', async () => (await widget.part('chip-done').count()) === 2);
  assert.deepEqual((await world.simulator.heard()).length, 1, 'uploading says nothing');
  await widget.input.fill('Two pictures');
  await widget.input.press('Control+Enter');
  await shows(widget, 'one.png', 'two.png');
  await until('the bot has heard of them', async () => (await world.simulator.heard()).length === 4);
  const heard = await world.simulator.heard();
  assert.equal(heard[1], 'Two pictures');
  assert.match(heard[2], /^http:\/\/127\.0\.0\.1:\d+\/files\/[0-9a-f]{32}\/one\.png$/);
  assert.match(heard[3], /\/two\.png$/);
  assert.equal(await widget.part('chip').count(), 0);
});

story('where answers have forms of their own, all files go in one message', async (world) => {
  const { widget } = await world.chat();
  await widget.say('Hello');
  await choose(widget, picture('one.png'), picture('two.png'));
  await until('both are there', async () => (await widget.part('chip-done').count()) === 2);
  await widget.part('send').click();
  await shows(widget, 'one.png', 'two.png');
  await world.simulator.look('calls', { processed: true, at_least: 2 });
  const calls = (await world.simulator.look('calls', { processed: true })).calls;
  const { type, data } = calls.at(-1).body.message;
  assert.equal(type, 'file_upload.response');
  assert.deepEqual(data.files.map(({ filename, mime_type }) => [filename, mime_type]), [['one.png', 'image/png'], ['two.png', 'image/png']]);
}, { typed: true });

story('a file that is dropped before anything was said waits, and its name begins the conversation', async (world) => {
  const { widget, page } = await world.chat();
  const uploads = [];
  page.on('request', (request) => request.url().endsWith('/files') && uploads.push(request.method()));
  await widget.part('attach').waitFor();
  assert.equal(await carry(widget, 'dragover', 'cat.png', 'image/png'), true);
  await widget.part('drop-cover').waitFor();
  await carry(widget, 'drop', 'cat.png', 'image/png');
  await widget.part('chip').waitFor();
  assert.equal(await widget.part('drop-cover').count(), 0);
  assert.deepEqual(uploads, []);
  await widget.part('send').click();
  await shows(widget, 'cat.png');
  const heard = await until('the bot has heard of it', async () => {
    const all = await world.simulator.heard();
    return all.length > 1 && all;
  });
  assert.equal(heard[0], 'cat.png');
  assert.match(heard[1], /\/files\/.*\/cat\.png$/);
}, { chromium: 'what is asked of the network is seen by Playwright alone' });

story('what is not taken is refused before it leaves, and is put away by keyboard', async (world) => {
  const { widget, page } = await world.chat();
  const uploads = [];
  page.on('request', (request) => request.url().endsWith('/files') && uploads.push(request.method()));
  await widget.say('Hello');
  await widget.part('attach').waitFor();
  await carry(widget, 'paste', 'page.html', 'text/html');
  await until('it is said', async () => /can’t be sent here/.test(await widget.part('chip-failed').textContent()));
  assert.deepEqual(uploads, []);
  await widget.part('chip-remove').focus();
  await page.keyboard.press('Enter');
  await widget.part('chip').waitFor({ state: 'detached' });
  await until('the field has the keyboard', () => widget.input.evaluate((field) => field.getRootNode().activeElement === field));
}, { chromium: 'what is asked of the network is seen by Playwright alone' });

story('a file is told to screen readers by its name: while it waits, on its way, there, and when it is not taken', async (world) => {
  const visitor = await world.visitor();
  await listen(visitor);
  const page = await visitor.tab(`${world.host.origin}/`);
  const widget = new Widget(page);
  await widget.open();
  await widget.part('attach').waitFor();
  const tells = async (event, file, type, ...sentences) => {
    await forget(page);
    await carry(widget, event, file, type);
    const told = await until(`${sentences} is told`, async () => {
      const all = (await announced(page)).flatMap(({ how, text }) => text.split('\n').map((sentence) => `${how}: ${sentence}`));
      return all.length >= sentences.length && all;
    });
    assert.deepEqual(told, sentences.map((sentence) => `polite: ${sentence}`));
  };
  await tells('drop', 'early.png', 'image/png', 'early.png');
  await widget.part('chip-remove').click();
  await widget.say('Hello');
  await widget.hears(/./);
  await widget.settles();
  await world.simulator.idle();
  await until('all of the beginning is told', async () => (await announced(page)).some(({ text }) => /Bot says/.test(text)));
  await tells('drop', 'cat.png', 'image/png', 'Uploading cat.png: 0%', 'Uploading cat.png: 100%');
  await tells('paste', 'page.html', 'text/html', 'page.html: Files of this type can’t be sent here.');
  assert.equal(await widget.part('chip-failed').locator('[role=alert]').count(), 0, 'it is told once');
}, { chromium: 'only Playwright listens from the first script on' });

story('no word moves when the button comes; where it cannot be had, its room is given back', async (world) => {
  for (const fails of [false, true]) {
    const visitor = await world.visitor();
    const page = await visitor.tab(world.page());
    const widget = new Widget(page);
    let release;
    const held = new Promise((resolve) => (release = resolve));
    await page.route(/\/chataibot-files-[0-9a-f]+\.wasm$/, async (route) => {
      await held;
      await (fails ? route.abort() : route.continue());
    });
    await widget.open();
    const begins = () =>
      widget.input.evaluate((field) => field.getBoundingClientRect().left + Number.parseFloat(getComputedStyle(field).paddingInlineStart));
    const waits = page.locator('chataibot-widget [part~="field"] > .waits');
    await waits.waitFor({ state: 'attached' });
    const before = await begins();
    visitor.expect(/chataibot-files/);
    visitor.expect(/Failed to fetch/);
    release();
    await waits.waitFor({ state: 'detached' });
    const after = await begins();
    if (fails) assert.ok(after < before, 'the room is given back');
    else assert.ok(Math.abs(after - before) < 0.5, `from ${before} to ${after}`);
  }
}, { chromium: 'only Playwright holds back what the network brings' });

story('an upload can be stopped', async (world) => {
  const { widget, page } = await world.chat();
  await widget.say('Hello');
  // Never answered, so the upload stays in progress.
  await page.route('**/files', () => {});
  await choose(widget, picture('slow.png'));
  await widget.part('chip-underway').waitFor();
  const stopped = page.waitForEvent('requestfailed');
  await widget.part('chip-remove').click();
  assert.match((await stopped).url(), /\/files$/);
  await widget.part('chip').waitFor({ state: 'detached' });
}, { chromium: 'only Playwright holds back what the network brings' });

story('a site that takes no files has no button and takes none, and the page is not left for one', async (world) => {
  const { widget } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  // Otherwise the browser would navigate from the page to the file. The page itself gets no events
  // of a drop on the chat.
  for (const event of ['dragover', 'drop']) assert.equal(await carry(widget, event, 'cat.png', 'image/png'), true, event);
  assert.equal(await carry(widget, 'paste', 'cat.png', 'image/png'), false);
  assert.equal(await widget.part('attach').count(), 0);
  assert.equal(await widget.part('chip').count(), 0);
}, { proxy: siteByEnvironment({}) });
