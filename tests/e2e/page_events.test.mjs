//! Tests of a page that handles every event it receives: it must not affect typing, pasting and
//! dropping in the chat, and its own keys and clicks keep working.

import assert from 'node:assert/strict';
import { Widget, story, until } from './harness.mjs';

/**
 * Handlers of a page that act on every event, and record those that they receive at the element as
 * `type key`.
 */
const PAGE = () => {
  window.heard = [];
  const types =
    'keydown keypress keyup beforeinput textInput input change paste copy cut dragenter dragover dragleave drop compositionstart compositionupdate ' +
    'compositionend focusin focusout selectstart contextmenu dblclick wheel touchmove submit select invalid click';
  for (const type of types.split(' ')) {
    document.addEventListener(type, (event) => {
      if (event.target.localName !== 'chataibot-widget') return;
      window.heard.push([type, event.key].filter(Boolean).join(' '));
      if (type !== 'click') event.preventDefault();
    });
  }
  // Listeners registered before ours check whether the visitor is typing.
  window.addEventListener('keydown', (event) => {
    if (event.target.isContentEditable || event.ctrlKey || event.metaKey) return;
    if (event.key === '/' || event.key === 's') event.preventDefault(), document.querySelector('#search').focus();
  }, true);
};

const heard = (page) => page.evaluate(() => window.heard.splice(0));
const none = async (page, after) =>
  assert.deepEqual((await heard(page)).filter((event) => !/^(click|key(down|up) (Shift|Control))$/.test(event)), [], after);

async function listeningPage(world, { attributes = '', permissions, ...more } = {}) {
  world.host.script('/listens.js', `(${PAGE})()`);
  const address = world.page({ path: '/listens', attributes, scripts: '<input id="search"><script src="/listens.js"></script>', ...more });
  const visitor = await world.visitor(permissions && { permissions });
  const page = await visitor.tab(address);
  return { page, visitor, widget: new Widget(page) };
}

story('events: what is written, edited, pasted and copied in the chat stays in it', async (world) => {
  const { page, widget } = await listeningPage(world);
  await widget.open();
  await widget.input.focus();
  await heard(page);
  await page.keyboard.type('and a slash / yes');
  assert.equal(await widget.input.inputValue(), 'and a slash / yes');
  for (const key of ['ArrowLeft', 'Home', 'End', 'Shift+Home', 'Control+c', 'End', 'Control+v', 'Control+a', 'Control+x', 'Control+z', 'Backspace', 'Delete', 'Control+Backspace', 'Shift+Enter', 'PageUp']) {
    await page.keyboard.press(key);
  }
  await none(page, 'writing and editing');
  await widget.input.fill('words');
  await page.keyboard.press('Control+Enter');
  await widget.hears(/./);
  await none(page, 'sending');
});

story('events: what comes from elsewhere by the clipboard is the chat’s', async (world) => {
  const { page, widget } = await listeningPage(world, { permissions: ['clipboard-read', 'clipboard-write'] });
  await widget.open();
  await widget.input.focus();
  await heard(page);
  await page.evaluate(() => navigator.clipboard.writeText('words from elsewhere'));
  await page.keyboard.press('Control+v');
  assert.equal(await widget.input.inputValue(), 'words from elsewhere');
  await none(page, 'pasting');
}, { chromium: 'a permission to write the clipboard is Playwright’s' });

