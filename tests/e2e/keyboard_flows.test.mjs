//! Tests of every flow by keyboard alone: after each step the right element has the focus, and the
//! focus is visible.

import assert from 'node:assert/strict';
import { Widget, story, until } from './harness.mjs';
import { Keys } from './keys.mjs';
import { still } from './scenes.mjs';

const FIELD = 'textbox "Your message"';
const LAUNCHER = /^button "Chat/;
const LOG = 'log "Messages"';
const PHONE = { viewport: { width: 390, height: 700 } };
const AROUND = { before: '<button id="before">Before</button>', after: '<button id="after">After</button>' };

/** Opens a page with a button before and after the widget, which shows a scene. */
async function scene(world, demo, { visitor: options, page: more = {}, body } = {}) {
  const element = `<chataibot-widget demo="${demo}"></chataibot-widget>`;
  const address = world.page({ path: '/keys', body: body?.(element) ?? AROUND.before + element + AROUND.after, ...more });
  const visitor = await world.visitor({ reducedMotion: 'reduce', ...options });
  const page = await visitor.tab(address);
  const widget = new Widget(page);
  await page.waitForFunction(() => document.querySelector('chataibot-widget').state.ready);
  await still(page, demo);
  return { visitor, page, widget, keys: new Keys(page) };
}

/** Tabs from the page's first button into the open window until the focused element fits. */
async function walk(page, keys, expected) {
  await page.locator('#before').focus();
  return keys.until(expected);
}

/** Presses the button that starts over, in the header or its menu. */
async function startOver(page, keys) {
  await walk(page, keys, /^button "(Start over|More options)"$/);
  const inMenu = /More/.test(await keys.focus());
  await page.keyboard.press('Enter');
  if (!inMenu) return;
  await until('the menu has the keyboard', async () => /^menuitem/.test(await keys.focus()));
  for (let at = 0; at < 10 && !/Start over/.test(await keys.focus()); at += 1) await page.keyboard.press('ArrowDown');
  await keys.press('Enter', /Start over/);
}

story('the launcher opens by Enter and by Space; Escape, the button and the launcher close, and it has the keyboard again', async (world) => {
  const { page, widget, keys } = await scene(world, 'closed');
  await page.locator('#before').focus();
  await keys.press('Tab', LAUNCHER);
  for (const key of ['Enter', 'Space']) {
    await keys.press(key, FIELD);
    await keys.press('Escape', LAUNCHER);
    await widget.part('window-open').waitFor({ state: 'detached' });
  }
  await keys.press('Enter', FIELD);
  await keys.until('button "Close chat"', 'Shift+Tab');
  await keys.press('Enter', LAUNCHER);
  await keys.press('Tab', 'button "After"');
  await keys.press('Shift+Tab', LAUNCHER);
  await keys.press('Enter', FIELD);
  await keys.until(LAUNCHER, 'Shift+Tab');
  await keys.press('Enter', LAUNCHER);
  await widget.part('window-open').waitFor({ state: 'detached' });
});

story('the keyboard is never caught on a desk: Tab leaves at both ends', async (world) => {
  for (const demo of ['greeting', 'buttons', 'failed', 'ended', 'long-thread', 'carousel']) {
    const { page, keys } = await scene(world, demo);
    await page.locator('#before').focus();
    const there = await keys.until('button "After"');
    const back = await keys.until('button "Before"', 'Shift+Tab');
    assert.ok(there.some((stop) => LAUNCHER.test(stop)), `${demo}: the launcher is on the way`);
    assert.deepEqual(back.slice(0, -1).toReversed(), there.slice(0, -1), `${demo}: the same stops both ways`);
    await page.close();
  }
});

story('what is written is said by Enter, and the field keeps the keyboard', async (world) => {
  const { widget, keys } = await scene(world, 'greeting').then(async (all) => {
    await walk(all.page, all.keys, FIELD);
    return all;
  });
  await keys.type('Is it far?');
  await keys.until('button "Send message"');
  await keys.press('Enter', FIELD);
  await until('it is said', async () => (await widget.texts()).includes('Is it far?'));
  await keys.type('And dear?');
  await keys.press('Enter', FIELD);
  await until('it is said', async () => (await widget.texts()).includes('And dear?'));
  await keys.type('one');
  await keys.press('Shift+Enter', FIELD);
  assert.equal(await widget.input.inputValue(), 'one\n');
});

