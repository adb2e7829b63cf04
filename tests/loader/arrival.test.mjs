// Tests of the way from the launcher to the program: nothing is loaded before intent, and nothing
// is lost while it loads.

import assert from 'node:assert/strict';
import test from 'node:test';
import { calls, fetched, gate, mounted, open } from './harness.mjs';

const WIDGET = '<chataibot-widget></chataibot-widget>';

test('nothing is fetched or stored before somebody reaches for it', async (t) => {
  const page = await open(t, { body: WIDGET });
  assert.equal(await page.locator('button').getAttribute('aria-label'), 'Open chat');
  assert.deepEqual(fetched(page), []);
  assert.equal(await page.evaluate(() => localStorage.length + document.cookie.length), 0);
  assert.deepEqual(await page.evaluate(() => document.querySelector('chataibot-widget').state), {
    ready: false, open: false, unread: 0, phase: 'new', link: 'idle', conversation: null,
  });
  assert.deepEqual(page.lines, []);
});

for (const [sign, act] of [
  ['the pointer over it', (page) => page.locator('button').hover()],
  ['the keyboard on it', (page) => page.keyboard.press('Tab')],
]) {
  test(`${sign} fetches the program and does not mount it`, async (t) => {
    const page = await open(t, { body: WIDGET });
    await act(page);
    await page.waitForFunction(() => globalThis.calls?.length);
    assert.deepEqual(await calls(page), ['init']);
    assert.equal(await page.evaluate(() => document.querySelector('chataibot-widget').state.ready), false);
  });
}

test('a click while loading shows work going on, is not lost and reaches the program as a click', async (t) => {
  const { route, release } = gate();
  const page = await open(t, { body: WIDGET, routes: { '/chataibot-widget_bg.wasm': route } });
  await page.locator('button').click();
  await page.locator('button[aria-busy="true"]').waitFor();
  assert.deepEqual(await calls(page), []);
  release();
  await page.waitForFunction(() => document.querySelector('chataibot-widget').state.open);
  assert.deepEqual(await calls(page), ['init', 'mount', 'click']);
  assert.equal(await page.locator('chataibot-widget').getAttribute('open'), '');
  assert.equal(await page.locator('button').count(), 1, 'only the launcher of the program is left');
});

test('a key press while loading counts as a click, and focus stays on the launcher', async (t) => {
  const { route, release } = gate();
  const page = await open(t, { body: WIDGET, routes: { '/chataibot-widget_bg.wasm': route } });
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  release();
  await page.waitForFunction(() => document.querySelector('chataibot-widget').state.open);
  assert.equal(await page.evaluate(() => document.querySelector('chataibot-widget').shadowRoot.activeElement?.textContent), 'program');
});

test('the launcher stays the same element, and what may have the focus is never removed', async (t) => {
  const { route, release } = gate();
  const page = await open(t, { body: WIDGET, routes: { '/chataibot-widget_bg.wasm': route } });
  await page.evaluate(() => {
    const { shadowRoot } = document.querySelector('chataibot-widget');
    globalThis.removed = 0;
    globalThis.launcher = shadowRoot.querySelector('button');
    globalThis.lost = 0;
    launcher.addEventListener('blur', () => lost++);
    new MutationObserver((records) => (removed += records.flatMap((record) => [...record.removedNodes]).filter((node) => node.nodeType === 1).length)).observe(
      shadowRoot,
      { childList: true, subtree: true },
    );
  });
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  release();
  await page.waitForFunction(() => document.querySelector('chataibot-widget').state.open);
  const after = await page.evaluate(() => {
    const { shadowRoot } = document.querySelector('chataibot-widget');
    return { removed, lost, same: shadowRoot.activeElement === launcher && shadowRoot.querySelector('[part~="launcher"]') === launcher };
  });
  assert.deepEqual(after, { removed: 0, lost: 0, same: true });
  await page.locator('button').click();
  await page.waitForFunction(() => !document.querySelector('chataibot-widget').state.open);
  assert.deepEqual(await calls(page), ['init', 'mount', 'click', 'click'], 'each click is heard once');
});

