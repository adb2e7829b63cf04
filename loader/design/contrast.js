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
  const seenOn = (grounds) => layers.reduceRight((found, layer) => found.flatMap((ground) => layer.map((colour) => over(colour, ground))), grounds);
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
    if (colour.alpha === 1) return { grounds: seenOn([colour]), opacity };
    if (colour.alpha > 0) layers.push([colour]);
    opacity *= Number(style.opacity);
  }
  // Only the browser's own canvas is behind it.
  const paper = getComputedStyle(document.documentElement).colorScheme.includes('dark') && matchMedia('(prefers-color-scheme: dark)').matches ? '#121212' : '#ffffff';
  return { grounds: seenOn([parse(paper)]), opacity };
}

/** Large text in the sense of WCAG: 24 px, or 18.66 px and bold. */
const isLarge = ({ fontSize, fontWeight }) => parseFloat(fontSize) >= 24 || (parseFloat(fontSize) >= 18.66 && Number(fontWeight) >= 700);

/** What is to be read in the element: `text`, `sign`, or null. */
function readIn(element) {
  if (element.value || element.placeholder || element.textContent.trim()) return 'text';
  return element.querySelector('svg') || element.localName === 'svg' ? 'sign' : null;
}

/**
 * Returns `{ratio, needed, enough, verdict, kind, colour, background}`; null if the element has
 * nothing to read or its contrast cannot be determined.
 */
export function contrastOf(element) {
  const kind = readIn(element);
  const behind = kind && backdrop(element);
  if (!behind) return null;
  const style = getComputedStyle(element);
  const own = parse(style.color);
  if (!own) return null;
  const colour = { ...own, alpha: own.alpha * behind.opacity };
  const ratio = Math.min(...behind.grounds.map((ground) => contrast(over(colour, ground), ground)));
  const needed = kind === 'sign' || isLarge(style) ? 3 : 4.5;
  const enough = ratio >= needed;
  // WCAG has no AAA level for signs.
  const best = kind === 'sign' ? Infinity : needed === 3 ? 4.5 : 7;
  // Truncated, not rounded: 4.496 is not 4.5.
  const shown = (Math.floor(ratio * 100) / 100).toFixed(2);
  const verdict = enough ? `contrast ${shown}, passes ${ratio >= best ? 'AAA' : 'AA'}` : `contrast ${shown}, too low: ${needed} is needed`;
  return { ratio, needed, enough, verdict, kind, colour: style.color, background: behind.grounds[0] };
}
