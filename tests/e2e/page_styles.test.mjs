//! Tests of which of a page's styles reach the widget: visibility, writing direction, colour scheme
//! and language, which a page sets for everything on it; and no other inherited property that the
//! browser has.

import assert from 'node:assert/strict';
import { BROWSER, Widget, story } from './harness.mjs';
import { player, show } from './scenes.mjs';

/** The properties that intentionally follow the page. */
const FOLLOWS = ['visibility', 'direction', 'color-scheme', '-webkit-locale'];

/**
 * Exceptions that are an engine's fault: in a page with columns, WebKit measures from the wrong
 * side of a fixed element.
 */
const BEYOND = { webkit: ['writing-mode'] }[BROWSER] ?? [];

/** Values to try, as no list tells what a property takes. One that changes something is enough. */
const VALUES = (
  'none all auto text contain hidden visible rtl ltr dark light vertical-rl sideways-rl upright mixed uppercase capitalize 17px 0.7em 3 700 1.7 0.3 50% 40px red #123456 ' +
  'monospace italic center right justify end start help wait crosshair not-allowed pre nowrap pre-line break-all keep-all anywhere break-word ' +
  'square decimal inside url("data:image/svg+xml,<svg/>") collapse separate hide show small-caps all-small-caps condensed ultra-expanded optimizeSpeed geometricPrecision ' +
  'optimizeLegibility linearRGB crispEdges evenodd bevel square stroke fill painted under over left dot filled "x" "‹" "›" manual exact economy preserve-parent-color ' +
  'numeric-only allow-keywords disc circle read-write read-write-plaintext-only slashed-zero oldstyle-nums historical-forms ruby "wght" "smcp" subpixel-antialiased antialiased ' +
  'element scroll no-common-ligatures sub none-x emoji unicode balance pretty stable avoid strict loose after-white-space logical compact math-x normal alternate ' +
  'first last allow-end trim-start no-autospace cap inter-word distribute each-line hanging 2 4 always after 1 1px 5px 2px red 1px 1px 1px red 1px 1px 1px black'
)
  .split(' ')
  .concat(['"‹" "›"', '1px 1px 1px red', 'url("data:image/svg+xml,<svg/>") 1 1, help', '2px 3px', '"wght" 700', '"smcp" 1', '2em hanging', 'under left', 'filled dot red', '5px 2px', 'from-font', 'blink', 'sharp', 'cap alphabetic', 'light only', '"de"', 'de']);

/**
 * Tries every property, and returns those that a box inherits, each with a value that differs from
 * the page's own.
 */
const inherited = (page) =>
  page.evaluate((values) => {
    const box = document.body.appendChild(document.createElement('div'));
    const inside = box.appendChild(document.createElement('div'));
    const found = {};
    for (const name of getComputedStyle(box)) {
      for (const value of values) {
        if (!CSS.supports(name, value)) continue;
        const before = getComputedStyle(inside).getPropertyValue(name);
        box.style.setProperty(name, value);
        const after = getComputedStyle(inside).getPropertyValue(name);
        const own = getComputedStyle(box).getPropertyValue(name);
        box.style.removeProperty(name);
        // A value computed from others, such as a size, is not inherited.
        if (own === after && before !== after && !/^(inline|block|min-|max-|perspective-origin|transform-origin|width|height)/.test(name)) {
          found[name] = value;
          break;
        }
      }
    }
    box.remove();
    return found;
  }, VALUES);

/** The widget's boxes that are checked, from the outermost to the innermost. */
const PARTS = ['launcher', 'window', 'title', 'list', 'bubble', 'input', 'send', 'header-button'];

/** Sets each property on all ancestors of the widget, and returns what has changed inside it. */
const changes = (page, properties) =>
  page.evaluate(
    ([properties, parts]) => {
      const host = document.querySelector('chataibot-widget');
      const around = [document.documentElement, document.body, host.parentElement, host];
      const inside = parts.flatMap((part) => [...host.shadowRoot.querySelectorAll(`[part~="${part}"]`)].slice(0, 1));
      const look = () =>
        inside.map((element) => {
          const style = getComputedStyle(element);
          return Object.fromEntries([...style].map((name) => [name, style.getPropertyValue(name)]));
        });
      const before = look();
      const found = {};
      for (const [name, value] of Object.entries(properties)) {
        for (const element of around) element.style.setProperty(name, value, 'important');
        look().forEach((now, at) => {
          const changed = Object.keys(now).filter((one) => now[one] !== before[at][one]);
          if (changed.length) (found[`${name}: ${value}`] ??= []).push(`${parts[at]}: ${changed.map((one) => `${one} ${now[one]}`).join(', ').slice(0, 200)}`);
        });
        for (const element of around) element.style.removeProperty(name);
      }
      return found;
    },
    [properties, PARTS],
  );

story('a page’s styles: of all that is inherited only visibility, direction, colour scheme and language come through', async (world) => {
  const visitor = await world.visitor({ reducedMotion: 'reduce' });
  const widget = new Widget(await visitor.tab(world.page({ body: '<main><chataibot-widget></chataibot-widget></main>' })));
  await widget.open();
  await widget.say('Hello');
  await widget.hears(/./);
  await widget.settles();
  await world.simulator.idle();
  const properties = await inherited(widget.page);
  const names = Object.keys(properties);
  assert.ok(names.length > 80, `the browser inherits more than ${names}`);
  for (const known of ['visibility', 'cursor', 'pointer-events', 'text-transform', 'letter-spacing', 'hyphens', 'writing-mode', 'quotes', 'caret-color', 'font-size']) {
    assert.ok(names.includes(known), `${known} is inherited, and tried`);
  }
  const never = Object.fromEntries(Object.entries(properties).filter(([name]) => ![...FOLLOWS, ...BEYOND].includes(name)));
  assert.deepEqual(await changes(widget.page, never), {});
});

