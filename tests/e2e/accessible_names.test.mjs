//! Tests of accessible names and roles, as the browser exposes them to assistive technology: the
//! content of selected scenes, and that no element in any scene lacks a name.

import assert from 'node:assert/strict';
import { SCENES } from '../../loader/scenes.js';
import { Widget, story } from './harness.mjs';
import { player, show } from './scenes.mjs';

/** Opens a page that shows scenes one after the other. */
async function harness(world, visitor = {}) {
  const page = await player(world, { visitor });
  return { page, widget: new Widget(page), show: (scene) => show(page, scene) };
}

/** Returns the lines of an ARIA snapshot without their indentation. */
async function lines(widget, part) {
  const snapshot = await (part ? widget.part(part).first() : widget.page.locator('chataibot-widget')).ariaSnapshot();
  return snapshot.split('\n').map((line) => line.trim().replace(/^- /, '').replace(/:$/, ''));
}

/** Asserts that these lines occur in this order, possibly with others between them. */
function assertOrder(lines, ...expected) {
  let at = 0;
  for (const wanted of expected) {
    const found = lines.findIndex((line, index) => index >= at && (wanted instanceof RegExp ? wanted.test(line) : line === wanted));
    assert.ok(found >= 0, `${wanted} is missing from line ${at} on:\n${lines.join('\n')}`);
    at = found + 1;
  }
}

story('names: the anatomy of an open window', async (world) => {
  const { widget, show } = await harness(world);
  await show('greeting');
  assertOrder(
    await lines(widget),
    /^button "Chat".*\[expanded\]/,
    /^dialog "Chat with us"/,
    /^heading "Chat with us" \[level=2\]/,
    /^button "(Start over|More options)"/,
    'button "Close chat"',
    /^log "Messages"/,
    /Bot said:/,
    /^textbox "Your message"/,
    /^button "Send message" \[disabled\]/,
  );
});

story('names: an empty window, with the page’s own words', async (world) => {
  const { widget, show } = await harness(world);
  await show('own-words');
  assertOrder(await lines(widget), /^dialog "Harbour & Hill"/, /^log "Messages"/, /Where to\?/, /^textbox "Your message"/);
});

story('names: a closed window is a button that says how much is unread, and nothing else', async (world) => {
  const { widget, show } = await harness(world);
  await show('closed');
  assert.deepEqual((await lines(widget)).filter((line) => /^(dialog|log|textbox)/.test(line)), []);
  assertOrder(await lines(widget), /^button "Chat"/);
  await show('unread');
  assert.deepEqual((await lines(widget)).filter((line) => /^(dialog|log|textbox)/.test(line)), []);
  assertOrder(await lines(widget), /^button "Chat, \d+ unread messages?"/);
});

