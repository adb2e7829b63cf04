// Shadows as layers: parser and formatter for their control and the export.

import { parse, splitList } from './colour.js';

/** Words of a layer, keeping functions whole. */
const wordsOf = (layer) => layer.match(/[^\s(]+\([^()]*(?:\([^()]*\)[^()]*)*\)|[^\s]+/g) ?? [];

/**
 * Parses to `[{x, y, blur, spread, colour, inset}, …]` in pixels; null if a layer has another form.
 */
export function parseShadow(text) {
  if (text.trim() === 'none') return [];
  const layers = splitList(text).map((layer) => {
    const all = wordsOf(layer);
    const lengths = all.filter((word) => /^-?[\d.]+(px)?$/.test(word)).map(parseFloat);
    const colours = all.filter((word) => !/^-?[\d.]+(px)?$/.test(word) && word !== 'inset');
    if (lengths.length < 2 || lengths.length > 4 || colours.length !== 1 || !parse(colours[0])) return null;
    const [x, y, blur = 0, spread = 0] = lengths;
    return { x, y, blur, spread, colour: colours[0], inset: all.includes('inset') };
  });
  return layers.includes(null) ? null : layers;
}

const px = (length) => (length ? `${length}px` : '0');

/** Formats layers as CSS. */
export function formatShadow(layers) {
  if (!layers.length) return 'none';
  const layer = ({ x, y, blur, spread, colour, inset }) =>
    [inset && 'inset', px(x), px(y), px(blur), spread && px(spread), colour].filter(Boolean).join(' ');
  return layers.map(layer).join(', ');
}