/** Returns the text that is selected by dragging over an element. */
async function marked(page, locator) {
  await locator.scrollIntoViewIfNeeded();
  const { x, y, width } = await locator.boundingBox();
  await page.evaluate(() => getSelection().removeAllRanges());
  await page.mouse.move(x + 14, y + 18);
  await page.mouse.down();
  await page.mouse.move(x + width - 14, y + 18, { steps: 5 });
  await page.mouse.up();
  return page.evaluate(() => `${getSelection()}`);
}

story('a page’s styles: words can be marked and copied where the page forbids it for its own', async (world) => {
  for (const [name, css] of Object.entries({
    body: 'body { user-select: none; -webkit-user-select: none }',
    all: '* { user-select: none !important; -webkit-user-select: none !important }',
    host: 'chataibot-widget { user-select: none; -webkit-user-select: none; -webkit-touch-callout: none }',
  })) {
    const { widget, page } = await world.chat({ reducedMotion: 'reduce', address: world.page({ path: `/${name}`, head: `<style>${css}</style>` }) });
    await widget.say('Some words of mine');
    await widget.hears(/./);
    await world.simulator.idle();
    for (const by of ['bubble-visitor', 'bubble-bot']) {
      assert.match(await marked(page, widget.part(by).first()), /\w \w/, `${name}: the words of ${by}`);
    }
    assert.equal(await widget.launcher.evaluate((launcher) => getComputedStyle(launcher).userSelect ?? getComputedStyle(launcher).webkitUserSelect), 'none', 'a button is no text');
    await widget.input.fill('In the field');
    await widget.input.press('Control+a');
    assert.equal(await widget.input.evaluate((input) => input.selectionEnd - input.selectionStart), 12, `${name}: in the field`);
  }
});

/** Whether the part is visible, and hit by a click at its centre. */
const isThere = (widget, part = 'launcher') =>
  widget.part(part).evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const hit = element.getRootNode().elementFromPoint(left + width / 2, top + height / 2);
    return { seen: element.checkVisibility({ visibilityProperty: true }), hit: element.contains(hit) };
  });

story('a page’s styles: what is hidden by visibility takes the chat with it, and brings it back', async (world) => {
  const visitor = await world.visitor({ reducedMotion: 'reduce' });
  const page = await visitor.tab(world.page({ body: '<main><chataibot-widget></chataibot-widget></main>' }));
  const widget = new Widget(page);
  for (const moment of ['before the program', 'open']) {
    if (moment === 'open') {
      await widget.open();
      // Chromium may go on showing what is hidden while the program takes over.
      await page.evaluate(() => document.querySelector('chataibot-widget').ready.then(() => {}));
    }
    const part = moment === 'open' ? 'window' : 'launcher';
    for (const around of ['chataibot-widget', 'main', 'body', 'html']) {
      await page.locator(around).evaluate((element) => (element.style.visibility = 'hidden'));
      assert.deepEqual(await isThere(widget, part), { seen: false, hit: false }, `${moment}, with ${around}`);
      await page.locator(around).evaluate((element) => (element.style.visibility = ''));
      assert.deepEqual(await isThere(widget, part), { seen: true, hit: true }, `${moment}, again with ${around}`);
    }
  }
});

story('a page’s styles: letters are those of the page’s language', async (world) => {
  const visitor = await world.visitor();
  const widget = new Widget(await visitor.tab(world.page({ language: 'ja' })));
  const language = (part) => widget.part(part).first().evaluate((element) => getComputedStyle(element).webkitLocale);
  const own = await widget.page.locator('h1').evaluate((element) => getComputedStyle(element).webkitLocale);
  assert.equal(await language('launcher'), own);
  await widget.open();
  assert.equal(await language('title'), own);
}, { skip: BROWSER === 'firefox' && 'Firefox does not tell' });

story('a page’s styles: in a page without a doctype every part of every scene lies where it does with one', async (world) => {
  const boxes = async (doctype) => {
    const page = await player(world, { visitor: { viewport: { width: 900, height: 780 } }, page: { path: doctype ? '/with' : '/without', ...(!doctype && { doctype: '' }) } });
    assert.equal(await page.evaluate(() => document.compatMode), doctype ? 'CSS1Compat' : 'BackCompat');
    const found = {};
    for (const scene of ['empty', 'greeting', 'prechat', 'rating', 'home', 'form', 'rich', 'carousel']) {
      await show(page, scene);
      found[scene] = await page.evaluate(() => {
        const elements = [...document.querySelector('chataibot-widget').shadowRoot.querySelectorAll('[part]')];
        return elements.map((element) => [element.part.value, ...Object.values(element.getBoundingClientRect().toJSON()).map(Math.round)].join(' '));
      });
    }
    return found;
  };
  const [usual, quirks] = [await boxes(true), await boxes(false)];
  for (const [scene, parts] of Object.entries(usual)) assert.deepEqual(quirks[scene], parts, scene);
}, { notWebkit: 'an empty list can be scrolled by its padding there' });
