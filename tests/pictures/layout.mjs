//! The stored layout of every scene, tests/pictures/layout/WAY.txt: each part's box and the colours
//! it is painted with, in a font whose characters are equally wide everywhere. Unlike pixels, these
//! do not differ between machines. `cargo xtask pictures layout` updates the files;
//! tests/e2e/layout.test.mjs compares them.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { parse, toHex } from '../../studio/colour.js';
import { everything, show } from '../e2e/scenes.mjs';
import { evenFont } from './font.mjs';

/** The folder of the stored layouts. */
const KEPT = new URL('layout/', import.meta.url);

/** The ways in which the scenes are displayed. */
const WAYS = {
  light: {},
  dark: { scheme: 'dark' },
  phone: { viewport: { width: 390, height: 760 } },
  rtl: { direction: 'rtl' },
};

const DESKTOP = { width: 900, height: 780 };

const NOTE = '# Boxes and colours of every part in every scene; written by `cargo xtask pictures layout`. A line: part, x, y, width, height, then what is painted.';

/**
 * The styles of a page on which text takes the same room everywhere. The font is called by every
 * element, the page's rules for parts too.
 */
const css = ({ scheme = 'light' }) => `
  :root { color-scheme: ${scheme}; }
  chataibot-widget { --chataibot-font: Even; }`;

/**
 * Adds the font to the page, also under the first font name for code, which no token changes: see
 * styles/on-demand/bubble.css.
 */
const addFont = (page) =>
  page.evaluate(async (data) => {
    for (const family of ['Even', 'SF Mono']) {
      const font = new FontFace(family, Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)));
      document.fonts.add(await font.load());
    }
  }, evenFont());

/** Measures the scene that is shown: one record for each visible part. */
const measure = (page) =>
  page.evaluate(() => {
    const { shadowRoot } = document.querySelector('chataibot-widget');
    // A list's scroll position is not part of the look.
    const list = shadowRoot.querySelector('[part~="list"]');
    list?.scrollTo({ top: list.scrollHeight, behavior: 'instant' });
    // Whether a machine has an emoji font, and how wide its emoji are, varies.
    const EMOJI = /\p{Extended_Pictographic}/u;
    const lines = [];
    for (const element of shadowRoot.querySelectorAll('[part]')) {
      const { left, top, width, height } = element.getBoundingClientRect();
      if (!width || !height || element.checkVisibility?.({ visibilityProperty: true }) === false || element.closest('.unseen, [hidden]')) continue;
      // The browser decides how it draws the controls of media and the parts of a range: only the
      // box around them is ours.
      if (element.parentElement?.closest('[part~="player"]')) continue;
      const style = getComputedStyle(element);
      const hasEmoji = EMOJI.test(element.textContent);
      const box = [left, top, width, height].map((length, at) => (hasEmoji && at !== 1 && at !== 3 ? '*' : Math.round(length)));
      const seen = {
        bg: style.backgroundColor !== 'rgba(0, 0, 0, 0)' && style.backgroundColor,
        image: style.backgroundImage !== 'none' && style.backgroundImage,
        // An image's colour applies to its alternative text, which is not shown once it is loaded.
        color: element.localName !== 'img' && style.color,
        border: parseFloat(style.borderTopWidth) > 0 && `${style.borderTopWidth} ${style.borderTopColor}`,
        radius: style.borderTopLeftRadius !== '0px' && style.borderTopLeftRadius,
        shadow: style.boxShadow !== 'none' && style.boxShadow,
        opacity: style.opacity !== '1' && style.opacity,
        weight: style.fontWeight !== '400' && style.fontWeight,
        size: style.fontSize,
      };
      lines.push({ part: element.getAttribute('part'), box, seen, parent: element.parentElement?.closest('[part]')?.getAttribute('part') });
    }
    // Values inherited from the surrounding part are not repeated.
    const ancestors = new Map(lines.map((line) => [line.part, line]));
    return lines.map(({ part, box, seen, parent }) => {
      const around = ancestors.get(parent)?.seen ?? {};
      const painted = Object.entries(seen).filter(([name, value]) => value && !(['color', 'size', 'weight'].includes(name) && around[name] === value));
      return { part, box, painted };
    });
  });

