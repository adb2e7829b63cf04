//! Tests of the window's position and size: what only the whole bundle in a browser can show.

import assert from 'node:assert/strict';
import { devices } from 'playwright-core';
import { Widget, story, until } from './harness.mjs';

/** Returns the part names of the focused element in the widget. */
const focused = (page) =>
  page.evaluate(() => document.querySelector('chataibot-widget').shadowRoot.activeElement?.part.value ?? document.activeElement.id);

/** Returns the window's box, once its animation is over. */
async function box(widget) {
  let found;
  await until('the window stands still', async () => {
    found = await widget.window.boundingBox();
    return found.width === (await widget.window.evaluate((window) => window.offsetWidth));
  });
  return found;
}

story('the visitor chooses the size by keyboard and by pointer, and finds it again', async (world) => {
  const { widget, page } = await world.chat();
  await widget.isFollowed();
  const before = await box(widget);
  await widget.part('resize').focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowDown');
  await until('it is wider and less high', async () => {
    const now = await box(widget);
    return now.width === before.width + 24 && now.height === before.height - 24;
  });

  const now = await box(widget);
  await page.mouse.move(now.x + 2, now.y + now.height / 2);
  await page.mouse.down();
  await page.mouse.move(now.x - 58, now.y + now.height / 2 + 30, { steps: 3 });
  await page.mouse.up();
  await until('the pulled edge has moved, and no other', async () => {
    const pulled = await box(widget);
    return pulled.width === now.width + 60 && pulled.height === now.height;
  });

  await page.reload();
  await widget.part('window-open').waitFor();
  await widget.isFollowed();
  await until('it has the same size', async () => (await box(widget)).width === now.width + 60);
  await widget.part('resize').dblclick();
  await until('it has its own size again', async () => (await box(widget)).width === before.width);
});

story('an enlarged window stays inside of the page and is large again after a reload', async (world) => {
  const { widget, page } = await world.chat();
  const before = await box(widget);
  await widget.part('expand').click();
  await until('it is large', async () => (await box(widget)).width > before.width * 1.5);
  await page.reload();
  await widget.part('window-open').waitFor();
  await until('it is large again', async () => (await box(widget)).width > before.width * 1.5);
  await page.setViewportSize({ width: 600, height: 500 });
  await until('it is inside of a smaller page', async () => {
    const { x, y, width } = await box(widget);
    return x >= 0 && y >= 0 && x + width <= 600;
  });
});

story('the window is above what the page has put over it when the visitor opens it, and keeps the focus', async (world) => {
  const address = world.page({ path: '/over' });
  const visitor = await world.visitor();
  const page = await visitor.tab(address);
  const widget = new Widget(page);
  await widget.open();
  await widget.close();
  await page.evaluate(() => {
    const over = document.body.appendChild(document.createElement('div'));
    over.popover = 'manual';
    Object.assign(over.style, { inset: '0', width: '100%', height: '100%' });
    over.id = 'over';
    over.showPopover();
  });
  const above = () => page.evaluate(() => document.elementFromPoint(innerWidth - 50, innerHeight - 50).id || 'chat');
  assert.equal(await above(), 'over');
  await page.evaluate(() => document.querySelector('chataibot-widget').shadowRoot.querySelector('[part~="launcher"]').focus());
  await page.keyboard.press('Enter');
  await widget.part('window-open').waitFor();
  await until('it is above', async () => (await above()) === 'chat');
  await until('the message field has the focus', async () => /input/.test(await focused(page)));
});

story('in a dialog of the page the launcher is reached whenever that opens, as often as it does', async (world) => {
  const body = '<dialog id="dialog"><p>Terms</p><chataibot-widget></chataibot-widget></dialog>';
  const page = await (await world.visitor()).tab(world.page({ path: '/dialog', body }));
  const widget = new Widget(page);
  await widget.launcher.waitFor({ state: 'attached' });
  for (const word of ['one', 'two']) {
    await page.evaluate(() => document.querySelector('#dialog').showModal());
    await widget.open();
    await widget.input.fill(word);
    await widget.close();
    await page.evaluate(() => document.querySelector('#dialog').close());
  }
});

story("with the page's own launcher the focus goes back to it", async (world) => {
  const address = world.page({ path: '/own', body: '<button id="help">Help</button><chataibot-widget launcher-for="#help"></chataibot-widget>' });
  const page = await (await world.visitor()).tab(address);
  const widget = new Widget(page);
  await page.locator('#help[aria-expanded="false"]').focus();
  assert.equal(await widget.launcher.isVisible(), false);
  await page.keyboard.press('Enter');
  await widget.part('window-open').waitFor();
  await until('the message field has the focus', async () => /input/.test(await focused(page)));
  await page.keyboard.press('Escape');
  await page.locator('#help[aria-expanded="false"]').waitFor();
  await until('the focus is back', async () => (await focused(page)) === 'help');

  // Seconds later the browser no longer counts the visitor's last key press (user activation), and
  // it may have taken the focus from the window before the widget handles the event.
  await page.keyboard.press('Enter');
  await until('the message field has the focus again', async () => /input/.test(await focused(page)));
  await page.evaluate(() => {
    const host = document.querySelector('chataibot-widget');
    addEventListener('chataibot-close', () => host.shadowRoot.activeElement?.blur(), { capture: true, once: true });
  });
  // Playwright's own evaluations would count as user activation.
  const console = await page.context().newCDPSession(page);
  const isPressed = () => console.send('Runtime.evaluate', { expression: 'navigator.userActivation.isActive' });
  await until('the press is forgotten', async () => !(await isPressed()).result.value);
  await page.keyboard.press('Escape');
  await until('the focus is back once more', async () => (await focused(page)) === 'help');
});

