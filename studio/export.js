// Exports for a designer: a style sheet with only the differences, design tokens as JSON (DTCG),
// and a snippet for a page.

import { parse, schemes, splitList, toHex } from './colour.js';
import { parseShadow } from './shadow.js';

/**
 * Returns the tokens that differ from their defaults, `[[name, value], …]`, in the table's order.
 * `defaults`: by name.
 */
export function changed(tokens, defaults) {
  const order = Object.keys(defaults);
  const rank = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
  return Object.entries(tokens)
    .filter(([name, value]) => value !== '' && value !== defaults[name])
    .sort(([one], [other]) => rank(one) - rank(other));
}

/** Writes the style sheet. `rules`: a theme's or designer's rules for parts, after the tokens. */
export function toCss(tokens, defaults, rules = '') {
  const lines = changed(tokens, defaults).map(([name, value]) => `  --chataibot-${name}: ${value};`);
  const tokenRule = lines.length ? `chataibot-widget {\n${lines.join('\n')}\n}\n` : '';
  return [tokenRule, rules.trim() && `${rules.trim()}\n`].filter(Boolean).join('\n');
}

/** Converts a colour to the format of the DTCG color module, version 2025.10. */
function colour(text) {
  const { r, g, b, alpha } = parse(text);
  const components = [r, g, b].map((channel) => Number(channel.toFixed(4)));
  return { colorSpace: 'srgb', components, ...(alpha < 1 && { alpha: Number(alpha.toFixed(4)) }), hex: toHex({ r, g, b }) };
}

const pixels = (value) => ({ value, unit: 'px' });

function shadow(text) {
  const layers = parseShadow(text);
  if (!layers?.length) return null;
  const $value = layers.map(({ x, y, blur, spread, inset, ...layer }) => ({
    color: colour(layer.colour),
    offsetX: pixels(x),
    offsetY: pixels(y),
    blur: pixels(blur),
    spread: pixels(spread),
    ...(inset && { inset }),
  }));
  return { $type: 'shadow', $value };
}

/** Converts one value to `{$type, $value}`, or null if the format has no type for it. */
function toTyped(name, value) {
  if (parse(value)) return { $type: 'color', $value: colour(value) };
  const [, size, unit] = /^(-?[\d.]+)(px|rem)$/.exec(value) ?? [];
  if (unit) return { $type: 'dimension', $value: { value: Number(size), unit } };
  if (/^-?[\d.]+$/.test(value)) return { $type: 'number', $value: Number(value) };
  if (/font(-family)?$/.test(name) && !value.includes('(')) {
    return { $type: 'fontFamily', $value: splitList(value).map((font) => font.replaceAll(/["']/g, '')) };
  }
  return name.endsWith('shadow') ? shadow(value) : null;
}

/**
 * Returns the design tokens, one group for each scheme; values without a type in the format are in
 * the group's extension, as CSS.
 */
export function toDtcg(tokens, defaults) {
  const group = (at) => {
    const found = changed(tokens, defaults).map(([name, value]) => [name, schemes(value)[at]]);
    const others = found.filter(([name, value]) => !toTyped(name, value));
    const known = found.filter(([name, value]) => toTyped(name, value)).map(([name, value]) => [name, toTyped(name, value)]);
    return { ...(others.length && { $extensions: { 'chataibot.css': Object.fromEntries(others) } }), ...Object.fromEntries(known) };
  };
  return { $description: 'Tokens of chataibot-widget: each is the custom property --chataibot-NAME.', light: group(0), dark: group(1) };
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/**
 * Returns the snippet for a page. `script`: address of the loader; `sheet`: name of the style
 * sheet, empty if there is none.
 */
export function toSnippet(attributes, script, sheet) {
  const present = Object.entries(attributes).filter(([, value]) => value);
  const attributeText = present.map(([name, value]) => ` ${name}="${escaped(value)}"`).join('');
  return [
    ...(sheet ? [`<link rel="stylesheet" href="${escaped(sheet)}">`] : []),
    `<script type="module" src="${escaped(script)}"></script>`,
    `<chataibot-widget${attributeText}></chataibot-widget>`,
  ].join('\n');
}
