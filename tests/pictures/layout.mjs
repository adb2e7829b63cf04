//! The kept layout of every scene: tests/pictures/layout/WAY.txt. What is kept of each part is its
//! box and the colours it is painted with, in a font whose letters are equally wide everywhere:
//! pixels differ between machines, these do not. `cargo xtask pictures layout` renews them;
//! tests/e2e/layout.test.mjs compares.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { parse, toHex } from '../../studio/colour.js';
import { everything, show } from '../e2e/scenes.mjs';
import { evenFont } from './font.mjs';

/** What is kept. */
const KEPT = new URL('layout/', import.meta.url);

/** How the scenes are seen. */
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
 * Makes the font known to the page, also by the first name that stands for code, which no token
 * changes: see styles/on-demand/bubble.css.
 */
const addFont = (page) =>
  page.evaluate(async (data) => {
    for (const family of ['Even', 'SF Mono']) {
      const font = new FontFace(family, Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)));
      document.fonts.add(await font.load());
    }
  }, evenFont());

/** What is kept of the scene that is shown: a line for each part that is seen. */
const measure = (page) =>
  page.evaluate(() => {
    const { shadowRoot } = document.querySelector('chataibot-widget');
    // Where a list was read to is no part of a look.
    const list = shadowRoot.querySelector('[part~="list"]');
    list?.scrollTo({ top: list.scrollHeight, behavior: 'instant' });
    // Whether a machine has a font for emoji, and how wide they are there, is its own affair.
    const EMOJI = /\p{Extended_Pictographic}/u;
    const lines = [];
    for (const element of shadowRoot.querySelectorAll('[part]')) {
      const { left, top, width, height } = element.getBoundingClientRect();
      if (!width || !height || element.checkVisibility?.({ visibilityProperty: true }) === false || element.closest('.unseen, [hidden]')) continue;
      // The browser draws a film's and a sound's controls, and a range's parts, as it likes: the
      // box that they stand in is ours.
      if (element.parentElement?.closest('[part~="player"]')) continue;
      const style = getComputedStyle(element);
      const hasEmoji = EMOJI.test(element.textContent);
      const box = [left, top, width, height].map((length, at) => (hasEmoji && at !== 1 && at !== 3 ? '*' : Math.round(length)));
      const seen = {
        bg: style.backgroundColor !== 'rgba(0, 0, 0, 0)' && style.backgroundColor,
        image: style.backgroundImage !== 'none' && style.backgroundImage,
        // A picture's is that of the words in its place, which nobody sees once it is there.
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
    // What is the same as around it is not said again.
    const ancestors = new Map(lines.map((line) => [line.part, line]));
    return lines.map(({ part, box, seen, parent }) => {
      const around = ancestors.get(parent)?.seen ?? {};
      const painted = Object.entries(seen).filter(([name, value]) => value && !(['color', 'size', 'weight'].includes(name) && around[name] === value));
      return { part, box, painted };
    });
  });

const COLOUR = /(?:rgba?|color|oklch|oklab)\([^()]*\)/g;

/** A value in few letters: colours in hexadecimal digits, lengths to a tenth of a pixel. */
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
  // What is never answered plays nothing and fails at nothing: a film and a sound stay as they are.
  await page.route(/\.(mp3|mp4)$/, () => {});
  const scenes = {};
  for (const [title, scene, attributes] of everything()) {
    await show(page, scene, attributes);
    scenes[title] = (await measure(page)).map(lineOf);
  }
  await page.context().close();
  return scenes;
}

/** Every scene in every way as it is now: `{way: {scene: lines}}`. */
export async function layouts(camera) {
  const found = await Promise.all(Object.entries(WAYS).map(async ([name, way]) => [name, await scenesOf(camera, way)]));
  return Object.fromEntries(found);
}

/** The same as it is kept. */
export async function kept() {
  const files = Object.keys(WAYS).map(async (name) => [name, read(await readFile(new URL(`${name}.txt`, KEPT), 'utf8'))]);
  return Object.fromEntries(await Promise.all(files));
}

/** Keeps what is now. */
export async function layout(camera) {
  await mkdir(KEPT, { recursive: true });
  for (const [name, scenes] of Object.entries(await layouts(camera))) {
    const text = write(scenes);
    await writeFile(new URL(`${name}.txt`, KEPT), text);
    console.log(`tests/pictures/layout/${name}.txt: ${(text.length / 1000).toFixed(1)} KB`);
  }
}

/** All scenes of a way as the file's text. `scenes`: `{name: lines}`. */
export const write = (scenes) => `${NOTE}\n${Object.entries(scenes).map(([name, lines]) => `\n[${name}]\n${lines.join('\n')}\n`).join('')}`;

/** The file's text as `{name: lines}`. */
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

/** How far a box may be from what is kept, in pixels: rounding differs where halves are. */
const TOLERANCE = 1;

const isSame = (kept, found) => {
  const [one, other] = [kept.split(' '), found.split(' ')];
  return one.length === other.length && one.every((word, at) => {
    if (word === other[at]) return true;
    if (at === 0 || at > 4) return false;
    return word === '*' || other[at] === '*' || Math.abs(Number(word) - Number(other[at])) <= TOLERANCE;
  });
};

/** What differs: `[line, …]` for a person to read, empty where nothing does. */
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
