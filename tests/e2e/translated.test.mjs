//! Tests of page translators and other extensions that change the widget's nodes: later updates are
//! shown nevertheless.

import assert from 'node:assert/strict';
import { story, until } from './harness.mjs';

/** Like Chromium's and Google's translators: replaces each text by an element. */
const replaceTexts = (page) =>
  page.evaluate(() => {
    const translate = (node) => {
      for (const child of [...node.childNodes]) {
        if (child.nodeType === 3 && child.data.trim() && !/TEXTAREA|FONT/.test(node.tagName)) {
          const font = document.createElement('font');
          font.textContent = `«${child.data}»`;
          child.replaceWith(font);
        } else if (child.nodeType === 1) translate(child);
      }
    };
    translate(document.querySelector('chataibot-widget').shadowRoot);
  });

/** Like Firefox's: changes the words in the same text nodes, in labels and in tooltips. */
const changeTexts = (page) =>
  page.evaluate(() => {
    const root = document.querySelector('chataibot-widget').shadowRoot;
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) if (walk.currentNode.data.trim()) walk.currentNode.data = `«${walk.currentNode.data}»`;
    for (const name of ['aria-label', 'title', 'placeholder']) {
      for (const element of root.querySelectorAll(`[${name}]`)) element.setAttribute(name, `«${element.getAttribute(name)}»`);
    }
  });

/**
 * Like writing aids and password managers: adds elements beside the widget's, and removes them
 * again.
 */
const insertNodes = (page) =>
  page.evaluate(() => {
    const root = document.querySelector('chataibot-widget').shadowRoot;
    for (const element of root.querySelectorAll('textarea, button, [part~="bubble"], [part~="list"], p, h2')) {
      element.after(Object.assign(document.createElement('x-extension'), { className: 'foreign' }));
    }
    const some = [...root.querySelectorAll('.foreign')];
    some.filter((_, at) => at % 2).forEach((one) => one.remove());
  });

/** Dispatches a network event of the browser; no driver can disconnect it. */
const hear = (page, type) => page.evaluate((type) => void window.dispatchEvent(new Event(type)), type);

for (const [name, translate] of Object.entries({ replaceTexts, changeTexts, insertNodes })) {
  story(`badge, preview, name and status tell the truth after: ${name}`, async (world) => {
    const address = world.page({ path: '/labelled', attributes: 'launcher="label" preview="on"' });
    const { widget, page } = await world.chat({ address });
    await widget.say('Hello');
    await widget.settles();
    await world.simulator.idle();
    await widget.isLive();
    await widget.close();
    const text = (part) => widget.part(part).first().textContent();
    await world.simulator.reply('<p>One</p>');
    await until('one is counted', async () => (await text('badge')) === '1');
    await translate(page);
    await translate(page);
    await world.simulator.reply('<p>Two</p>');
    await world.simulator.reply('<p>Three</p>');
    await until('three are counted', async () => (await text('badge')) === '3');
    await until('the last one is shown', async () => (await text('preview-words')) === 'Three');
    assert.match(await widget.launcher.getAttribute('aria-label'), /3/);

    await widget.open();
    await until('nothing is unread', async () => (await widget.part('badge').count()) === 0);
    await translate(page);
    await world.simulator.order('handover', { name: 'Grace' });
    await until('the person is named', async () => (await text('title')) === 'Grace');
    await hear(page, 'offline');
    await until('the status says so', async () => /offline/i.test(await text('status')));
    await translate(page);
    await hear(page, 'online');
    await until('and that it is over', async () => !/offline|«/i.test(await text('status')));

    await widget.input.fill('x'.repeat(3_990));
    await until('it is counted', async () => /\b10\b/.test(await text('counter')));
    await translate(page);
    await widget.input.fill('x'.repeat(3_991));
    await until('and counted anew', async () => /\b9\b/.test(await text('counter')) && !(await text('counter')).includes('«'));
    await widget.say('Still here');
    await widget.settles();
    await world.simulator.reply('<p>Of <b>course</b></p>');
    await widget.hears(/^«?Of «?course/);
  });
}

story('what a visitor wrote stands there once, also when it is translated while it is on its way', async (world) => {
  const { widget, page } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.idle();
  await world.simulator.order('hold', { call: 'send' });
  await widget.say('see www.example.com for more');
  await replaceTexts(page);
  await world.simulator.order('release');
  await until('it has arrived', async () => (await widget.transcript()).filter(({ by }) => by === 'visitor').at(-1).state === 'sent');
  const said = (await widget.transcript()).filter(({ by }) => by === 'visitor').at(-1).text;
  assert.equal(said.replaceAll(/[«»]/g, ''), 'see www.example.com for more');
});

story('the page has its own title back, also when ours was translated, or the page has written another, while nobody looked', async (world) => {
  const { widget, page } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.idle();
  await widget.isLive();
  const look = (state) =>
    page.evaluate((state) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, value: state });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  const title = () => page.evaluate(() => document.title);
  const isAway = async () => {
    await look('hidden');
    await world.simulator.reply('<p>One more</p>');
    await until('the title tells of it', async () => /^\(\d\) New message/.test(await title()));
  };
  await isAway();
  await page.evaluate(() => (document.querySelector('title').firstChild.data = document.title.replace(/New.*/, 'neu')));
  await look('visible');
  await until('the title is the page’s', async () => (await title()) === 'Host');
  await isAway();
  await page.evaluate(() => (document.title = 'Another route'));
  await look('visible');
  await until('the title is the page’s', async () => (await title()) === 'Another route');
});
