//! Tests of what pages do with the element: move it, remove it, put it back, load the script twice,
//! or be a Yew app themselves.

import assert from 'node:assert/strict';
import { Widget, story, until } from './harness.mjs';

story('the element is moved, removed and put back', async (world) => {
  const { widget, page } = await world.chat();
  await widget.say('Hello');
  await widget.hears(/./);
  await widget.settles();
  await world.simulator.idle();
  const texts = await until('the greeting is there', async () => (await widget.texts()).length > 1 && (await widget.texts()));

  await widget.input.fill('a draft');
  await page.evaluate(() => {
    const place = document.body.appendChild(document.createElement('div'));
    place.append(document.querySelector('chataibot-widget'));
  });
  await widget.shows(...texts.map((text) => ({ text })));
  assert.equal(await widget.part('window').count(), 1, 'moved, not mounted a second time');
  assert.equal(await widget.input.inputValue(), 'a draft');

  await page.evaluate(() => {
    window.kept = document.querySelector('chataibot-widget');
    window.kept.remove();
  });
  await until('it lets go', () => page.evaluate(() => window.kept.shadowRoot.childElementCount === 0));
  await world.simulator.reply('<p>While you were out</p>');
  await page.evaluate(() => document.body.append(window.kept));
  await widget.part('window-open').waitFor();
  await widget.hears(/While you were out/);
  await widget.say('opening hours');
  await widget.hears(/Monday to Saturday/);
  assert.equal((await widget.texts()).filter((text) => text === 'While you were out').length, 1);
  assert.equal((await world.simulator.calls('start')).length, 1);
});

story('the script loaded twice, from two tags, is one widget', async (world) => {
  const script = `${world.proxy.address}/chataibot.js`;
  const address = world.page({ path: '/twice', scripts: `<script type="module" src="${script}?again"></script>` });
  const { widget } = await world.chat({ address });
  await widget.say('Hello');
  await widget.hears(/./);
  assert.equal(await widget.launcher.count(), 1);
});

story('calls made before the program is there are kept, in order', async (world) => {
  const visitor = await world.visitor();
  const page = await visitor.tab(`${world.host.origin}/`);
  const widget = new Widget(page);
  await page.evaluate(async () => {
    await customElements.whenDefined('chataibot-widget');
    const element = document.querySelector('chataibot-widget');
    element.open();
    element.send('from the page');
  });
  await widget.part('window-open').waitFor();
  await until('it is said', async () => (await widget.texts()).includes('from the page'));
  await widget.hears(/./);
  assert.equal(await page.evaluate(() => document.querySelector('chataibot-widget').state.phase), 'active');
});

story('a click while the program is still loading is not lost', async (world) => {
  const visitor = await world.visitor();
  let go;
  const held = new Promise((resolve) => (go = resolve));
  await visitor.context.route('**/chataibot-shell.js', async (route) => {
    await held;
    await route.continue();
  });
  const widget = new Widget(await visitor.tab(`${world.host.origin}/`));
  await widget.launcher.click();
  await until('the launcher says that it is at work', async () => (await widget.launcher.getAttribute('aria-busy')) === 'true');
  go();
  await widget.part('window-open').waitFor();
  await widget.say('Hello');
  await widget.hears(/./);
}, { chromium: 'only Playwright holds a file back' });

story('destroy leaves nothing behind', async (world) => {
  const { widget, page } = await world.chat();
  await widget.say('Hello');
  await widget.hears(/./);
  await page.evaluate(() => document.querySelector('chataibot-widget').destroy());
  await until('the shadow root is empty', () => page.evaluate(() => document.querySelector('chataibot-widget').shadowRoot.childElementCount === 0));
  assert.equal(await page.evaluate(() => document.head.querySelectorAll('style').length), 0);
});

