//! Tests of the shell, the window before the program is loaded: it accepts text and messages, and
//! the program takes over its very nodes.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { devices } from 'playwright-core';
import { Widget, story, until } from './harness.mjs';
import { PROGRAM, arrive, begin, focused, inside } from './held_program.mjs';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };

const { defaultBrowserType, ...PHONE } = devices['iPhone 13'];
const DARK = { visitor: { colorScheme: 'dark' }, page: { head: '<meta name="color-scheme" content="light dark">' } };
const ARABIC = { page: { language: 'ar', direction: 'rtl' } };

story('the window stands and takes letters while the program is on its way', async (world) => {
  const { page, widget, arrived } = await begin(world);
  assert.equal(await focused(page), 'input');
  await page.keyboard.type('Hello');
  assert.equal(await widget.input.inputValue(), 'Hello');
  assert.equal(await widget.launcher.getAttribute('aria-expanded'), 'true');
  await arrived();
  assert.equal(await widget.input.inputValue(), 'Hello');
  await page.keyboard.type(', you');
  assert.equal(await widget.input.inputValue(), 'Hello, you');
  await page.keyboard.press('Enter');
  await widget.hears(/./);
  assert.deepEqual((await widget.texts()).slice(0, 1), ['Hello, you']);
});

story('what is said before the program is there stands at once and is sent once and in order', async (world) => {
  const { page, widget, arrived } = await begin(world);
  await page.keyboard.type('First');
  await page.keyboard.press('Enter');
  await widget.shows({ by: 'visitor', text: 'First', state: 'sending' });
  assert.equal(await widget.input.inputValue(), '');
  await page.keyboard.type('Second\u{20}');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('line');
  await page.keyboard.press('Enter');
  await page.keyboard.type('Third, not sent');
  await widget.shows('First', 'Second \nline');
  await arrived();
  assert.deepEqual((await widget.texts()).slice(0, 1), ['First'], 'nothing is gone for a moment');
  await widget.settles();
  assert.equal(await widget.input.inputValue(), 'Third, not sent');
  const own = (await widget.transcript()).filter((row) => row.by === 'visitor').map((row) => row.text);
  assert.deepEqual(own, ['First', 'Second \nline']);
  assert.deepEqual(await world.simulator.heard(), ['First', 'Second \nline']);
});

story('the program goes on with the same elements, and focus, caret, selection and scroll stay', async (world) => {
  const { page, widget, arrived } = await begin(world);
  await widget.input.fill(Array.from({ length: 30 }, (_, at) => `line ${at}`).join('\n'));
  await inside(page, (root) => {
    globalThis.before = ['section', 'textarea', '.close', '.more', '.expand', '.send'].map((name) => root.querySelector(name));
    globalThis.lost = 0;
    globalThis.removed = [];
    const [, field] = before;
    field.setSelectionRange(20, 45, 'backward');
    field.scrollTop = 77;
    field.addEventListener('blur', () => lost++);
    new MutationObserver((records) => {
      for (const { removedNodes } of records) for (const node of removedNodes) if (before.some((one) => node.contains(one))) removed.push(node.className);
    }).observe(root, { childList: true, subtree: true });
  });
  const scrolled = await widget.input.evaluate((field) => field.scrollTop);
  assert.ok(scrolled > 0);
  await arrived();
  const after = await inside(page, (root) => {
    const now = ['section', 'textarea', '.close', '.more', '.expand', '.send'].map((name) => root.querySelector(name));
    const [, field] = now;
    const { selectionStart, selectionEnd, selectionDirection, scrollTop } = field;
    return { same: now.map((node, at) => node === before[at]), lost, removed, selectionStart, selectionEnd, selectionDirection, scrollTop, focus: root.activeElement === field };
  });
  assert.deepEqual(after, {
    same: [true, true, true, true, true, true], lost: 0, removed: [], selectionStart: 20, selectionEnd: 45, selectionDirection: 'backward', scrollTop: scrolled, focus: true,
  });
  // The nodes belong to the program now: each does what it should.
  await widget.part('more').click();
  await widget.part('menu').waitFor();
  await page.keyboard.press('Escape');
  await widget.close();
  assert.equal(await focused(page), 'launcher');
});