story('events: words of the chat are copied on a page that refuses to copy its own', async (world) => {
  const refuse = `document.onkeydown = (event) => /^(INPUT|TEXTAREA)$/.test(event.target.tagName) || !(event.ctrlKey && /^[acx]$/i.test(event.key));`;
  world.host.script('/refuses.js', refuse);
  const visitor = await world.visitor({ permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await visitor.tab(world.page({ path: '/refuses', scripts: '<script src="/refuses.js"></script>' }));
  const widget = new Widget(page);
  await widget.open();
  await widget.say('Hello');
  await widget.hears(/./);
  await widget.settles();
  await page.evaluate(() => navigator.clipboard.writeText('before'));
  // Three clicks mark the line.
  await widget.part('bubble-bot').first().click({ clickCount: 3 });
  await page.keyboard.press('Control+c');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.notEqual(copied, 'before');
  assert.ok((await widget.texts()).some((text) => text.includes(copied.trim())), copied);
}, { chromium: 'a permission to read the clipboard is Playwright’s' });

story('events: shortcuts, keys outside of our fields and clicks reach the page', async (world) => {
  const { page, widget } = await listeningPage(world);
  await widget.open();
  await widget.input.focus();
  await heard(page);
  const keys = async (...presses) => {
    for (const press of presses) await page.keyboard.press(press);
    return (await heard(page)).filter((event) => event.startsWith('keydown') && !/ (Shift|Control|Alt|Meta)$/.test(event)).map((event) => event.slice(8));
  };
  assert.deepEqual(await keys('Control+k', 'Meta+k', 'Control+/', 'Alt+k', 'Control+Alt+k', 'F2'), ['k', 'k', '/', 'k', 'k', 'F2']);
  await widget.part('close').focus();
  await heard(page);
  assert.deepEqual(await keys('n', 'k', '?', 'Control+k', 'ArrowDown', 'PageDown'), ['n', 'k', '?', 'k']);
  await widget.part('close').click();
  assert.ok((await heard(page)).includes('click'), 'menus of the page close');
});

story('events: what presses our buttons is ours, from its beginning to its end', async (world) => {
  const { page, widget } = await listeningPage(world);
  await widget.open();
  await heard(page);
  await widget.part('close').focus();
  await heard(page);
  await page.keyboard.press('Space');
  await widget.part('window-open').waitFor({ state: 'detached' });
  await none(page, 'a space on a button');
  await page.keyboard.press('Enter');
  await widget.part('window-open').waitFor();
  await none(page, 'Enter on the launcher');
  await page.keyboard.press('Escape');
  await widget.part('window-open').waitFor({ state: 'detached' });
  await none(page, 'the Escape that closes the window');
  await page.keyboard.press('Escape');
  assert.deepEqual(await heard(page), ['keydown Escape', 'keyup Escape'], 'Escape when there is nothing of ours to close');
});

story('events: Space opens the chat for the first time, on a page that keeps Space for itself', async (world) => {
  const { page, widget } = await listeningPage(world);
  await widget.launcher.focus();
  await page.waitForFunction(() => Object.hasOwn(document.querySelector('chataibot-widget'), 'isContentEditable'));
  await heard(page);
  await page.keyboard.press('Space');
  await widget.part('window-open').waitFor();
  await none(page, 'a space on the launcher');
});

story('events: a page that cancels every press of the mouse cancels none in the chat', async (world) => {
  const { page, widget } = await listeningPage(world);
  await page.evaluate(() => document.addEventListener('mousedown', (event) => event.preventDefault()));
  await widget.open();
  await widget.say('Hello there');
  await widget.settles();
  const bubble = widget.part('bubble-visitor').first();
  await bubble.dblclick({ position: { x: 20, y: 15 } });
  await until('a word is marked', () => page.evaluate(() => /Hello/.test(getSelection().toString())));
  await widget.input.click();
  await until('the field has the focus', () => page.evaluate(() => document.querySelector('chataibot-widget').shadowRoot.activeElement?.part.contains('input')));
}, { chromium: 'other drivers have no double click' });

story('events: text of an input method stays, and what goes with Alt on the keyboards of Europe', async (world) => {
  const { page, widget } = await listeningPage(world);
  await widget.open();
  await widget.input.focus();
  await heard(page);
  const session = await page.context().newCDPSession(page);
  await session.send('Input.imeSetComposition', { text: 'に', selectionStart: 1, selectionEnd: 1 });
  await session.send('Input.insertText', { text: '日本' });
  assert.equal(await widget.input.inputValue(), '日本');
  // AltGr on Windows is Control and Alt together.
  for (const [key, modifiers] of [['@', 3], ['€', 3], ['ß', 1], ['[', 1]]) {
    await session.send('Input.dispatchKeyEvent', { type: 'keyDown', key, code: 'KeyQ', modifiers, text: key });
    await session.send('Input.dispatchKeyEvent', { type: 'keyUp', key, code: 'KeyQ', modifiers });
  }
  await none(page, 'text');
}, { chromium: 'composition is Playwright’s' });

story('events: files dropped on the chat are no files of the page’s, and no page is left for one', async (world) => {
  const { page, widget } = await listeningPage(world);
  await widget.open();
  await heard(page);
  for (const part of ['list', 'input', 'launcher']) {
    const prevented = await widget.part(part).first().evaluate((element) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['words'], 'words.txt', { type: 'text/plain' }));
      return ['dragenter', 'dragover', 'drop', 'dragleave'].map((type) => {
        const event = new DragEvent(type, { bubbles: true, composed: true, cancelable: true, dataTransfer });
        element.dispatchEvent(event);
        return event.defaultPrevented;
      });
    });
    assert.deepEqual(prevented.slice(1, 3), [true, true], part);
    await none(page, `a file on ${part}`);
  }
});