test('focus elsewhere on the page stays there', async (t) => {
  const page = await open(t, { body: `<input autofocus>${WIDGET}` });
  await page.locator('input').focus();
  await page.evaluate(() => document.querySelector('chataibot-widget').open());
  assert.equal(await page.evaluate(() => document.activeElement.localName), 'input');
});

test('early calls are answered in order once the program is there', async (t) => {
  const { route, release } = gate();
  const page = await open(t, { body: WIDGET, routes: { '/chataibot-widget_bg.wasm': route } });
  const answers = page.evaluate(() => {
    const widget = document.querySelector('chataibot-widget');
    return Promise.all([widget.send('one'), widget.open(), widget.send('two'), widget.close(), widget.toggle(), widget.reset()]);
  });
  release();
  assert.deepEqual((await answers).map((answer) => answer ?? null), ['id of one', null, 'id of two', null, null, null]);
  assert.deepEqual(await calls(page), ['init', 'mount', 'send', 'open', 'send', 'close', 'toggle', 'reset']);
});

test('closing and updating fetch nothing', async (t) => {
  const page = await open(t, { body: WIDGET });
  await page.evaluate(async () => {
    const widget = document.querySelector('chataibot-widget');
    await widget.close();
    await widget.update({ theme: 'dark', contact: { name: 'Ada' } });
  });
  assert.deepEqual(fetched(page), []);
});

test('the attribute open opens, a conversation in storage mounts without opening', async (t) => {
  const opened = await open(t, { body: '<chataibot-widget open></chataibot-widget>' });
  await opened.waitForFunction(() => document.querySelector('chataibot-widget').state.open);

  const page = await open(t);
  for (const [site, key] of [['', `chataibot:${page.origin}:conversation`], ['shop', 'chataibot:shop:outbox:1']]) {
    await page.evaluate(
      ([site, key]) => {
        localStorage.setItem(key, '{}');
        const widget = document.createElement('chataibot-widget');
        if (site) widget.site = site;
        document.body.replaceChildren(widget);
      },
      [site, key],
    );
    await mounted(page);
    assert.equal(await page.evaluate(() => document.querySelector('chataibot-widget').state.open), false);
    await page.evaluate(() => localStorage.clear());
  }
});

test('what other sites and other programs store mounts nothing, nor does memory mode', async (t) => {
  const page = await open(t);
  await page.evaluate((origin) => {
    localStorage.setItem('chataibot:elsewhere:conversation', '{}');
    localStorage.setItem(`chataibot:${origin}:visitor`, '{}');
    document.body.append(document.createElement('chataibot-widget'));
    localStorage.setItem('chataibot:shop:conversation', '{}');
    const quiet = document.createElement('chataibot-widget');
    Object.assign(quiet, { site: 'shop', storage: 'memory' });
    document.body.append(quiet);
  }, page.origin);
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  assert.deepEqual(fetched(page), []);
});

test('preload="idle" fetches by itself and mounts nothing', async (t) => {
  const page = await open(t, { body: '<chataibot-widget preload="idle"></chataibot-widget>' });
  await page.waitForFunction(() => globalThis.calls?.length);
  assert.deepEqual(await calls(page), ['init']);
});

test('the WASM is on its way before the shell is there, and fetched once', async (t) => {
  const shell = gate('text/javascript', `export * from '/shell.js'`);
  const page = await open(t, { body: WIDGET, routes: { '/chataibot-shell.js': shell.route } });
  const asked = page.waitForRequest((request) => request.url().endsWith('_bg.wasm'));
  await page.locator('button').click();
  await asked;
  assert.deepEqual(await calls(page), []);
  shell.release();
  await mounted(page);
  assert.deepEqual(fetched(page), ['/chataibot-widget_bg.wasm', '/chataibot-widget.js']);
  assert.deepEqual(page.lines, []);
});