const INLINE = 'mode="inline" style="display: block; width: 400px; height: 500px"';
const AVATAR = { page: { attributes: 'avatar="/face.svg" heading="Ask us" greeting="Hello"' } };

const LOOKS = {
  light: {},
  dark: DARK,
  'right to left': ARABIC,
  phone: { visitor: PHONE },
  german: { page: { language: 'de' } },
  panel: { page: { attributes: 'mode="panel" position="top-start" theme="dark"' } },
  'in the page': { page: { attributes: INLINE } },
  'own words and picture': AVATAR,
};

for (const [name, settings] of Object.entries(LOOKS)) {
  story(`not a pixel moves when the program arrives: ${name}`, async (world) => {
    // The token tells whether the site accepts files, which would add a button: a legitimate
    // change, excluded here.
    const { page, widget, arrived } = await begin(world, { ...settings, hasToken: false });
    await page.mouse.move(5, 5);
    await widget.input.fill(name === 'right to left' ? 'مرحبا' : 'Hello there');
    await page.addStyleTag({ content: 'chataibot-widget { --chataibot-motion: 0 }' });
    // On a phone, the code that follows the on-screen keyboard does not wait for the program.
    if (settings.visitor === PHONE) await page.waitForFunction(() => document.querySelector('chataibot-widget').shadowRoot.adoptedStyleSheets.length > 2);
    const picture = () => page.screenshot({ caret: 'hide', animations: 'disabled' });
    const before = await picture();
    await arrived();
    const after = await picture();
    if (process.env.SHELL_PICTURES) {
      const { writeFile } = await import('node:fs/promises');
      await writeFile(`${process.env.SHELL_PICTURES}/${name}-before.png`, before);
      await writeFile(`${process.env.SHELL_PICTURES}/${name}-after.png`, after);
    }
    const differing = await page.evaluate(
      async (pictures) => {
        const [a, b] = await Promise.all(
          pictures.map(async (data) => {
            const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))]));
            const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
            canvas.drawImage(bitmap, 0, 0);
            return canvas.getImageData(0, 0, bitmap.width, bitmap.height).data;
          }),
        );
        let count = 0;
        for (let at = 0; at < a.length; at += 4) if (Math.abs(a[at] - b[at]) + Math.abs(a[at + 1] - b[at + 1]) + Math.abs(a[at + 2] - b[at + 2]) > 24) count++;
        return count;
      },
      [before, after].map((one) => one.toString('base64')),
    );
    assert.ok(differing <= 30, `${differing} pixels differ`);
  });
}

story('a message that was said before the program is there neither goes nor moves while the program takes it over', async (world) => {
  await world.simulator.order('hold', { call: 'start' });
  const { page, widget, arrived } = await begin(world);
  await page.addStyleTag({ content: 'chataibot-widget { --chataibot-motion: 0 }' });
  await page.keyboard.type('Here I am');
  await page.keyboard.press('Enter');
  await widget.shows('Here I am');
  await page.keyboard.type('And');
  // Slow enough for Yew to do its work in several steps.
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 6 });
  await inside(page, (root) => {
    globalThis.frames = [];
    const look = () => {
      const bubbles = [...root.querySelectorAll('[part~="bubble-visitor"]')].filter((bubble) => bubble.getClientRects().length);
      const lines = [...root.querySelectorAll('.rows > p')].filter((line) => line.getClientRects().length);
      const greeting = root.querySelector('.greeting');
      const shown = [bubbles.length, lines.length + (greeting?.getClientRects().length ?? 0)];
      const { x, y, width, height } = bubbles[0]?.getBoundingClientRect() ?? {};
      const [section, launcher, field, send] = ['section', '.launcher', 'textarea', '.send'].map((name) => root.querySelector(name));
      const states = [section.className, launcher.ariaExpanded, field.value, field.dir, send.disabled, root.activeElement === field];
      frames.push(JSON.stringify([...shown, x, y, width, height, ...states]));
      globalThis.looking = requestAnimationFrame(look);
    };
    look();
  });
  await arrived();
  await widget.part('row').and(page.locator('.block *')).waitFor();
  await page.evaluate(() => new Promise((done) => { const from = frames.length; const wait = () => (frames.length > from + 30 ? done() : requestAnimationFrame(wait)); wait(); }));
  const frames = await page.evaluate(() => (cancelAnimationFrame(looking), [...new Set(frames)]));
  assert.equal(frames.length, 1, frames.join(' '));
  assert.match(frames[0], /^\[1,0,/);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  await world.simulator.order('release', {});
  await widget.settles();
  assert.deepEqual(await world.simulator.heard(), ['Here I am']);
});