story('a suggested reply is chosen by Space, and the keyboard goes on in the field', async (world) => {
  const { page, widget, keys } = await scene(world, 'buttons');
  const label = (await widget.part('answer').first().textContent()).trim();
  await walk(page, keys, `button "${label}"`);
  await keys.press('Space', FIELD);
  await until('it is said', async () => (await widget.transcript()).some(({ by, text }) => by === 'visitor' && text === label));
});

story('a link opens a tab of its own by Enter, and keeps the keyboard', async (world) => {
  const { page, visitor, keys } = await scene(world, 'links');
  await visitor.context.route('https://example.com/**', (route) => route.fulfill({ contentType: 'text/html', body: 'There' }));
  const link = 'link "Our website (opens in a new tab)"';
  await walk(page, keys, link);
  const [there] = await Promise.all([page.waitForEvent('popup'), page.keyboard.press('Enter')]);
  assert.match(there.url(), /^https:\/\/example\.com/);
  assert.equal(await there.evaluate(() => window.opener), null);
  await there.close();
  await keys.is(link);
}, { chromium: 'the link leads to a site that only Playwright can stand in for' });

story('a note opens and closes by Enter and Space', async (world) => {
  const { page, widget, keys } = await scene(world, 'info');
  const note = /What if I have to cancel\?"$/;
  await walk(page, keys, note);
  const isOpen = () => widget.part('note').evaluate((details) => details.open);
  await keys.press('Enter', note);
  await until('it is open', isOpen);
  await keys.press('Space', note);
  await until('it is closed', async () => !(await isOpen()));
});

story('a failed message is tried again, and the keyboard goes on in the field', async (world) => {
  const { page, widget, keys } = await scene(world, 'failed');
  await walk(page, keys, 'button "Try again"');
  await keys.press('Enter', FIELD);
  await widget.part('meta-failed').waitFor({ state: 'detached' });
  await keys.is(FIELD);
});

story('a failed message is deleted, and the keyboard goes on in the field', async (world) => {
  for (const demo of ['failed', 'refused']) {
    const { page, widget, keys } = await scene(world, demo);
    await walk(page, keys, 'button "Delete"');
    await keys.press('Space', FIELD);
    await widget.part('bubble-failed').waitFor({ state: 'detached' });
    await keys.is(FIELD);
    await page.close();
  }
});

story('earlier messages are shown, the list is read by arrows, and its end is found again', async (world) => {
  const { page, widget, keys } = await scene(world, 'long-thread');
  const before = await widget.part('row').count();
  await walk(page, keys, 'button "Show earlier messages"');
  await keys.press('Enter', LOG);
  await until('there are more', async () => (await widget.part('row').count()) > before);
  const jump = /^button "(Jump to the end|New messages)"$/;
  await page.keyboard.press('Home');
  await widget.part('jump').waitFor();
  const top = () => widget.part('list').evaluate((list) => list.scrollTop);
  // Rows that get their true height on the way move the target of the browser's own scrolling; then
  // Home is pressed once more.
  let last = await top();
  await until('it is at the top', async () => {
    const now = await top();
    if (now > 0 && now === last) await page.keyboard.press('Home');
    last = now;
    return now === 0;
  });
  await page.keyboard.press('ArrowDown');
  await until('it goes down', async () => (await top()) > 0);
  await keys.press('Tab', jump);
  await keys.press('Enter', LOG);
  await widget.part('jump').waitFor({ state: 'detached' });
});

story('who stands on the way back to the end keeps the keyboard in the list when the end comes into view by itself', async (world) => {
  const { page, widget, keys } = await scene(world, 'long-thread');
  const list = widget.part('list');
  await list.evaluate((list) => list.scrollTo({ top: 0, behavior: 'instant' }));
  await widget.part('jump').waitFor();
  await walk(page, keys, /^button "(Jump to the end|New messages)"$/);
  await list.evaluate((list) => list.scrollTo({ top: list.scrollHeight, behavior: 'instant' }));
  await widget.part('jump').waitFor({ state: 'detached' });
  await keys.is(LOG, 'the end has come into view');
});

story('starting over is asked about: staying and leaving by keyboard', async (world) => {
  const { page, widget, keys } = await scene(world, 'greeting');
  await startOver(page, keys);
  await keys.is('button "Start over"');
  await keys.press('Tab', 'button "Keep chatting"');
  await keys.press('Enter', FIELD);
  assert.ok((await widget.texts()).length > 0, 'all is still there');
  await startOver(page, keys);
  await keys.is('button "Start over"');
  await keys.press('Enter', FIELD);
  await until('the list is empty', async () => (await widget.texts()).length === 0);
  await keys.is(FIELD);
});

