//! Tests of pages with a focus trap, a dialog that keeps the focus: a visitor who opens the chat
//! beside it can type there, and the dialog works as before when the chat closes.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Widget, story, until } from './harness.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const DIALOG = `<div id="dialog" role="dialog" tabindex="-1"><div class="modal-dialog">
  <input id="field"><button id="ask">Ask us</button><button id="last">Close</button></div></div>`;

/** How libraries trap the focus in a dialog; each ends with the focus in its field. */
const TRAPS = {
  // Bootstrap 4, jQuery UI, Micromodal, Foundation.
  'focusin while bubbling': "document.addEventListener('focusin', ({ target }) => dialog.contains(target) || field.focus()); field.focus();",
  // Ant Design: checks `document.activeElement`.
  'focusin and what has the focus':
    "document.addEventListener('focusin', () => dialog.contains(document.activeElement) || field.focus()); field.focus();",
  // Handles Tab itself, wherever the focus is.
  'Tab while bubbling': "document.addEventListener('keydown', (event) => event.key === 'Tab' && (event.preventDefault(), field.focus())); field.focus();",
  'all while capturing': `for (const type of ['focusin', 'mousedown', 'touchstart', 'click', 'keydown']) {
      document.addEventListener(type, (event) => {
        if (dialog.contains(event.target)) return;
        if (type === 'click' || type === 'focusin') event.stopImmediatePropagation();
        if (type !== 'keydown' || event.key === 'Tab') event.preventDefault(), field.focus();
      }, { capture: true, passive: false });
    }
    field.focus();`,
  'the focus that is lost': `dialog.addEventListener('focusout', () => setTimeout(() => dialog.contains(document.activeElement) || field.focus()));
    field.focus();`,
  // Like MUI: hides everything else from screen readers, and also checks the focus at intervals.
  'a look at intervals': `for (const one of document.body.children) if (one !== dialog) one.setAttribute('aria-hidden', 'true');
    const contain = () => dialog.contains(document.activeElement) || field.focus();
    document.addEventListener('focusin', contain);
    setInterval(contain, 50);
    field.focus();`,
  'focus-trap': `import { createFocusTrap } from 'focus-trap';
    createFocusTrap(dialog, { initialFocus: field }).activate();`,
  Bootstrap: `import Modal from 'bootstrap/js/dist/modal.js';
    new Modal(dialog, { backdrop: false }).show();
    field.focus();`,
  // Radix also makes everything outside unclickable.
  Radix: `import { createElement as h } from 'react'; import { createRoot } from 'react-dom/client'; import { flushSync } from 'react-dom';
    import { Content, Overlay, Portal, Root, Title, Description } from '@radix-ui/react-dialog';
    dialog.remove();
    const stays = (event) => event.preventDefault();
    const inside = [h(Title, { key: 1 }, 'Terms'), h(Description, { key: 2 }, 'To read'), h('input', { key: 3, id: 'field' }),
      h('button', { key: 4, id: 'ask' }, 'Ask us'), h('button', { key: 5, id: 'last' }, 'Close')];
    flushSync(() => createRoot(document.body.appendChild(document.createElement('div'))).render(h(Root, { defaultOpen: true },
      h(Portal, {}, h(Overlay), h(Content, { id: 'dialog', onPointerDownOutside: stays, onFocusOutside: stays, onInteractOutside: stays }, inside)))));
    document.querySelector('#field').focus();`,
  // Like Headless UI and React Aria: nothing else can be clicked or focused.
  'all else inert': `for (const one of document.body.children) if (one !== dialog) one.inert = true;
    field.focus();`,
  // The browser itself makes everything else inert.
  'a modal dialog of the browser': `dialog.outerHTML = '<dialog' + dialog.outerHTML.slice(4, -6) + '</dialog>';
    document.querySelector('dialog').showModal();
    document.querySelector('#field').focus();`,
};
const TAB = TRAPS['Tab while bubbling'];
const NATIVE = 'a modal dialog of the browser';
const INERT = 'all else inert';

const ASKS = "document.addEventListener('click', (event) => event.target.id === 'ask' && document.querySelector('chataibot-widget').open());";

const bundle = (source) =>
  execFileSync(`${ROOT}node_modules/.bin/esbuild`, ['--bundle', '--format=iife', '--define:process.env.NODE_ENV="production"'], {
    input: source,
    cwd: ROOT,
    maxBuffer: 1 << 26,
  }).toString();

const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.localName);

/** Opens a page whose dialog is open and has the focus. */
async function trapped(world, trap, options = {}) {
  world.host.script('/trap.js', bundle(`${trap}\n${ASKS}`));
  const address = world.page({ path: '/trap', scripts: `${DIALOG}<script defer src="/trap.js"></script>` });
  const page = await (await world.visitor(options)).tab(address);
  await until('the dialog has the focus', async () => (await focused(page)) === 'field');
  return { page, widget: new Widget(page) };
}

/**
 * Waits until the message field has the focus and keeps it. A trap that checks at intervals takes
 * it once, a moment later.
 */
const arrives = (widget) =>
  until('the field has the focus', () =>
    widget.input.evaluate(async (input) => {
      const end = performance.now() + 150;
      while (input.matches(':focus') && performance.now() < end) await new Promise(requestAnimationFrame);
      return input.matches(':focus');
    }),
  );

async function writes(page, widget, text) {
  await arrives(widget);
  await page.keyboard.type(text, { delay: 10 });
  assert.equal(await widget.input.inputValue(), text);
  assert.equal(await page.locator('#field').inputValue(), '');
}

/** Fails unless the page's dialog has the focus again, can be used, and is the only modal one. */
async function goesOn(page, trap) {
  // A trap that handles Tab alone does not get the focus back: the launcher had it before.
  const isIn = () => page.evaluate(() => !!document.activeElement.closest('#dialog'));
  if (trap !== TAB) await until('the dialog has the focus', isIn);
  if (await page.evaluate(() => document.activeElement.id !== 'field')) await page.locator('#field').click();
  await page.keyboard.type('Me');
  assert.equal(await page.locator('#field').inputValue(), 'Me');
  await page.locator('#field').fill('');
  await page.keyboard.press('Tab');
  assert.ok(await isIn());
  const host = page.locator('chataibot-widget');
  assert.equal(await host.getAttribute('aria-hidden'), null);
  assert.equal(await host.evaluate((element) => element.inert), trap === TRAPS[INERT], 'as the page has it');
}

for (const [name, trap] of Object.entries(TRAPS)) {
  story(`focus traps: ${name}: who opens the chat by mouse writes there, moves by Tab, presses, and is back in the dialog after it`, async (world) => {
    const { page, widget } = await trapped(world, trap);
    const opener = name === NATIVE || name === INERT ? page.locator('#ask') : widget.launcher;
    await opener.click();
    await widget.part('window-open').waitFor();
    await writes(page, widget, 'Hello');
    await widget.window.click({ position: { x: 60, y: 200 } });
    await widget.input.click();
    await arrives(widget);
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Tab');
    await arrives(widget);
    await widget.part('send').click();
    await widget.hears(/./);
    await widget.say('Hello from beside');
    await widget.part('more').click();
    await widget.part('menu').waitFor();
    await page.keyboard.press('Escape');
    await widget.close();
    await goesOn(page, trap);
    await opener.click();
    await widget.part('window-open').waitFor();
    await arrives(widget);
  });

  story(`focus traps: ${name}: who opens the chat by keyboard writes there, and leaves it for the dialog by Escape`, async (world) => {
    const { page, widget } = await trapped(world, trap);
    await page.locator('#ask').press('Enter');
    await widget.part('window-open').waitFor();
    await writes(page, widget, 'Hello');
    await page.keyboard.press('Enter');
    await widget.hears(/./);
    await arrives(widget);
    await page.keyboard.press('Escape');
    await widget.part('window-open').waitFor({ state: 'detached' });
    assert.ok(await page.locator('#dialog').isVisible());
    await goesOn(page, trap);
    await page.locator('#ask').press('Enter');
    await widget.part('window-open').waitFor();
    await arrives(widget);
  });
}

for (const name of [NATIVE, INERT]) {
  story(`focus traps: ${name}: a click beside the chat closes it, as it could not be reached again`, async (world) => {
    const { page, widget } = await trapped(world, TRAPS[name]);
    await page.locator('#ask').click();
    await widget.part('window-open').waitFor();
    await arrives(widget);
    await page.mouse.click(20, 20);
    await widget.part('window-open').waitFor({ state: 'detached' });
    await until('the button has the focus', async () => (await focused(page)) === 'ask');
    assert.equal(await page.locator('#dialog').evaluate((dialog) => dialog.matches(':modal')), name === NATIVE);
  });
}

story('focus traps: beside a box that is no dialog and looks after the focus at intervals, the keyboard opens the chat again and again', async (world) => {
  const box = DIALOG.replace(' role="dialog" tabindex="-1"', '');
  world.host.script('/trap.js', `setInterval(() => dialog.contains(document.activeElement) || field.focus(), 80); field.focus(); ${ASKS}`);
  const page = await (await world.visitor()).tab(world.page({ path: '/box', scripts: `${box}<script defer src="/trap.js"></script>` }));
  const widget = new Widget(page);
  for (const word of ['one', 'two', 'three']) {
    await until('the box has the focus', async () => (await focused(page)) === 'field');
    await page.locator('#ask').press('Enter');
    await widget.part('window-open').waitFor();
    await writes(page, widget, word);
    await widget.input.fill('');
    const closed = await page.evaluate(() => performance.now());
    await page.keyboard.press('Escape');
    await widget.part('window-open').waitFor({ state: 'detached' });
    // Longer than loader/modal.js remembers a press (`PRESS_TIMEOUT`).
    await page.waitForFunction((closed) => performance.now() - closed > 3_000, closed);
  }
});

story('focus traps: a click beside the chat leads back into the dialog, and one into the chat back again', async (world) => {
  const { page, widget } = await trapped(world, TRAPS['focus-trap']);
  await widget.open();
  await writes(page, widget, 'Hello');
  await page.mouse.click(20, 20);
  await until('the dialog has the focus', async () => (await focused(page)) === 'field');
  assert.equal(await widget.part('window-open').count(), 1);
  await page.keyboard.type('My name');
  assert.equal(await page.locator('#field').inputValue(), 'My name');
  await widget.input.click();
  await arrives(widget);
  await page.keyboard.press('End');
  await page.keyboard.type(' again');
  assert.equal(await widget.input.inputValue(), 'Hello again');
});

story('focus traps: what is around the chat is hidden from screen readers again when it closes, as its dialog is still there', async (world) => {
  world.host.script('/trap.js', bundle(TRAPS['a look at intervals']));
  const body = `<div id="app"><chataibot-widget></chataibot-widget></div>${DIALOG}<script defer src="/trap.js"></script>`;
  const page = await (await world.visitor()).tab(world.page({ path: '/trap', body }));
  await until('the dialog has the focus', async () => (await focused(page)) === 'field');
  const widget = new Widget(page);
  await widget.open();
  await writes(page, widget, 'Hello');
  const app = page.locator('#app');
  assert.equal(await app.getAttribute('aria-hidden'), null);
  await widget.close();
  await until('all is as it was', async () => (await app.getAttribute('aria-hidden')) === 'true' && (await focused(page)) === 'field');
});

story(
  'focus traps: a dialog that refuses touches outside of it does not refuse them for the chat',
  async (world) => {
    const { page, widget } = await trapped(world, TRAPS['focus-trap'], { hasTouch: true });
    // What helps is fetched on first intent, and a quick first tap would be earlier.
    const shell = page.waitForResponse(/chataibot-shell/);
    await widget.launcher.hover();
    await (await shell).finished();
    await page.evaluate(() => new Promise(requestIdleCallback));
    await widget.launcher.tap();
    await widget.part('window-open').waitFor();
    await widget.input.tap();
    await arrives(widget);
    await page.keyboard.type('Hello');
    assert.equal(await widget.input.inputValue(), 'Hello');
  },
  { chromium: 'touches are Playwright’s' },
);

story('focus traps: a click that opens the chat is not made once more by what helps, however late that comes', async (world) => {
  const { page, widget } = await trapped(world, TRAPS['focus-trap']);
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route('**/chataibot-top-layer*', async (route) => {
    await held;
    await route.continue();
  });
  const asked = page.waitForRequest('**/chataibot-top-layer*');
  const shell = page.waitForResponse(/chataibot-shell/);
  await widget.launcher.hover();
  await (await shell).finished();
  await page.evaluate(() => new Promise(requestIdleCallback));
  await widget.launcher.click();
  await asked;
  await page.waitForSelector('chataibot-widget[open]', { state: 'attached' });
  release();
  await writes(page, widget, 'Hello');
  assert.equal(await widget.part('window-open').count(), 1);
}, { chromium: 'only Playwright holds a file back' });

story('focus traps: a click is remembered that came before anything could hear of it, where the browser has forgotten it by then', async (world) => {
  const forgets = "Object.defineProperty(navigator, 'userActivation', { get: () => ({ isActive: false, hasBeenActive: true }) });";
  const { page, widget } = await trapped(world, `${forgets}\n${TRAPS['a look at intervals']}`);
  await widget.open();
  await writes(page, widget, 'Hello');
});

story('focus traps: beside a page that keeps nothing the chat keeps nobody', async (world) => {
  const { page, widget } = await trapped(world, 'field.focus();');
  await widget.open();
  await arrives(widget);
  await page.locator('#field').click();
  await page.keyboard.type('My name');
  assert.equal(await page.locator('#field').inputValue(), 'My name');
  // A script that takes the focus once is no trap.
  await page.evaluate(() => addEventListener('focusin', () => field.focus(), { capture: true, once: true }));
  await widget.input.click();
  await arrives(widget);
  await page.locator('#last').click();
  assert.equal(await focused(page), 'last');
  await widget.input.click();
  await page.keyboard.press('Shift+Tab');
  await page.locator('#field').focus();
  assert.equal(await focused(page), 'field');
});

story('focus traps: a page that only hides the chat from screen readers, with no dialog, stays as it is, and fetches nothing for it', async (world) => {
  const body = '<div id="app" aria-hidden="true"><chataibot-widget></chataibot-widget></div><input id="field">';
  const page = await (await world.visitor()).tab(world.page({ path: '/hidden', body }));
  const asked = () => page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  const widget = new Widget(page);
  await widget.launcher.hover();
  await until('the shell is there', async () => (await asked()).some((address) => address.includes('chataibot-shell')));
  await widget.open();
  await arrives(widget);
  await widget.say('Hello');
  await page.locator('#field').click();
  assert.equal(await focused(page), 'field');
  await widget.close();
  assert.deepEqual((await asked()).filter((address) => address.includes('top-layer')), []);
});

story('focus traps: a dialog that the page opens over the chat is above it, and has the focus', async (world) => {
  const { page, widget } = await trapped(world, 'dialog.remove(); document.body.insertAdjacentHTML("beforeend", "<dialog id=over><input id=name></dialog><input id=field>"); field.focus();');
  await widget.open();
  await arrives(widget);
  await page.keyboard.type('Hello');
  await page.evaluate(() => document.querySelector('#over').showModal());
  await page.keyboard.type('Me');
  assert.equal(await page.locator('#name').inputValue(), 'Me');
  await page.keyboard.press('Escape');
  await widget.input.click();
  await arrives(widget);
});

/** Whether each of the page's chats is a modal dialog. */
const modals = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('chataibot-widget')].map(({ shadowRoot }) =>
      [...shadowRoot.children].some((top) => !!top.shadowRoot?.querySelector('dialog:modal')),
    ),
  );

story('focus traps: of two chats that a page opens at once neither takes the other for a dialog that keeps the focus', async (world) => {
  const body = `<button id="both">Ask us</button><chataibot-widget id="one"></chataibot-widget>
    <chataibot-widget id="two" position="bottom-start" storage="memory"></chataibot-widget><script defer src="/both.js"></script>`;
  world.host.script('/both.js', "document.querySelector('#both').onclick = () => { for (const id of ['one', 'two']) document.getElementById(id).open(); }");
  const page = await (await world.visitor()).tab(world.page({ path: '/both', body }));
  await page.locator('#both').click();
  const chats = ['#one', '#two'].map((selector) => new Widget(page, selector));
  for (const chat of chats) await chat.part('window-open').waitFor();
  for (let times = 0; times < 3; times++) {
    for (const chat of chats) {
      await chat.input.click();
      await arrives(chat);
    }
  }
  assert.deepEqual(await modals(page), [false, false]);
  const fetched = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  assert.deepEqual(fetched.filter((address) => address.includes('top-layer')), []);
});

story('focus traps: a chat that becomes a box of the page is no modal dialog any more, and as large as its box', async (world) => {
  const { page, widget } = await trapped(world, TRAPS['focus-trap']);
  await widget.open();
  await arrives(widget);
  await widget.input.click();
  await until('it is modal', async () => (await modals(page))[0]);
  await page.evaluate(() => {
    const host = document.querySelector('chataibot-widget');
    const box = document.createElement('div');
    box.style.cssText = 'width: 400px; height: 500px';
    host.before(box);
    host.mode = 'inline';
    box.append(host);
  });
  await until('it is modal no more', async () => !(await modals(page))[0]);
  const { width, height } = await widget.window.boundingBox();
  assert.deepEqual([width, height], [400, 500]);
});