story('a page that is itself a Yew app and the widget each handle their own clicks', async (world) => {
  world.host.folder('/yew-host/', process.env.CHATAIBOT_YEW_HOST);
  world.host.script('/start-yew-host.js', "import start from './yew-host/yew-host.js'; await start();");
  const address = world.page({
    path: '/yew',
    body: '<div id="host"></div>',
    scripts: '<script type="module" src="/start-yew-host.js"></script>',
  });
  const visitor = await world.visitor();
  const page = await visitor.tab(address);
  const clicks = page.locator('#host-clicks');
  await clicks.waitFor();
  const widget = new Widget(page);
  await widget.open();
  assert.equal(await clicks.textContent(), '0 0 0', 'opening the window is no click of the page’s');
  await widget.say('buttons');
  await widget.part('answer').first().click();
  await widget.part('close').click();
  await widget.part('window-open').waitFor({ state: 'detached' });
  assert.equal(await clicks.textContent(), '0 0 0', 'nothing in the widget is a click of the page’s');
  for (const at of [0, 1, 2]) await page.locator(`#host-${at}`).click();
  await until('the page counts its own', async () => (await clicks.textContent()) === '1 1 1');
  assert.equal(await widget.part('window-open').count(), 0, 'and the widget does not hear them');
});

/**
 * Where frameworks keep an element between two pages: there browsers remove its adopted style
 * sheets.
 */
const DOCUMENTS = {
  'a document that was only read': () => new DOMParser().parseFromString('<body>', 'text/html').body,
  'the contents of a template': () => document.createElement('template').content,
  'the document of a frame': () => document.body.appendChild(document.createElement('iframe')).contentDocument.body,
};

for (const [name, place] of Object.entries(DOCUMENTS)) {
  story(`an element that was in ${name} is back as it was, open or not`, async (world) => {
    const visitor = await world.visitor();
    const widget = new Widget(await visitor.tab(world.page({ path: '/kept' })));
    const { page } = widget;
    const there = () => page.evaluate(`(${place})().append(window.kept = document.querySelector('chataibot-widget'))`);
    const back = () => page.evaluate(() => document.body.append(window.kept));
    const stands = (part) => widget.part(part).evaluate((element) => getComputedStyle(element).position);
    await widget.launcher.waitFor();
    await there();
    await back();
    assert.equal(await stands('launcher'), 'fixed');
    await widget.open();
    await widget.say('Hello');
    await widget.settles();
    await widget.input.fill('a draft');
    await until('it is kept', () => page.evaluate(() => Object.entries(localStorage).some(([key, value]) => /:draft$/.test(key) && value === 'a draft')));
    await there();
    await page.evaluate(() => new Promise((done) => setTimeout(done)));
    await back();
    await widget.part('window-open').waitFor();
    assert.equal(await stands('window'), 'fixed');
    assert.equal(await widget.input.inputValue(), 'a draft');
    await widget.say('And again');
    await widget.settles();
    assert.equal((await world.simulator.calls('start')).length, 1);
  });
}

story('an element that is made anew while its window was open lets the keyboard into its field at once', async (world) => {
  const { page, widget } = await world.chat();
  await until('it is kept that the window is open', () => page.evaluate(() => Object.values(localStorage).some((value) => value.includes('"open":true'))));
  const has = await page.evaluate(async () => {
    document.querySelector('chataibot-widget').remove();
    const host = document.createElement('chataibot-widget');
    host.setAttribute('open', '');
    document.body.append(host);
    await host.ready;
    const [close, input] = ['close', 'input'].map((part) => host.shadowRoot.querySelector(`[part~=${part}]`));
    close.focus();
    input.focus();
    return host.shadowRoot.activeElement === input;
  });
  assert.ok(has, 'the field has the focus');
  await widget.say('Hello');
  await widget.settles();
});

story('a draft that was typed just before the page writes its content anew is there again', async (world) => {
  const { page, widget } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  const typed = 'half a sentence';
  await widget.input.evaluate((field, text) => {
    field.value = text;
    field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
    document.body.innerHTML = String(document.body.innerHTML);
  }, typed);
  await widget.beOpen();
  await until('the draft is back', async () => (await widget.input.inputValue()) === typed);
});

/** Makes the conversation longer than its window. */
async function talkLong(world, widget) {
  for (let number = 0; number < 6; number++) await widget.say(`${'A long line of many words. '.repeat(12)}${number}`);
  await widget.settles();
  await world.simulator.idle();
}

/** How far the list is scrolled from its end, in pixels. */
const fromEnd = (widget) => widget.part('list').evaluate((list) => list.scrollHeight - list.clientHeight - list.scrollTop);

/** Moves the element in its page. */
const move = ({ page }) => page.evaluate(() => document.body.appendChild(document.createElement('div')).append(document.querySelector('chataibot-widget')));

async function longChat(world) {
  const { widget, page } = await world.chat();
  await talkLong(world, widget);
  await widget.isFollowed();
  return { widget, page, list: widget.part('list'), fromEnd: () => fromEnd(widget) };
}

