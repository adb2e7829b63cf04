// Palette generator: derives all colours of the widget, light and dark, from one brand colour.
// Every pair that is read together has enough contrast by construction: a colour moves away from
// its background until it does, measured on the rounded colours that are written out.

import { contrast, fromOklch, lightDark, over, parse, rounded, toHex, toOklch } from './colour.js';

/** Contrast of text, and of non-text elements that must be seen (WCAG 2.2, 1.4.3 and 1.4.11). */
export const TEXT = 4.5;
export const SHAPE = 3;
/** Contrast of long texts, where possible. */
const READING = 7;

/**
 * Shares by which the widget tints backgrounds: the strongest tint of the brand under text (on the
 * home screen; the header has less), and tints of links and signals under their own text.
 */
const TINTS = { accent: 0.17, link: 0.13, danger: 0.11, warning: 0.12 };

/** Blends `share` of the upper colour over the lower one. */
export const mix = (upper, lower, share) => rounded(over({ ...upper, alpha: share }, lower));

/** Further backgrounds of muted text: the home screen's light, and a refused file. */
export const textGrounds = ({ surface, accent, danger }) => [
  ...(accent ? [mix(accent, surface, TINTS.accent)] : []),
  ...(danger ? [mix(danger, surface, TINTS.danger)] : []),
];

/** Backgrounds tinted with a colour that carry text of that colour, for each of these grounds. */
export const ownGrounds = (name, colour, grounds) => (TINTS[name] ? grounds.map((ground) => mix(colour, ground, TINTS[name])) : []);

const toRgb = (colour) => rounded(fromOklch(colour));
const WHITE = { r: 1, g: 1, b: 1, alpha: 1 };
const BLACK = { r: 0, g: 0, b: 0, alpha: 1 };

/** White or black, whichever has more contrast; one of them reaches 4.5 on any colour. */
const blackOrWhite = (background) => (contrast(WHITE, background) >= contrast(BLACK, background) ? WHITE : BLACK);

/**
 * Moves `wanted` (`{l, c, h}`) to lighter (`target` 1) or darker (`target` 0) until it has this
 * contrast on all the backgrounds, and on the tints of itself if `name` has one. Ends at white or
 * black, which have enough contrast on the surfaces below.
 */
function firstWithContrast(wanted, target, backgrounds, ratio, name = '') {
  const isEnough = (colour) => [...backgrounds, ...ownGrounds(name, colour, backgrounds)].every((background) => contrast(colour, background) >= ratio);
  const steps = 200;
  for (let step = 0; step <= steps; step++) {
    const l = wanted.l + ((target - wanted.l) * step) / steps;
    const colour = toRgb({ ...wanted, l });
    if (isEnough(colour)) return colour;
  }
  return target ? WHITE : BLACK;
}

/** Derives the colours of one scheme from the brand colour. */
function schemeColours(brandColour, dark) {
  const brand = toOklch(brandColour);
  const target = dark ? 1 : 0;
  // A slight tint of the brand's hue keeps greys from looking foreign beside it.
  const tint = Math.min(brand.c, 0.14);
  const grey = (l, share) => ({ l, c: tint * share, h: brand.h });
  const surface = dark ? toRgb(grey(0.2, 0.1)) : WHITE;
  const raised = toRgb(dark ? grey(0.27, 0.12) : grey(0.965, 0.07));
  const accent =
    dark && contrast(brandColour, surface) < SHAPE ? firstWithContrast(brand, 1, [surface], SHAPE) : brandColour;
  const grounds = [surface, raised];
  const signal = (name, light, bright, c, h) =>
    firstWithContrast({ l: dark ? bright : light, c, h }, target, grounds, TEXT, name);
  const link = firstWithContrast(
    { l: dark ? 0.8 : Math.min(brand.l, 0.5), c: dark ? Math.min(brand.c, 0.12) : brand.c, h: brand.h },
    target,
    grounds,
    TEXT,
    'link',
  );
  const danger = signal('danger', 0.52, 0.78, dark ? 0.12 : 0.19, 27);
  const textBackgrounds = [...grounds, ...textGrounds({ surface, accent, danger })];
  return {
    accent,
    'on-accent': blackOrWhite(accent),
    surface,
    'surface-raised': raised,
    text: firstWithContrast(grey(dark ? 0.94 : 0.23, 0.12), target, textBackgrounds, READING),
    'text-muted': firstWithContrast(grey(dark ? 0.74 : 0.5, 0.18), target, textBackgrounds, TEXT),
    line: toRgb(grey(dark ? 0.34 : 0.92, 0.1)),
    'line-strong': firstWithContrast(grey(dark ? 0.56 : 0.66, 0.15), target, grounds, SHAPE),
    link,
    focus: link,
    danger,
    warning: signal('warning', 0.48, 0.83, 0.11, 75),
    success: firstWithContrast({ l: dark ? 0.75 : 0.6, c: 0.14, h: 155 }, target, grounds, SHAPE),
  };
}

/**
 * Returns `{light, dark}`: the colours of each scheme by token, as `{r, g, b}`. `brand`: any colour
 * that [parse] reads.
 */
export function palette(brand) {
  const brandColour = rounded({ ...parse(brand), alpha: 1 });
  return { light: schemeColours(brandColour, false), dark: schemeColours(brandColour, true) };
}

/** The palette as values of tokens: `{accent: '#…', surface: 'light-dark(#…, #…)', …}`. */
export function paletteTokens(brand) {
  const { light, dark } = palette(brand);
  return Object.fromEntries(Object.keys(light).map((name) => [name, lightDark(toHex(light[name]), toHex(dark[name]))]));
}

/** Which colours are read on which, with the contrast needed: `[upper, lower, ratio]`. */
export const PAIRS = [
  ['on-accent', 'accent', TEXT],
  ['text', 'surface', TEXT],
  ['text', 'surface-raised', TEXT],
  ['text-muted', 'surface', TEXT],
  ['text-muted', 'surface-raised', TEXT],
  ['link', 'surface', TEXT],
  ['link', 'surface-raised', TEXT],
  ['danger', 'surface', TEXT],
  ['danger', 'surface-raised', TEXT],
  ['warning', 'surface', TEXT],
  ['warning', 'surface-raised', TEXT],
  ['line-strong', 'surface', SHAPE],
  ['focus', 'surface', SHAPE],
  ['success', 'surface', SHAPE],
];
