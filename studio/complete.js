// Completes a site's own colours: derives greys between its background and its text, and links and
// signals that are readable on both, in each scheme. The default ones would look foreign on a cream
// background, and would be unreadable on a black one.

import { contrast, fromOklch, lightDark, over, parse, rounded, schemes, toHex, toOklch } from './colour.js';
import { SHAPE, TEXT, mix, ownGrounds, textGrounds } from './palette.js';

/** Lightness, chroma and hue of signals on light and dark backgrounds. */
const SIGNALS = {
  danger: { light: { l: 0.52, c: 0.19, h: 27 }, dark: { l: 0.78, c: 0.12, h: 27 }, ratio: TEXT },
  warning: { light: { l: 0.48, c: 0.11, h: 75 }, dark: { l: 0.83, c: 0.11, h: 75 }, ratio: TEXT },
  success: { light: { l: 0.6, c: 0.14, h: 155 }, dark: { l: 0.75, c: 0.14, h: 155 }, ratio: SHAPE },
};

/**
 * Returns the first of `colourAt(0)` to `colourAt(1)` with this contrast on all the grounds, and on
 * the tints of itself if `name` has one; the last if none reaches it.
 */
function firstWithContrast(colourAt, grounds, ratio, name = '') {
  const steps = 40;
  for (let step = 0; step < steps; step++) {
    const colour = colourAt(step / steps);
    if ([...grounds, ...ownGrounds(name, colour, grounds)].every((ground) => contrast(colour, ground) >= ratio)) return colour;
  }
  return colourAt(1);
}

/** Derives the colours of one scheme from those known, which include a surface and a text. */
function schemeColours({ surface, text, accent, danger: ownDanger, 'surface-raised': ownRaised }) {
  const raised = ownRaised ?? mix(text, surface, 0.06);
  const grounds = [surface, raised];
  const greyBetween = (least, ratio, on = grounds) =>
    firstWithContrast((share) => mix(text, surface, least + (1 - least) * share), on, ratio);
  const isDark = toOklch(surface).l < 0.5;
  const signal = (name) => {
    const { light, dark, ratio } = SIGNALS[name];
    const colour = rounded(fromOklch(isDark ? dark : light));
    return firstWithContrast((share) => mix(text, colour, share), grounds, ratio, name);
  };
  const signals = Object.fromEntries(Object.keys(SIGNALS).map((name) => [name, signal(name)]));
  return {
    'surface-raised': raised,
    'text-muted': greyBetween(0.62, TEXT, [...grounds, ...textGrounds({ surface, accent, danger: ownDanger ?? signals.danger })]),
    line: mix(text, surface, 0.14),
    'line-strong': greyBetween(0.45, SHAPE),
    ...(accent && { link: firstWithContrast((share) => mix(text, accent, share), grounds, TEXT, 'link') }),
    ...signals,
  };
}

/**
 * Returns the missing tokens as `{token: value}`; none if the site's background or text is unknown.
 * `found`: values of tokens.
 */
export function complete(found) {
  if (!found.surface || !found.text) return {};
  const [light, dark] = [0, 1].map((at) => {
    const colours = Object.fromEntries(Object.entries(found).map(([name, value]) => [name, parse(schemes(value)[at])]));
    const ground = rounded({ ...colours.surface, alpha: 1 });
    const opaque = Object.entries(colours).filter(([, colour]) => colour).map(([name, colour]) => [name, rounded(over(colour, ground))]);
    return schemeColours(Object.fromEntries(opaque));
  });
  const missing = Object.keys(light).filter((name) => !(name in found));
  return Object.fromEntries(missing.map((name) => [name, lightDark(toHex(light[name]), toHex(dark[name]))]));
}