story('an open chat that the page moves stays where it was scrolled to', async (world) => {
  const { widget, list, fromEnd } = await longChat(world);
  await until('it is at its end', async () => (await fromEnd()) < 2);
  await move(widget);
  await until('it is at its end again', async () => (await fromEnd()) < 2);
  await list.evaluate((list) => list.scrollBy({ top: -500, behavior: 'instant' }));
  await until('its reader is elsewhere', () => list.evaluate((list) => !list.classList.contains('list-follows')));
  const before = await fromEnd();
  await move(widget);
  await until('it is where its reader was', async () => Math.abs((await fromEnd()) - before) < 2);
});

story('an open chat that was scrolled before the code for positions came is at its end when the page moves it', async (world) => {
  const visitor = await world.visitor();
  let release;
  const released = new Promise((resolve) => (release = resolve));
  await visitor.context.route('**/chataibot-frame.js', async (route) => {
    await released;
    await route.continue();
  });
  const widget = new Widget(await visitor.tab(world.page()));
  await widget.open();
  await talkLong(world, widget);
  await until('it is at its end', async () => (await fromEnd(widget)) < 2);
  release();
  await widget.isFollowed();
  await move(widget);
  await until('it is at its end again', async () => (await fromEnd(widget)) < 2);
}, { chromium: 'only Playwright holds a file back' });

story('whoever reads further up is there again when the page has hidden the chat, and a message came meanwhile', async (world) => {
  const { page, list, fromEnd } = await longChat(world);
  await list.evaluate((list) => list.scrollBy({ top: -500, behavior: 'instant' }));
  await until('its reader is elsewhere', () => list.evaluate((list) => !list.classList.contains('list-follows')));
  const top = await list.evaluate((list) => list.scrollTop);
  await page.evaluate(() => (document.querySelector('chataibot-widget').style.display = 'none'));
  await world.simulator.reply('<p>While you were not looking</p>');
  await until('it has come', () => list.evaluate((list) => list.textContent.includes('While you were not looking')));
  await page.evaluate(() => (document.querySelector('chataibot-widget').style.display = ''));
  await until('it is shown', async () => (await fromEnd()) > 0);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const now = await list.evaluate((list) => list.scrollTop);
  // Less than a line.
  assert.ok(Math.abs(now - top) < 20, `from ${top} to ${now}`);
});

story('an inline chat in a panel that is collapsed fits it once it is expanded', async (world) => {
  const head = '<style>#panel { height: 0; overflow: hidden; transition: height 0.2s } #panel.expanded { height: 420px } chataibot-widget { height: 100% }</style>';
  const visitor = await world.visitor();
  const page = await visitor.tab(world.page({ path: '/accordion', head, body: '<div id="panel"><chataibot-widget mode="inline"></chataibot-widget></div>' }));
  const widget = new Widget(page);
  await widget.launcher.waitFor({ state: 'attached' });
  await page.evaluate(() => document.querySelector('#panel').classList.add('expanded'));
  await widget.part('window-open').waitFor();
  await until('it fits', async () => {
    const [panel, input] = [await page.locator('#panel').boundingBox(), await widget.input.boundingBox()];
    return panel.height === 420 && input.y + input.height <= panel.y + panel.height;
  });
  await widget.say('Hello');
  await widget.hears(/./);
});

story('the launcher in a closed shadow root opens and closes the chat', async (world) => {
  const visitor = await world.visitor();
  world.host.script('/closed.js', `document.querySelector('#box').attachShadow({ mode: 'closed' }).append((window.chat = document.createElement('chataibot-widget')));`);
  const page = await visitor.tab(world.page({ path: '/closed', body: '<div id="box"></div><script src="/closed.js"></script>' }));
  const launcher = () => page.evaluate(() => {
    const { x, y, width, height } = window.chat.shadowRoot.querySelector('[part~=launcher]').getBoundingClientRect();
    return { x: x + width / 2, y: y + height / 2 };
  });
  await page.waitForFunction(() => window.chat?.shadowRoot?.querySelector('[part~=launcher]'));
  for (const open of [true, false, true]) {
    const { x, y } = await launcher();
    await page.mouse.click(x, y);
    await page.waitForFunction((open) => window.chat.state.open === open && window.chat.state.ready, open);
  }
});
