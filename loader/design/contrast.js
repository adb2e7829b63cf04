// How well an element's words or sign can be read: its colour on what lies behind it, as WCAG 2
// counts.

import { contrast, over, parse } from '../../studio/colour.js';

const COLOUR = /(?:rgba?|color|oklch|oklab|hsla?)\([^()]*\)|#[0-9a-f]{3,8}\b/gi;

/** The element around, also out of a shadow tree, and what a slotted one is shown in. */
export const around = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host ?? null;

/**
 * What may lie behind an element: all colours where there is a gradient; null where a picture is,
 * or a colour that cannot be read. `opacity`: of what stands on it.
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
  // Nothing is behind but the browser's own paper.
  const paper = getComputedStyle(document.documentElement).colorScheme.includes('dark') && matchMedia('(prefers-color-scheme: dark)').matches ? '#121212' : '#ffffff';
  return { grounds: seenOn([parse(paper)]), opacity };
}

/** Large text, as WCAG has it: 24 px, or 18.66 px and bold. */
const isLarge = ({ fontSize, fontWeight }) => parseFloat(fontSize) >= 24 || (parseFloat(fontSize) >= 18.66 && Number(fontWeight) >= 700);

/** What in the element is read: `text`, `sign`, or nothing. */
function readIn(element) {
  if (element.value || element.placeholder || element.textContent.trim()) return 'text';
  return element.querySelector('svg') || element.localName === 'svg' ? 'sign' : null;
}

/**
 * `{ratio, needed, enough, verdict, kind, colour}`; null where nothing is to be read, or it cannot
 * be said.
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
  // Of signs, WCAG has no higher grade.
  const best = kind === 'sign' ? Infinity : needed === 3 ? 4.5 : 7;
  // Cut, not rounded: 4.496 is not 4.5.
  const shown = (Math.floor(ratio * 100) / 100).toFixed(2);
  const verdict = enough ? `contrast ${shown}, passes ${ratio >= best ? 'AAA' : 'AA'}` : `contrast ${shown}, too low: ${needed} is needed`;
  return { ratio, needed, enough, verdict, kind, colour: style.color, background: behind.grounds[0] };
}
