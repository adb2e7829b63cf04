// Tests of the palette of any brand colour: each pair of text and background has its contrast, in
// light and dark.

import assert from 'node:assert/strict';
import test from 'node:test';
import { contrast, fromOklch, over, parse, schemes, toHex, toOklch } from '../../studio/colour.js';
import { PAIRS, TEXT, palette, paletteTokens } from '../../studio/palette.js';

/** The random number generator Mulberry32: the same numbers on every machine. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const next = random(20_26);
const byte = () => Math.floor(next() * 256).toString(16).padStart(2, '0');
const CORNERS = ['00', '80', 'ff'].flatMap((r) => ['00', '80', 'ff'].flatMap((g) => ['00', '80', 'ff'].map((b) => `#${r}${g}${b}`)));
const BRANDS = [...CORNERS, '#2f5bea', '#ffe600', '#777777', '#767676', ...Array.from({ length: 1_500 }, () => `#${byte()}${byte()}${byte()}`)];

test('any brand colour makes a palette whose every pair has its contrast, as it is written out', () => {
  for (const brand of BRANDS) {
    const tokens = paletteTokens(brand);
    for (const at of [0, 1]) {
      const colour = (name) => parse(schemes(tokens[name])[at]);
      for (const [upper, lower, ratio] of PAIRS) {
        const found = contrast(colour(upper), colour(lower));
        assert.ok(found >= ratio, `${brand}, ${at ? 'dark' : 'light'}: ${upper} on ${lower} has ${found.toFixed(2)}`);
      }
      // Mixed as in the style sheets: the home screen, a refused file, and text on a tint of its
      // own colour.
      for (const [upper, tint, share, lower] of [['text-muted', 'accent', 0.17, 'surface'], ['text', 'accent', 0.17, 'surface'], ['text-muted', 'danger', 0.09, 'surface'], ['danger', 'danger', 0.11, 'surface'], ['warning', 'warning', 0.12, 'surface'], ['link', 'link', 0.13, 'surface'], ['link', 'link', 0.13, 'surface-raised']]) {
        const found = contrast(colour(upper), over({ ...colour(tint), alpha: share }, colour(lower)));
        assert.ok(found >= TEXT - 0.02, `${brand}, ${at ? 'dark' : 'light'}: ${upper} on ${share} ${tint} over ${lower} has ${found.toFixed(2)}`);
      }
      const header = over({ ...colour('accent'), alpha: 0.11 }, colour('surface'));
      const status = over({ ...colour('text'), alpha: 0.72 }, header);
      for (const [name, found] of [['title', contrast(colour('text'), header)], ['status', contrast(status, header)]]) {
        assert.ok(found >= TEXT, `${brand}, ${at ? 'dark' : 'light'}: the ${name} on the header has ${found.toFixed(2)}`);
      }
    }
  }
});

test('on a light page the brand colour stays exactly what it is', () => {
  for (const brand of BRANDS) assert.equal(toHex(palette(brand).light.accent), brand);
});

test('a brand colour too dark to be seen on a dark surface is lightened there, and no other is', () => {
  const { accent, surface } = palette('#101030').dark;
  assert.ok(contrast(accent, surface) >= 3);
  assert.equal(toHex(palette('#ffe600').dark.accent), '#ffe600');
});

test('a colour comes back from OKLCH as it went in', () => {
  for (const brand of BRANDS) assert.equal(toHex(fromOklch(toOklch(parse(brand)))), brand);
});

test('contrast is that of WCAG: 21 for black on white, 4.48 and 4.54 for its two famous greys', () => {
  const onWhite = (colour) => contrast(parse(colour), parse('white')).toFixed(2);
  assert.deepEqual([onWhite('black'), onWhite('#777777'), onWhite('#767676'), onWhite('#fff')], ['21.00', '4.48', '4.54', '1.00']);
});

test('colours are read in the forms that style sheets write, and nothing else is taken for one', () => {
  const read = (text) => parse(text) && toHex(parse(text));
  const forms = {
    '#0af': '#00aaff',
    '#0af8': '#00aaff88',
    'rgb(0 170 255)': '#00aaff',
    'rgba(0, 170, 255, 0.5)': '#00aaff80',
    'rgb(0% 50% 100% / 50%)': '#0080ff80',
    'hsl(120 100% 25%)': '#008000',
    'hsl(0.5turn, 100%, 50%)': '#00ffff',
    'oklch(62.8% 0.2577 29.23)': '#ff0000',
    'oklab(1 0 0)': '#ffffff',
    'color(srgb 1 0.5 0)': '#ff8000',
    'color(srgb-linear 1 0.2158605 0)': '#ff8000',
    transparent: '#00000000',
  };
  assert.deepEqual(Object.keys(forms).map(read), Object.values(forms));
  for (const other of ['', 'none', '#12', '#12345', 'rgb(1 2)', 'rgb(a b c)', 'rgb(1 2 3 4 5)', 'var(--x)', 'rgb(var(--x))', 'color(display-p3 1 0 0)', null]) {
    assert.equal(parse(other), null, String(other));
  }
});
