//! Tests in older browsers, simulated by removing features from this one: everything is as in a
//! current browser, and even older ones still get the plain form and one line on the console.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Widget, story, until } from './harness.mjs';
import { player, show } from './scenes.mjs';

/**
 * Runs in the page before everything else. The removals affect the widget, but not Playwright's own
 * scripts, which have kept their references.
 */
function takeAway(unknown) {
  const missing = { 'light-dark(': 'no-such(', '(from ': '(no-such ', ':has(': ':no-such(', ':dir(': ':no-such(', 'color-mix(': 'no-such(' };
  const without = (text) => unknown.reduce((text, what) => text.replaceAll(what, missing[what]), text);
  const { supports } = CSS;
  CSS.supports = (...asked) => supports.apply(CSS, asked.map(without));
  const { replaceSync } = CSSStyleSheet.prototype;
  CSSStyleSheet.prototype.replaceSync = function (text) {
    return replaceSync.call(this, without(text));
  };
  for (const name of ['popover', 'showPopover', 'hidePopover', 'togglePopover']) delete HTMLElement.prototype[name];
  delete Navigator.prototype.userActivation;
  delete ElementInternals.prototype.states;
  delete Element.prototype.checkVisibility;
  const { querySelector } = Document.prototype;
  Document.prototype.querySelector = function (selector) {
    return querySelector.call(this, selector.replaceAll(':popover-open', ':no-such()'));
  };
}

/** The features that Chrome 111, Firefox 113 and Safari 16.4 lack, taken together. */
const FLOOR = ['light-dark(', '(from ', ':has(', ':dir('];

/** Returns what could differ in a scene: where each element is, and how it is drawn. */
const drawn = (page) =>
  page.evaluate(() => {
    const { shadowRoot } = document.querySelector('chataibot-widget');
    // Only one of two pages can have the focus.
    shadowRoot.activeElement?.blur();
    return [...shadowRoot.querySelectorAll('.app :not(.unseen, .unseen *)')].map((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      const looks = ['backgroundColor', 'backgroundImage', 'boxShadow', 'padding', 'transform', 'scale', 'fill', 'cursor'].map((name) => `${name} ${style[name]}`);
      const name = `${element.localName}.${element.getAttribute('class') ?? ''}`;
      return [name, [left, top, width, height].map(Math.round).join(' '), ...looks];
    });
  });

/**
 * Colours that a current browser derives from the brand colour are fixed in an older one, so those
 * are not compared.
 */