const COLOUR = /(?:rgba?|color|oklch|oklab)\([^()]*\)/g;

/** Shortens a value: colours in hexadecimal, lengths to a tenth of a pixel. */
const short = (value) =>
  value
    .replaceAll(COLOUR, (text) => (parse(text) ? toHex(parse(text)) : text))
    .replaceAll(/\d+\.\d+/g, (number) => String(Math.round(number * 10) / 10))
    .replaceAll(', ', ',')
    .replaceAll(' ', '_');

const lineOf = ({ part, box, painted }) => [part.replaceAll(' ', '+'), ...box, ...painted.map(([name, value]) => `${name}=${short(value)}`)].join(' ');

async function scenesOf(camera, way) {
  const size = way.viewport ?? DESKTOP;
  const page = await camera.stage({ ...size, deviceScaleFactor: 1 }, css(way), [{ box: 'page', attributes: { demo: 'empty' } }]);
  await page.evaluate((direction) => (document.documentElement.dir = direction), way.direction ?? 'ltr');
  await addFont(page);
  // Requests that are never answered neither play nor fail: film and sound keep their initial look.
  await page.route(/\.(mp3|mp4)$/, () => {});
  const scenes = {};
  for (const [title, scene, attributes] of everything()) {
    await show(page, scene, attributes);
    scenes[title] = (await measure(page)).map(lineOf);
  }
  await page.context().close();
  return scenes;
}

/** Measures every scene in every way: `{way: {scene: lines}}`. */
export async function layouts(camera) {
  const found = await Promise.all(Object.entries(WAYS).map(async ([name, way]) => [name, await scenesOf(camera, way)]));
  return Object.fromEntries(found);
}

/** Reads the stored layouts, in the same form. */
export async function kept() {
  const files = Object.keys(WAYS).map(async (name) => [name, read(await readFile(new URL(`${name}.txt`, KEPT), 'utf8'))]);
  return Object.fromEntries(await Promise.all(files));
}

/** Stores the current layouts. */
export async function layout(camera) {
  await mkdir(KEPT, { recursive: true });
  for (const [name, scenes] of Object.entries(await layouts(camera))) {
    const text = write(scenes);
    await writeFile(new URL(`${name}.txt`, KEPT), text);
    console.log(`tests/pictures/layout/${name}.txt: ${(text.length / 1000).toFixed(1)} KB`);
  }
}

/** Serializes all scenes of a way as a file. `scenes`: `{name: lines}`. */
export const write = (scenes) => `${NOTE}\n${Object.entries(scenes).map(([name, lines]) => `\n[${name}]\n${lines.join('\n')}\n`).join('')}`;

/** Parses a file into `{name: lines}`. */
export function read(text) {
  const scenes = {};
  let lines = [];
  for (const line of text.split('\n')) {
    const [, name] = /^\[(.*)\]$/.exec(line) ?? [];
    if (name) scenes[name] = lines = [];
    else if (line && !line.startsWith('#')) lines.push(line);
  }
  return scenes;
}

/** How far a box may deviate, in pixels: halves are rounded differently. */
const TOLERANCE = 1;

const isSame = (kept, found) => {
  const [one, other] = [kept.split(' '), found.split(' ')];
  return one.length === other.length && one.every((word, at) => {
    if (word === other[at]) return true;
    if (at === 0 || at > 4) return false;
    return word === '*' || other[at] === '*' || Math.abs(Number(word) - Number(other[at])) <= TOLERANCE;
  });
};

/** Returns the differences, one readable line each. */
export function differences(kept, found) {
  const told = [];
  for (const name of new Set([...Object.keys(kept), ...Object.keys(found)])) {
    const [before, now] = [kept[name], found[name]];
    if (!before || !now) {
      told.push(`${name}: ${before ? 'is no scene any more' : 'is new'}`);
      continue;
    }
    const names = (lines) => lines.map((line) => line.split(' ')[0]).join();
    if (names(before) !== names(now)) {
      told.push(`${name}: the parts are others\n  kept ${names(before)}\n  now  ${names(now)}`);
      continue;
    }
    before.forEach((line, at) => {
      if (!isSame(line, now[at])) told.push(`${name}\n  kept ${line}\n  now  ${now[at]}`);
    });
  }
  return told;
}