story('a conversation that has ended leads to a new one', async (world) => {
  const { page, widget, keys } = await scene(world, 'ended');
  await walk(page, keys, 'button "Start a new conversation"');
  await page.keyboard.press('Enter');
  await widget.input.waitFor();
  await keys.is(/^(textbox "Your message"|dialog "Chat with us")$/);
});

story('a conversation that ends while the visitor writes keeps the keyboard in the window', async (world) => {
  const { page, widget } = await world.chat();
  const keys = new Keys(page);
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.idle();
  await keys.is(FIELD);
  await world.simulator.order('close');
  await widget.part('ended').waitFor();
  await keys.is(/^dialog /);
  await keys.until('button "Start a new conversation"');
});

story('a conversation that ends while the visitor is elsewhere on the page does not fetch the keyboard', async (world) => {
  const { page, widget } = await world.chat();
  const keys = new Keys(page);
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.idle();
  await page.evaluate(() => {
    const button = document.body.appendChild(document.createElement('button'));
    button.textContent = 'Elsewhere';
    button.focus();
  });
  await keys.is('button "Elsewhere"');
  await world.simulator.order('close');
  await widget.part('ended').waitFor();
  await keys.is('button "Elsewhere"');
});

story('who stands in the list as plain words keeps the keyboard when the list’s own code comes', async (world) => {
  const page = await (await world.visitor()).tab(world.page());
  const widget = new Widget(page);
  const keys = new Keys(page);
  let release;
  const held = new Promise((resolve) => (release = resolve));
  let asked = false;
  await page.route(/\/chataibot-talk-[0-9a-f]+\.wasm$/, async (route) => {
    asked = true;
    await held;
    await route.continue();
  });
  await widget.open();
  await keys.is(FIELD);
  await page.keyboard.type('Hello');
  await until('the code is asked for', () => asked);
  await keys.until(LOG, 'Shift+Tab');
  const waiting = page.locator('chataibot-widget .on-demand.waits:has([role="log"])');
  await waiting.waitFor({ state: 'attached' });
  release();
  await waiting.waitFor({ state: 'detached' });
  await keys.is(LOG);
  await keys.until(FIELD);
}, { chromium: 'only Playwright holds back what the network brings' });

story('on a phone Tab goes round in the window, both ways, and Escape leaves it', async (world) => {
  for (const demo of ['greeting', 'buttons', 'failed', 'ended', 'info']) {
    const { page, widget, keys } = await scene(world, demo, { visitor: PHONE });
    await widget.part('close').focus();
    await keys.is('button "Close chat"');
    const stops = await keys.until('button "Close chat"');
    assert.ok(stops.length > 1, `${demo}: there is more than a button`);
    assert.ok(!stops.some((stop) => stop === 'the page' || /"(Before|After|Chat)"/.test(stop)), `${demo}: nothing of the page: ${stops}`);
    const back = await keys.until('button "Close chat"', 'Shift+Tab');
    assert.deepEqual(back.slice(0, -1).toReversed(), stops.slice(0, -1), `${demo}: the same stops both ways`);
    await keys.press('Escape', LAUNCHER);
    await page.close();
  }
}, { chromium: 'other browsers’ windows are never so narrow' });

story('Escape closes the chat and not the page’s own dialog around it, which has its own Escape', async (world) => {
  const body = (element) => `<dialog id="own">${AROUND.before}${element}${AROUND.after}</dialog>`;
  world.host.script('/dialog.js', "document.querySelector('#own').showModal();");
  const address = { page: { scripts: '<script type="module" src="/dialog.js"></script>' } };
  const { page, widget, keys } = await scene(world, 'greeting', { body, ...address });
  await page.locator('#before').focus();
  await keys.until(FIELD);
  await keys.press('Escape', LAUNCHER);
  await widget.part('window-open').waitFor({ state: 'detached' });
  assert.equal(await page.locator('#own').evaluate((dialog) => dialog.open), true, 'the dialog stays');
  await page.keyboard.press('Escape');
  await until('the dialog closes', () => page.locator('#own').evaluate((dialog) => !dialog.open));
});

story('the page hears no Escape that closed the chat, and every other', async (world) => {
  const { page, keys } = await scene(world, 'greeting');
  await page.evaluate(() => {
    window.escapes = 0;
    document.addEventListener('keydown', ({ key }) => (window.escapes += key === 'Escape' ? 1 : 0));
  });
  await walk(page, keys, FIELD);
  await keys.press('Escape', LAUNCHER);
  assert.equal(await page.evaluate(() => window.escapes), 0);
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => window.escapes), 1);
});
