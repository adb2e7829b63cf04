// Contrast of an element's text or sign against its background, by the formula of WCAG 2.

import { contrast, over, parse } from '../../studio/colour.js';

const COLOUR = /(?:rgba?|color|oklch|oklab|hsla?)\([^()]*\)|#[0-9a-f]{3,8}\b/gi;

/** The parent of an element, across shadow roots and slots. */
export const around = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host ?? null;

/**
 * The possible backgrounds of an element: all colours of a gradient; null for a picture or a colour
 * that cannot be parsed. `opacity`: that of the element and its ancestors.
 */
function backdrop(element) {
  let layers = [];
  let opacity = 1;
  const blendedOver = (grounds) =>
    layers.reduceRight(
      (found, layer) => found.flatMap((background) => layer.map((colour) => over(colour, background))),
      grounds,
    );
  for (let at = element; at; at = around(at)) {
    const style = getComputedStyle(at);
    const image = style.backgroundImage;
    if (image.includes('url(')) return null;
    const colour = parse(style.backgroundColor);
    if (!colour) return null;
    if (image !== 'none') {
      const stops = (image.match(COLOUR) ?? []).map(parse);
      if (!stops.length || stops.includes(null)) return null;
      layers.push(stops);
    }
    if (colour.alpha === 1) return { grounds: blendedOver([colour]), opacity };
    if (colour.alpha > 0) layers.push([colour]);
    opacity *= Number(style.opacity);
  }
  // Only the browser's own canvas is behind it.
  const canvasColour =
    getComputedStyle(document.documentElement).colorScheme.includes('dark') &&
    matchMedia('(prefers-color-scheme: dark)').matches
      ? '#121212'
      : '#ffffff';
  return { grounds: blendedOver([parse(canvasColour)]), opacity };
}

/** Large text in the sense of WCAG: 24 px, or 18.66 px and bold. */
const isLarge = ({ fontSize, fontWeight }) => parseFloat(fontSize) >= 24 || (parseFloat(fontSize) >= 18.66 && Number(fontWeight) >= 700);

/** What is to be read in the element: `text`, `sign`, or null. */
function contentKind(element) {
  if (element.value || element.placeholder || element.textContent.trim()) return 'text';
  return element.querySelector('svg') || element.localName === 'svg' ? 'sign' : null;
}

/**
 * Returns `{ratio, needed, enough, verdict, kind, colour, background}`; null if the element has
 * nothing to read or its contrast cannot be determined.
 */
export function contrastOf(element) {
  const kind = contentKind(element);
  const backing = kind && backdrop(element);
  if (!backing) return null;
  const style = getComputedStyle(element);
  const ownColour = parse(style.color);
  if (!ownColour) return null;
  const colour = { ...ownColour, alpha: ownColour.alpha * backing.opacity };
  const ratio = Math.min(...backing.grounds.map((background) => contrast(over(colour, background), background)));
  const needed = kind === 'sign' || isLarge(style) ? 3 : 4.5;
  const enough = ratio >= needed;
  // WCAG has no AAA level for signs.
  const enhanced = kind === 'sign' ? Infinity : needed === 3 ? 4.5 : 7;
  // Truncated, not rounded: 4.496 is not 4.5.
  const shownRatio = (Math.floor(ratio * 100) / 100).toFixed(2);
  const verdict = enough
    ? `contrast ${shownRatio}, passes ${ratio >= enhanced ? 'AAA' : 'AA'}`
    : `contrast ${shownRatio}, too low: ${needed} is needed`;
  return { ratio, needed, enough, verdict, kind, colour: style.color, background: backing.grounds[0] };
}