story('before the program is there Escape, the button and the launcher close the window, and what was written stays', async (world) => {
  const { page, widget, arrived } = await begin(world);
  const isClosed = () => widget.part('window-open').waitFor({ state: 'detached' });
  await page.keyboard.type('Not yet');
  await page.keyboard.press('Escape');
  await isClosed();
  assert.equal(await focused(page), 'launcher');
  assert.equal(await widget.launcher.getAttribute('aria-expanded'), 'false');
  await page.keyboard.press('Enter');
  await widget.part('window-open').waitFor();
  assert.equal(await focused(page), 'input');
  await widget.part('close').click();
  await isClosed();
  await widget.launcher.click();
  await widget.part('window-open').waitFor();
  await widget.launcher.click();
  await isClosed();
  await page.evaluate(() => {
    globalThis.moved = [];
    for (const name of ['open', 'close']) document.addEventListener(`chataibot-${name}`, () => moved.push(name));
  });
  await arrived();
  await until('it stays closed', async () => (await widget.part('window-open').count()) === 0);
  assert.equal(await page.evaluate(() => document.querySelector('chataibot-widget').state.open), false);
  assert.equal(await page.evaluate(() => moved.at(-1) ?? 'close'), 'close');
  await widget.open();
  assert.equal(await widget.input.inputValue(), 'Not yet');
});

story('a window that was closed and opened again before the program is there is open when the program is', async (world) => {
  const { page, widget, arrived } = await begin(world);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await widget.part('window-open').waitFor();
  await page.keyboard.type('Again');
  await arrived();
  assert.equal(await page.evaluate(() => document.querySelector('chataibot-widget').state.open), true);
  assert.equal(await widget.part('window-open').count(), 1);
  assert.equal(await focused(page), 'input');
  assert.equal(await widget.input.inputValue(), 'Again');
});

story('the keyboard is where the visitor has put it when the program arrives', async (world) => {
  const { page, widget, arrived } = await begin(world);
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  const before = await focused(page);
  assert.notEqual(before, 'input');
  await arrived();
  assert.equal(await focused(page), before);
  await widget.close();
});

story('a button that only the program serves is pressed again when it is there', async (world) => {
  const { widget, arrived } = await begin(world);
  await widget.part('more').click();
  await arrived();
  await widget.part('menu').waitFor();
});

story('a program that cannot be had leaves what was written, in the form that stands in', async (world) => {
  const { visitor, page, widget, fail } = await begin(world);
  visitor.expect(/could not start|Failed to load resource|ERR_FAILED/);
  await page.keyboard.type('First');
  await page.keyboard.press('Enter');
  await page.keyboard.type('Second');
  fail();
  const form = page.getByRole('dialog', { name: 'Leave us a message' });
  await form.waitFor();
  assert.equal(await form.getByLabel('Message', { exact: true }).inputValue(), 'First\nSecond');
  assert.equal(await widget.window.count(), 0);
  assert.equal(await page.evaluate(() => document.querySelector('chataibot-widget').shadowRoot.activeElement?.name), 'message');
});