story("before the program is there the focus goes back to the page's own launcher, too", async (world) => {
  const address = world.page({ path: '/own', body: '<button id="help">Help</button><chataibot-widget launcher-for="#help"></chataibot-widget>' });
  const visitor = await world.visitor();
  const page = await visitor.tab('about:blank');
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route('**/*.wasm', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(address);
  const widget = new Widget(page);
  await page.locator('#help[aria-expanded="false"]').focus();
  await page.keyboard.press('Enter');
  await widget.part('window-open').waitFor();
  await until('the message field has the focus', async () => /input/.test(await focused(page)));
  await page.keyboard.press('Escape');
  await until('the focus is back', async () => (await focused(page)) === 'help');
  release();
  await page.evaluate(() => document.querySelector('chataibot-widget').ready.then(() => {}));
  assert.equal(await focused(page), 'help');
  assert.equal(await widget.part('window-open').count(), 0);
});

story('in the page the window fills the box it is given, opens without taking the focus, and cannot be closed', async (world) => {
  const address = world.page({ path: '/inline', body: '<div style="width:400px;height:500px"><chataibot-widget mode="inline"></chataibot-widget></div>' });
  const page = await (await world.visitor()).tab(address);
  const widget = new Widget(page);
  await widget.part('window-open').waitFor();
  const { width, height } = await box(widget);
  assert.deepEqual([width, height], [400, 500]);
  assert.equal(await focused(page), '');
  assert.equal(await widget.part('close').count(), 0);
  await widget.say('Hello');
  await widget.settles();
});

story('a panel is as high as the screen at the side it is given', async (world) => {
  const address = world.page({ path: '/panel', attributes: 'mode="panel" position="bottom-start"' });
  const { widget, page } = await world.chat({ address });
  await until('it has come in', async () => (await box(widget)).x === 0);
  const { y, height } = await box(widget);
  assert.deepEqual([y, height], [0, page.viewportSize().height]);
});

story('on a phone the window takes what the keyboard leaves', async (world) => {
  const { defaultBrowserType, ...phone } = devices['iPhone 13'];
  const { widget, page } = await world.chat(phone);
  await page.setViewportSize({ width: 390, height: 400 });
  await until('the composer is in sight', async () => {
    const { y, height } = await widget.part('composer').boundingBox();
    return y + height <= 400;
  });
  assert.equal(await page.evaluate(() => document.body.getAttribute('style')), null, "the page's own scrolling is left alone");
  assert.equal(await widget.part('resize').count(), 0);
});

for (const reducedMotion of ['no-preference', 'reduce']) {
  story(`a window that closes is there for a screen reader until the focus is told of, motion: ${reducedMotion}`, async (world) => {
    const visitor = await world.visitor({ reducedMotion });
    const page = await visitor.tab(`${world.host.origin}/`);
    const widget = new Widget(page);
    await widget.open();
    await until('the message field has the focus', async () => /input/.test(await focused(page)));
    await page.evaluate(() => {
      const root = document.querySelector('chataibot-widget').shadowRoot;
      const section = root.querySelector('#window');
      root.querySelector('[part~="launcher"]').addEventListener('focus', () => {
        const begin = performance.now();
        const look = () => {
          const isThere = getComputedStyle(section).visibility === 'visible' && !section.inert;
          if (isThere) requestAnimationFrame(look);
          else window.stayed = performance.now() - begin;
        };
        look();
      });
    });
    await page.keyboard.press('Escape');
    await until('it is gone', () => page.evaluate(() => window.stayed !== undefined));
    // Browsers report changes to screen readers once a frame, and removals first.
    const stayed = await page.evaluate(() => window.stayed);
    assert.ok(stayed > 100, `${stayed} ms`);
  });
}

story('the keyboard does not go back into a window that fades, nor does the pointer', async (world) => {
  const { widget, page } = await world.chat();
  await widget.isFollowed();
  await page.evaluate(() => {
    const root = document.querySelector('chataibot-widget').shadowRoot;
    const sheet = new CSSStyleSheet();
    // Long enough for a slow machine to act while the window fades.
    sheet.replaceSync('@layer regions{.window:not(.window-open){transition:visibility 0s 60s}}');
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  });
  const visibility = () => widget.window.evaluate((window) => getComputedStyle(window).visibility);
  const { x, y } = await widget.input.boundingBox();
  await widget.input.focus();
  await page.keyboard.press('Escape');
  await until('the launcher has the focus', async () => /launcher/.test(await focused(page)));
  assert.equal(await visibility(), 'visible');
  assert.equal(await page.evaluate(([x, y]) => document.elementFromPoint(x, y).localName, [x + 5, y + 5]), 'html');
  await page.keyboard.press('Tab');
  assert.equal(await visibility(), 'hidden');
  assert.doesNotMatch(await focused(page), /window|header-button|back|expand|more|close/);

  await page.evaluate(() => document.querySelector('chataibot-widget').open());
  await widget.part('window-open').waitFor();
  await until('it is there again', async () => (await visibility()) === 'visible');
});