/** Loads the program as a shell does in which the visitor has already typed. */
const write = (page) =>
  page.evaluate(async () => {
    const { load, wantTalk } = await import('/program.js');
    wantTalk();
    globalThis.loaded = load((name) => `/${name}`);
  });

test('what talking needs is asked for when most of the WASM should be there', async (t) => {
  const wasm = gate();
  const page = await open(t, { routes: { '/chataibot-widget_bg.wasm': wasm.route } });
  await write(page);
  await page.waitForFunction(() => globalThis.calls?.length);
  assert.deepEqual(await calls(page), ['fetchTalk']);
  wasm.release();
  await page.evaluate(() => loaded);
  assert.deepEqual(await calls(page), ['fetchTalk', 'init']);
});

test('where the browser does not tell how fast the line is, it is asked for behind the WASM', async (t) => {
  const wasm = gate();
  const page = await open(t, { routes: { '/chataibot-widget_bg.wasm': wasm.route } });
  await page.evaluate(() => (performance.getEntriesByName = () => []));
  await write(page);
  await page.waitForFunction(() => globalThis.calls);
  assert.deepEqual(await calls(page), []);
  wasm.release();
  await page.evaluate(() => loaded);
  assert.deepEqual(await calls(page), ['fetchTalk', 'init']);
});

test('two widgets share the program and nothing else', async (t) => {
  const page = await open(t, { body: '<chataibot-widget site="a"></chataibot-widget><chataibot-widget site="b"></chataibot-widget>' });
  const states = await page.evaluate(async () => {
    const [a, b] = document.querySelectorAll('chataibot-widget');
    await Promise.all([a.open(), b.send('x')]);
    return [a.state.open, b.state.open, a.shadowRoot.adoptedStyleSheets[0] === b.shadowRoot.adoptedStyleSheets[0]];
  });
  assert.deepEqual(states, [true, false, true]);
  assert.deepEqual(fetched(page).sort(), ['/chataibot-widget.js', '/chataibot-widget_bg.wasm']);
});

test('properties set before the script was there are taken, and do not hide ours', async (t) => {
  const page = await open(t, {
    body: WIDGET,
    script: `<script type="module">
      const widget = document.querySelector('chataibot-widget');
      widget.heading = 'Early'; widget.contact = { name: 'Ada' };
      await import('/chataibot.js');
    </script>`,
  });
  await page.evaluate(() => document.querySelector('chataibot-widget').open());
  const settings = await page.evaluate(() => calls.find(([name]) => name === 'mount')[1]);
  assert.deepEqual(settings, { proxyUrl: page.origin, 'proxy-url': page.origin, heading: 'Early', contact: { name: 'Ada' } });
  assert.equal(await page.evaluate(() => Object.hasOwn(document.querySelector('chataibot-widget'), 'heading')), false);
});

test('the script may be loaded twice; a name taken by something else gets one line', async (t) => {
  const twice = await open(t, {
    body: WIDGET,
    script: '<script type="module">await import("/chataibot.js"); await import("/chataibot.js?again"); await import("/loader.js")</script>',
  });
  await twice.evaluate(() => document.querySelector('chataibot-widget').open());
  assert.deepEqual(twice.lines, []);
  assert.equal(await twice.evaluate(() => document.querySelector('chataibot-widget').shadowRoot.querySelectorAll('button').length), 1);

  const taken = await open(t, {
    script: `<script type="module">customElements.define('chataibot-widget', class extends HTMLElement {}); await import('/chataibot.js'); globalThis.done = 1</script>`,
  });
  await taken.waitForFunction(() => globalThis.done);
  assert.deepEqual(taken.lines, ['[chataibot] <chataibot-widget> is already defined by something else.']);
});