for (const reached of [false, true]) {
  const name = reached ? 'what the proxy has is sent, the rest is in the field' : 'it keeps the words, and the next try takes them along';
  story(`where nothing can be had any more the window says so, and ${name}`, async (world) => {
    const { visitor, page, widget, fail } = await begin(world);
    visitor.expect(/could not start|Failed to load resource|ERR_FAILED/);
    await visitor.context.route('**/chataibot-fallback.js*', (route) => route.abort());
    if (!reached) await visitor.context.route('**/conversations', (route) => route.abort());
    // The stream is requested once the answer has arrived.
    const asked = reached && page.waitForRequest(/\/events\?/);
    await page.keyboard.type('First');
    await page.keyboard.press('Enter');
    await page.keyboard.type('Second');
    await asked;
    fail();
    await page.getByRole('alert').getByText('could not be loaded').waitFor();
    const words = reached ? 'Second' : 'First\nSecond';
    await until('the words are back', async () => (await widget.input.inputValue()) === words);
    assert.equal(await focused(page), 'input');
    assert.equal(await widget.part('bubble').count(), reached ? 1 : 0);
    await visitor.context.unroute(PROGRAM);
    await visitor.context.unroute('**/conversations');
    await widget.input.press('Enter');
    await widget.settles();
    assert.deepEqual(await world.simulator.heard(), reached ? ['First', 'Second'] : [words]);
    assert.equal(await page.getByRole('alert').count(), 0);
  });
}

for (const attributes of ['consent', 'home', 'prechat="name"', 'availability="maintenance"', 'starters="One|Two"']) {
  story(`what comes before a chat comes first: ${attributes}`, async (world) => {
    const { page, widget, arrived } = await arrive(world, { page: { attributes } });
    await widget.launcher.click();
    await widget.launcher.and(page.locator('[aria-busy="true"]')).waitFor();
    await page.waitForFunction(() => performance.getEntriesByName(document.querySelector('script[src*=chataibot]').src.replace('.js', '-shell.js')).length);
    assert.equal(await widget.window.count(), 0);
    await arrived();
    await widget.part('window-open').waitFor();
  });
}