const isSame = (one, other) => {
  const plain = (look) => look.replace(/(oklch|color|oklab|rgba?)\([^()]*\)/g, 'colour');
  return one === other || (/(oklch|color|oklab)\(/.test(other) && plain(one) === plain(other));
};

const SCENES = ['starters', 'home', 'buttons', 'form', 'slider', 'carousel', 'rating', 'prechat', 'unread', 'maintenance'];

for (const [name, settings] of Object.entries({
  light: {},
  dark: { visitor: { colorScheme: 'dark' }, page: { head: '<meta name="color-scheme" content="light dark">' } },
  'right to left': { page: { language: 'ar', direction: 'rtl' } },
})) {
  story(`older browsers: every scene is drawn as today, ${name}`, async (world) => {
    const today = await player(world, settings);
    const older = await player(world, { ...settings, before: [takeAway, FLOOR] });
    const found = [];
    for (const scene of SCENES) {
      const looks = [];
      for (const page of [today, older]) {
        await show(page, scene);
        looks.push(await drawn(page));
      }
      const [should, is] = looks;
      assert.equal(is.length, should.length, `${scene}: as many elements`);
      should.forEach((line, at) =>
        line.forEach((value, which) => isSame(is[at][which], value) || found.push(`${scene}: ${line[0]}: ${is[at][which]}, not ${value}`)),
      );
    }
    assert.deepEqual(found, []);
  });
}

/** Opens a page for a visitor with such a browser. */
async function visit(world, unknown, page = {}) {
  const visitor = await world.visitor({ reducedMotion: 'reduce' });
  await visitor.context.addInitScript(takeAway, unknown);
  return { visitor, widget: new Widget(await visitor.tab(world.page(page))) };
}

/** Returns the colours of text and background. */
const colours = (widget, part) =>
  widget
    .part(part)
    .first()
    .evaluate((element) => [getComputedStyle(element).color, getComputedStyle(element).backgroundColor]);

story('older browsers: a conversation is had, and a page that changes between light and dark is followed', async (world) => {
  const { widget } = await visit(world, FLOOR, { head: '<style>chataibot-widget { --chataibot-accent: #ffd400 }</style>' });
  const { page } = widget;
  await page.evaluate(() => document.querySelector('chataibot-widget').open());
  await widget.part('window-open').waitFor();
  await widget.say('Hello');
  await widget.hears(/./);
  await widget.settles();
  assert.deepEqual(await colours(widget, 'window'), ['rgb(23, 26, 33)', 'rgb(255, 255, 255)']);
  assert.deepEqual(await colours(widget, 'bubble-visitor'), ['rgb(0, 0, 0)', 'rgb(255, 212, 0)']);
  await page.evaluate(() => (document.documentElement.style.colorScheme = 'dark'));
  await until('the window is dark', async () => (await colours(widget, 'window'))[1] === 'rgb(22, 24, 29)');
  await page.evaluate(() => document.querySelector('chataibot-widget').setAttribute('theme', 'light'));
  await until('the window is light', async () => (await colours(widget, 'window'))[1] === 'rgb(255, 255, 255)');
});

story('older browsers: what is too old gets the plain form, readable, and one line on the console', async (world) => {
  const { visitor, widget } = await visit(world, [...FLOOR, 'color-mix('], { path: '/too-old' });
  visitor.expect(/too old/);
  const lines = [];
  widget.page.on('console', (message) => lines.push(message.text()));
  await widget.launcher.click();
  await widget.part('fallback').locator('form').waitFor();
  await until('it has its colours', async () => (await colours(widget, 'fallback'))[1] === 'rgb(255, 255, 255)');
  assert.deepEqual(lines, ['[chataibot] the chat could not start: this browser is too old for it: it needs Chrome 111, Firefox 113 or Safari 16.4.']);
  const told = await widget.page.evaluate(() => window.told.filter(({ type }) => type === 'error').map(({ code }) => code));
  assert.deepEqual(told, ['TOO_OLD']);
});

const CHECK = fileURLToPath(new URL('../../xtask/floor/check.mjs', import.meta.url));

test('older browsers: what one of them lacks fails the build by name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chataibot-floor-'));
  try {
    await cp(process.env.CHATAIBOT_DIST, folder, { recursive: true, filter: (name) => name === process.env.CHATAIBOT_DIST || name.endsWith('.js') });
    const check = (...sheet) => spawnSync('node', [CHECK, folder, ...sheet], { encoding: 'utf8' });
    assert.equal(check().status, 0, check().stderr);
    const sheet = join(folder, 'new.css');
    await writeFile(sheet, '.a { anchor-name: --b; color: contrast-color(red) } .a:open { width: 1dvh } @starting-style { .a { opacity: 0 } }');
    await writeFile(join(folder, 'chataibot-new.js'), 'document.startViewTransition(); new Sanitizer(); element.animate();');
    const { status, stderr } = check(sheet);
    assert.equal(status, 1);
    const named = [...stderr.matchAll(/: ([\w.-]+) is not in/g)].map(([, feature]) => feature).sort();
    assert.deepEqual(named, [
      'api.Document.startViewTransition',
      'api.Sanitizer',
      'css.at-rules.starting-style',
      'css.properties.anchor-name',
      'css.selectors.open',
      'css.types.color.contrast-color',
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