story('names: suggested replies are a group of buttons, and what was chosen says so', async (world) => {
  const { widget, show } = await harness(world);
  await show('buttons');
  const group = await lines(widget, 'answers');
  assert.match(group[0], /^group "Suggested replies"/);
  assert.ok(group.slice(1).every((line) => /^button "[^"]+"/.test(line)) && group.length > 2, group.join('\n'));
  await show('buttons-chosen');
  assert.ok((await lines(widget)).some((line) => /, your choice/.test(line)));
});

story('names: links say where they open', async (world) => {
  const { widget, show } = await harness(world);
  await show('links');
  for (const name of ['Our website', 'Write an email', 'Call us']) {
    assertOrder(await lines(widget), `link "${name} (opens in a new tab)"`);
  }
});

story('names: a failed message has its fate and its buttons', async (world) => {
  const { widget, show } = await harness(world);
  await show('failed');
  assertOrder(await lines(widget), /You said:/, /Not sent\./, 'button "Try again"', 'button "Delete"');
  await show('refused');
  assertOrder(await lines(widget), /You said:/, /couldn’t be delivered/, 'button "Delete"');
});

story('names: a person who has taken over is named in the title and before each message', async (world) => {
  const { widget, show } = await harness(world);
  await show('handover');
  const all = await lines(widget);
  const dialog = all.find((line) => line.startsWith('dialog'));
  const name = /"(.+)"/.exec(dialog)[1];
  assertOrder(all, `heading "${name}" [level=2]`, new RegExp(`${name} joined the chat`), new RegExp(`${name} said:`));
});

story('names: the end of a conversation is a sentence and a button', async (world) => {
  const { widget, show } = await harness(world);
  await show('ended');
  const all = await lines(widget);
  assertOrder(all, /This conversation has ended\./, 'button "Start a new conversation"');
  assert.ok(!all.some((line) => line.startsWith('textbox')), 'nothing to write in');
});

story('names: on a phone the dialog is modal, on a desk it is not', async (world) => {
  const desk = await harness(world);
  await desk.show('greeting');
  assert.notEqual(await desk.widget.window.getAttribute('aria-modal'), 'true');
  const phone = await harness(world, { viewport: { width: 390, height: 700 } });
  await phone.show('greeting');
  assert.equal(await phone.widget.window.getAttribute('aria-modal'), 'true');
});

/**
 * Roles that need a name: controls, and what lends its name to its content. A form and a note's
 * frame need none, as neither is a control or a landmark, and neither does the blank line of a
 * list, which is no choice.
 */
const NAMED = ['button', 'link', 'textbox', 'searchbox', 'checkbox', 'switch', 'radio', 'slider', 'spinbutton', 'combobox', 'listbox', 'option', 'menuitem',
  'tab', 'Date', 'DateTime', 'InputTime', 'DisclosureTriangle', 'dialog', 'log', 'image', 'img', 'group', 'region', 'radiogroup', 'heading'];

story('names: nothing is without a name, and each message is said by somebody, in every scene', async (world) => {
  const { page, widget, show } = await harness(world);
  const session = await page.context().newCDPSession(page);
  const found = [];
  for (const scene of Object.keys(SCENES)) {
    await show(scene);
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    for (const node of nodes.filter(({ ignored, role, name }) => !ignored && NAMED.includes(role?.value) && !name?.value?.trim())) {
      const { node: element } = await session.send('DOM.describeNode', { backendNodeId: node.backendDOMNodeId });
      const blank = element.localName === 'option' && /^value,(,|$)/.test(String(element.attributes));
      if (element.localName !== 'details' && !blank) found.push(`${scene}: ${node.role.value} <${element.localName} ${(element.attributes ?? []).join(' ')}>`);
    }
    const anonymous = await widget.part('row').evaluateAll((rows) =>
      rows.filter((row) => ![...row.children].some((one) => /^.+ (said:|is typing)$/.test(one.textContent.trim()))).map((row) => row.textContent),
    );
    found.push(...anonymous.map((text) => `${scene}: nobody says "${text}"`));
  }
  assert.deepEqual(found, [], `${found.length} without a name`);
}, { timeout: 480_000 });

/**
 * Returns elements that listen to clicks but are no controls: browsers report them, and everything
 * in them, to screen readers as clickable.
 */
async function clickable(session) {
  const root = await session.send('Runtime.evaluate', { expression: "document.querySelector('chataibot-widget').shadowRoot" });
  const { listeners } = await session.send('DOMDebugger.getEventListeners', { objectId: root.result.objectId, depth: -1 });
  const found = [];
  for (const { type, backendNodeId } of listeners.filter(({ type }) => /^(click|mousedown|mouseup)$/.test(type))) {
    const { node } = await session.send('DOM.describeNode', { backendNodeId });
    if (node.nodeType === 1 && node.localName !== 'button') found.push(`${type}: <${node.localName} ${(node.attributes ?? []).join(' ')}>`);
  }
  return found;
}

story('names: nothing but a control listens to clicks, before the program is there and with it', async (world) => {
  const visitor = await world.visitor();
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await visitor.context.route(/chataibot-widget_bg\.wasm/, async (route) => {
    await held;
    await route.continue();
  });
  const page = await visitor.tab(`${world.host.origin}/`);
  const widget = new Widget(page);
  const session = await page.context().newCDPSession(page);
  await widget.open();
  assert.deepEqual(await clickable(session), []);
  release();
  await page.waitForFunction(() => document.querySelector('chataibot-widget').state.ready);
  await widget.say('Hello');
  await widget.part('more').click();
  await widget.part('menu').waitFor();
  assert.deepEqual(await clickable(session), []);
});

story('names: a widget that was moved and one that is there without a shell have nothing clickable either, and hear each click once', async (world) => {
  const { page, widget, show } = await harness(world);
  const session = await page.context().newCDPSession(page);
  await show('buttons');
  for (let times = 0; times < 2; times++) {
    await page.evaluate(async () => {
      const host = document.querySelector('chataibot-widget');
      host.remove();
      await new Promise((resolve) => setTimeout(resolve));
      document.body.append(host);
      await host.open();
    });
    await widget.part('window-open').waitFor();
    assert.deepEqual(await clickable(session), []);
  }
  const larger = () => widget.part('window-large').count();
  await widget.part('expand').click();
  assert.equal(await larger(), 1);
  await widget.part('expand').click();
  assert.equal(await larger(), 0);
});