for (const [name, settings] of Object.entries({ light: {}, dark: DARK, 'right to left': ARABIC, phone: { visitor: PHONE } })) {
  story(`the window before the program has no violation of WCAG 2.2 AA that a machine finds: ${name}`, async (world) => {
    const { page, widget } = await begin(world, settings);
    await page.evaluate(AXE);
    const check = () =>
      page.evaluate(async (rules) => {
        const { violations } = await axe.run('chataibot-widget', rules);
        return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.flat().at(-1)}`));
      }, RULES);
    assert.deepEqual(await check(), []);
    await widget.input.fill('Hello');
    await widget.input.press('Control+Enter');
    await widget.shows('Hello');
    await page.waitForFunction(() => document.querySelector('chataibot-widget').shadowRoot.getAnimations().every(({ playState }) => playState === 'finished'));
    assert.deepEqual(await check(), []);
  });
}

story('under a strict policy the window stands and the program takes it over', async (world) => {
  const policy = `default-src 'none'; script-src ${world.proxy.address} 'wasm-unsafe-eval'; connect-src ${world.proxy.address}; img-src ${world.proxy.address}; require-trusted-types-for 'script'`;
  const { page, widget, arrived } = await begin(world, { page: { headers: { 'content-security-policy': policy } } });
  await page.keyboard.type('Hello');
  await arrived();
  assert.equal(await widget.input.inputValue(), 'Hello');
});

story('the window before the program speaks the language of the page', async (world) => {
  const { page, widget } = await begin(world, { page: { language: 'de' } });
  assert.equal(await widget.window.getAttribute('lang'), null);
  assert.equal(await page.locator('chataibot-widget .app').getAttribute('lang'), 'de');
  const { composer_label, close } = JSON.parse(await readFile(new URL('../../locales/de.json', import.meta.url), 'utf8'));
  await page.getByRole('textbox', { name: composer_label }).waitFor();
  await page.getByRole('button', { name: close }).waitFor();
});

story('a visitor who has only opened the window before gets it at once, while the program is on its way', async (world) => {
  const { page, widget, arrived } = await arrive(world);
  await page.evaluate((proxy) => localStorage.setItem(`chataibot:${proxy}:conversation`, '{"v":2,"value":{"open":false}}'), world.proxy.address);
  await page.evaluate((proxy) => localStorage.setItem(`chataibot:${proxy}:draft`, 'Half a'), world.proxy.address);
  await page.reload();
  await widget.window.waitFor({ state: 'attached' });
  assert.equal(await widget.part('window-open').count(), 0);
  await widget.open();
  await page.keyboard.press('End');
  await page.keyboard.type(' word');
  assert.equal(await page.evaluate(() => document.querySelector('chataibot-widget').state.ready), false);
  await arrived();
  assert.equal(await widget.part('window-open').count(), 1);
  assert.equal(await widget.input.inputValue(), 'Half a word');
  assert.equal(await focused(page), 'input');
});

/** Collects the requests for a token. */
async function tokens(visitor) {
  const asked = [];
  visitor.context.on('request', (request) => /\/token$/.test(request.url()) && asked.push(request));
  return asked;
}

story('the token is there before the program, which takes it and asks for none', async (world) => {
  const held = await arrive(world);
  const { visitor, page, widget, arrived } = held;
  const asked = await tokens(visitor);
  await widget.launcher.hover();
  await page.waitForFunction(() => performance.getEntriesByName(document.querySelector('script[src*=chataibot]').src.replace('.js', '-shell.js')).length);
  assert.equal(asked.length, 0, 'not before the visitor has opened the window');
  await widget.open();
  const key = `chataibot:${world.proxy.address}:visitor`;
  await page.waitForFunction((key) => localStorage.getItem(key), key);
  const before = await page.evaluate((key) => JSON.parse(localStorage.getItem(key)).value.visitor, key);
  await page.keyboard.type('Hello');
  await arrived();
  await page.keyboard.press('Enter');
  await widget.settles();
  assert.equal(asked.length, 1);
  assert.equal(await page.evaluate((key) => JSON.parse(localStorage.getItem(key)).value.visitor, key), before);
});

story('where nothing may be kept the token waits for the program', async (world) => {
  const held = await arrive(world, { page: { attributes: 'storage="memory"' } });
  const asked = await tokens(held.visitor);
  await held.widget.open();
  await held.page.keyboard.type('Hello');
  assert.equal(asked.length, 0);
  await held.arrived();
  await held.page.keyboard.press('Enter');
  await held.widget.settles();
  assert.equal(asked.length, 1);
  assert.equal(await held.page.evaluate(() => localStorage.length), 0);
});

story('where a conversation is stored the window waits for the program, which knows it', async (world) => {
  const { page, widget, arrived } = await arrive(world);
  await page.evaluate((proxy) => localStorage.setItem(`chataibot:${proxy}:conversation`, '{"v":2,"value":{"id":"c1","open":false}}'), world.proxy.address);
  await page.reload();
  await widget.launcher.click();
  await widget.launcher.and(page.locator('[aria-busy="true"]')).waitFor();
  assert.equal(await widget.window.count(), 0);
  await page.evaluate(() => localStorage.clear());
  await arrived();
});

story("a page that opens the window moves nobody's focus", async (world) => {
  // The automation counts as a visitor's action for this browser.
  const nobody = '<script>Object.defineProperty(Navigator.prototype, "userActivation", { value: { isActive: false } })</script>';
  const { page, widget, arrived } = await arrive(world, { page: { attributes: 'open', scripts: `<input id="own" autofocus>${nobody}` } });
  await widget.part('window-open').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'own');
  await arrived();
  assert.equal(await widget.part('window-open').count(), 1);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'own');
});

for (const attributes of ['consent', 'home', 'prechat="name"']) {
  story(`one click opens the chat and leaves it open where the program was there before it: ${attributes}`, async (world) => {
    const visitor = await world.visitor();
    await visitor.context.addInitScript(() => {
      const { instantiate } = WebAssembly;
      WebAssembly.instantiate = async (...values) => {
        const made = await instantiate.apply(WebAssembly, values);
        // The program then starts in a task of its own.
        setTimeout(() => setTimeout(() => (window.isThere = true)));
        return made;
      };
    });
    world.page({ attributes });
    const page = await visitor.tab(`${world.host.origin}/`);
    const widget = new Widget(page);
    await widget.launcher.hover();
    await page.waitForFunction(() => window.isThere);
    await page.evaluate(() => {
      window.steps = [];
      for (const type of ['open', 'close']) addEventListener(`chataibot-${type}`, () => steps.push(type));
    });
    await widget.launcher.click();
    await page.waitForFunction(() => steps.length > 0);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
    assert.deepEqual(await page.evaluate(() => steps), ['open']);
    assert.equal(await widget.part('window-open').count(), 1);
  });
}