story('events: what a page reads when it scrolls by itself or forbids menus and marking does not see the chat', async (world) => {
  const { page, widget } = await listeningPage(world);
  await widget.open();
  await heard(page);
  const box = await widget.part('list').boundingBox();
  await page.mouse.move(box.x + 50, box.y + 50);
  await page.mouse.wheel(0, 10);
  await page.mouse.click(box.x + 50, box.y + 50, { button: 'right' });
  await page.mouse.dblclick(box.x + 60, box.y + 60);
  await none(page, 'wheel, menu and double click');
});

story('events: the fields of a form before the chat are ours as well', async (world) => {
  const { page, widget } = await listeningPage(world, { attributes: 'prechat="name email*"' });
  await widget.open();
  const field = widget.part('form-input').first();
  await field.focus();
  await heard(page);
  await page.keyboard.type('s / s');
  assert.equal(await field.inputValue(), 's / s');
  await none(page, 'typing');
});

story('events: what the page has put into our slots is the page’s own', async (world) => {
  world.host.script('/form.js', "addEventListener('keydown', (event) => (window.last = event.target.id)); addEventListener('input', (event) => (window.put = event.target.id));");
  const address = world.page({
    path: '/slotted',
    scripts: '<script src="/form.js"></script>',
    inside: '<form slot="fallback"><input id="own"></form>',
    headers: { 'content-security-policy': `script-src 'self' ${world.proxy.address}` },
  });
  const visitor = await world.visitor();
  visitor.expect(/./);
  const page = await visitor.tab(address);
  await new Widget(page).launcher.click();
  await page.locator('#own').fill('');
  await page.locator('#own').press('s');
  await until('the page hears it', () => page.evaluate(() => window.last === 'own' && window.put === 'own'));
}, { notWebkit: 'a policy without unsafe-eval keeps its driver from asking the page' });

story('events: the plain form in place of the chat keeps what is written in it', async (world) => {
  const { page, widget, visitor } = await listeningPage(world, { headers: { 'content-security-policy': `script-src 'self' ${world.proxy.address}` } });
  visitor.expect(/./);
  await widget.launcher.click();
  const field = page.locator('chataibot-widget textarea');
  await field.waitFor();
  await field.focus();
  await heard(page);
  await page.keyboard.type('s / s');
  assert.equal(await field.inputValue(), 's / s');
  await none(page, 'typing');
}, { notWebkit: 'a policy without unsafe-eval keeps its driver from asking the page' });
