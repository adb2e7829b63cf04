//! Tests of printing a page with a chat: only the page is printed, whether the program was fetched
//! or not. An inline window is printed in its place, with the whole conversation.

import assert from 'node:assert/strict';
import { devices } from 'playwright-core';
import { Widget, story, until } from './harness.mjs';

const { defaultBrowserType, ...PHONE } = devices['iPhone 13'];
/** Content longer than a sheet of paper. */
const ITEMS = Array.from({ length: 60 }, (_, at) => `<p>Item ${at}, and what it costs</p>`).join('');

/** Takes a picture of the whole page as it is printed. */
async function printed(page) {
  await page.emulateMedia({ media: 'print' });
  return page.screenshot({ fullPage: true, animations: 'disabled' });
}

/** Returns the widget's elements that take up space on paper, by part or name. */
const onPaper = (page) =>
  page.evaluate(() =>
    [...document.querySelector('chataibot-widget').shadowRoot.querySelectorAll('*')]
      .filter((element) => element.checkVisibility() && element.getClientRects().length)
      .map((element) => element.part.value || element.localName),
  );

/** Fails unless the page prints exactly as without a chat. */
async function assertUntouched(world, visitor, page, moment) {
  const paper = await printed(page);
  assert.deepEqual(await onPaper(page), [], `${moment}: nothing of the widget takes room on paper`);
  const bare = await visitor.tab(world.page({ path: '/bare', body: ITEMS }));
  assert.ok(paper.equals(await printed(bare)), `${moment}: it is printed as without a chat`);
  await bare.close();
  await page.emulateMedia({ media: 'screen' });
}

const body = (attributes = '') => `<chataibot-widget ${attributes}></chataibot-widget>${ITEMS}`;

story('on paper: nothing of a chat that was never reached for, nor of its teaser', async (world) => {
  const visitor = await world.visitor();
  const page = await visitor.tab(world.page({ body: body() }));
  await new Widget(page).launcher.waitFor();
  await assertUntouched(world, visitor, page, 'launcher');
  const teased = await visitor.tab(world.page({ path: '/teased', body: body('teaser="Can I help you?" teaser-delay="0"') }));
  await new Widget(teased).part('preview').waitFor();
  await assertUntouched(world, visitor, teased, 'teaser');
});

story('on paper: nothing of a chat that is open, closed, or has news', async (world) => {
  const visitor = await world.visitor();
  const page = await visitor.tab(world.page({ body: body() }));
  const widget = new Widget(page);
  await widget.open();
  await widget.say('image');
  await widget.hears(/./);
  await widget.settles();
  await assertUntouched(world, visitor, page, 'open');
  await widget.part('enlarge').first().click();
  await widget.part('light-box').waitFor();
  await assertUntouched(world, visitor, page, 'light-box');
  await page.keyboard.press('Escape');
  await widget.close();
  await assertUntouched(world, visitor, page, 'closed');
  await world.simulator.reply('Are you still there?');
  await widget.part('preview').waitFor();
  await assertUntouched(world, visitor, page, 'preview');
});

for (const [place, attributes, options] of [
  ['a panel', 'mode="panel"', {}],
  ['a phone', '', PHONE],
]) {
  story(`on paper: nothing of a window that is ${place}`, async (world) => {
    const visitor = await world.visitor(options);
    const page = await visitor.tab(world.page({ body: body(attributes) }));
    const widget = new Widget(page);
    await widget.open();
    await widget.say('Hello');
    await widget.hears(/./);
    await assertUntouched(world, visitor, page, place);
  });
}

story('on paper: nothing of the plain form', async (world) => {
  const visitor = await world.visitor();
  visitor.expect(/wasm|WebAssembly|unsafe-eval/i);
  const proxy = world.proxy.address;
  const headers = { 'content-security-policy': `default-src 'none'; script-src ${proxy}; connect-src ${proxy}; img-src ${proxy}` };
  const page = await visitor.tab(world.page({ body: body(), headers }));
  const widget = new Widget(page);
  await widget.launcher.click();
  await widget.part('fallback').locator('form').waitFor();
  await assertUntouched(world, visitor, page, 'form');
});

for (const size of ['height: 26em', 'height: 80vh; max-height: 26em']) {
  story(`on paper: a window that is a box of the page’s (${size}) shows all that was said, and pushes down what follows`, async (world) => {
    const visitor = await world.visitor();
    const address = world.page({ body: `<chataibot-widget mode="inline" style="${size}"></chataibot-widget><p id="after">After it</p>` });
    const widget = new Widget(await visitor.tab(address));
    const { page } = widget;
    await widget.part('window-open').waitFor();
    for (const text of ['One', 'Two', 'Three', 'Four', 'Five', 'Six']) {
      await widget.say(text);
      await world.simulator.idle();
    }
    await until('there is more than fits', () => widget.part('list').evaluate((list) => list.scrollHeight > list.clientHeight * 1.3));
    await page.emulateMedia({ media: 'print' });
    const lines = await page.evaluate(() => {
      const { shadowRoot } = document.querySelector('chataibot-widget');
      const after = document.querySelector('#after').getBoundingClientRect().top;
      const bubbles = [...shadowRoot.querySelectorAll('[part~="bubble"]')].map((bubble) => bubble.getBoundingClientRect());
      return { after, bottom: Math.max(...bubbles.map((box) => box.bottom)), top: Math.min(...bubbles.map((box) => box.top)) };
    });
    assert.ok(lines.top > 0 && lines.bottom <= lines.after, `all of it stands before what follows: ${JSON.stringify(lines)}`);
    assert.equal(await widget.part('composer').isVisible(), false, 'nobody writes on paper');
  });
}
