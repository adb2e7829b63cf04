// Import of a site's variables: the browser parses its style sheet into a sheet that styles
// nothing, never as markup. Tokens are then suggested by the names that sites and frameworks use.

import { lightDark, parse, toHex } from './colour.js';
import { parseShadow } from './shadow.js';

const ROOT = /^(:root|html|body|:host|\*)$/;
const DARK = /(^|[^\w-])(\.dark|\[data-(bs-)?(theme|color-scheme|mode)=["']?dark["']?\]|\.theme-dark|\.dark-mode)/;

/** Selectors of links and main buttons, which show the brand of sites without variables. */
const BRAND = /^a(:link)?$|(^|[\s.])(btn|button|cta)([-_]{1,2}(primary|main|cta|default))?$/i;

/** Yields every rule with the conditions around it: `{selector, condition, style}`. */
function* styleRules(rules, condition = '') {
  for (const rule of rules) {
    if (rule.style && rule.selectorText) yield { selector: rule.selectorText, condition, style: rule.style };
    if (rule.cssRules) yield* styleRules(rule.cssRules, `${condition} ${rule.conditionText ?? ''}`);
  }
}

/** Returns the variables of the page's root as written, `{light, dark}`. Needs a browser. */
export function readVariables(css) {
  const sheet = new CSSStyleSheet();
  // Constructed style sheets do not allow imports.
  sheet.replaceSync(css.replaceAll(/@import[^;]*;/g, ''));
  const found = { light: {}, dark: {} };
  for (const { selector, condition, style } of styleRules(sheet.cssRules)) {
    const all = selector.split(',').map((one) => one.trim());
    const isRoot = all.some((one) => ROOT.test(one) || DARK.test(one));
    const isDark = DARK.test(selector) || /prefers-color-scheme:\s*dark/.test(condition);
    const brand = !isRoot && !isDark && all.find((one) => BRAND.test(one));
    if (brand) {
      const what = brand.startsWith('a') ? 'link' : 'button';
      for (const name of ['background-color', 'color', 'border-radius']) {
        const value = style.getPropertyValue(name);
        if (value) found.light[`${name} of the ${what}`] ??= value;
      }
    }
    if (!isRoot) continue;
    for (const name of style) if (name.startsWith('--')) found[isDark ? 'dark' : 'light'][name] = style.getPropertyValue(name).trim();
    // Sites without variables have at least these.
    for (const name of ['background-color', 'color', 'font-family']) {
      const value = style.getPropertyValue(name);
      if (value) found[isDark ? 'dark' : 'light'][`${name} of ${selector}`] = value;
    }
  }
  return found;
}

/** Substitutes the variables in a value; null if one is missing or they are circular. */
export function resolve(value, variables, depth = 0) {
  if (depth > 20) return null;
  const begin = value.indexOf('var(');
  if (begin < 0) return value.trim();
  let [end, openBrackets] = [begin + 4, 1];
  for (; openBrackets > 0 && end < value.length; end++) openBrackets += { '(': 1, ')': -1 }[value[end]] ?? 0;
  if (openBrackets) return null;
  const [name, ...fallback] = value.slice(begin + 4, end - 1).split(',');
  const found = variables[name.trim()] ?? (fallback.length ? fallback.join(',') : null);
  return found == null ? null : resolve(value.slice(0, begin) + found.trim() + value.slice(end), variables, depth + 1);
}

/** Completes colours that frameworks may store as mere numbers: `222 47% 11%`, `13, 110, 253`. */
function asCssColour(value) {
  if (/^[\d.]+(deg)?[\s,]+[\d.]+%[\s,]+[\d.]+%$/.test(value)) return `hsl(${value.replaceAll(',', ' ')})`;
  if (/^\d{1,3}[\s,]+\d{1,3}[\s,]+\d{1,3}$/.test(value)) return `rgb(${value.replaceAll(',', ' ')})`;
  return value;
}

/** Names that sites use for each token; earlier patterns take precedence over later ones. */
const COLOURS = {
  accent: [/^(brand|accent|primary)$/, /(^|-)(brand|accent)(-(color|colour|500|600|default|main|base))?$/, /(^|-)primary(-(color|colour|500|600|default|main|base))?$/, /(^|-)(theme|key)-colou?r$/, /^background-color of the button$/],
  'on-accent': [/(^|-)(primary|accent|brand)-(foreground|contrast|content)$/, /(^|-)on-(primary|accent|brand)$/, /(^|-)(primary|accent)-text$/, /^color of the button$/],
  surface: [/(^|-)(background|bg|surface|canvas|paper)$/, /(^|-)(body|page|base)-(bg|background|100)$/, /(^|-)(color|colour)-(bg|background|surface)$/, /(^|-)background-colou?r$/, /^background-color of (?!the )/],
  'surface-raised': [/(^|-)(card|muted|surface-?(2|raised|variant|alt)|bg-(alt|subtle|muted|secondary)|secondary-bg|tertiary-bg|base-200)$/],
  text: [/(^|-)(foreground|text|fg|ink|content|on-surface|on-background)$/, /(^|-)(body|base|text)-(color|colour|content)$/, /(^|-)(color|colour)-(text|fg|ink)$/, /^color of (?!the )/],
  'text-muted': [/(muted|secondary|subtle|quiet)-(foreground|text|fg|color|colour)$/, /(^|-)(text|fg|ink|color)-(muted|secondary|subtle|quiet|light|soft|dim|faint)$/],
  line: [/(^|-)(border|divider|line|hairline|outline)(-(color|colour|subtle|light))?$/],
  'line-strong': [/(^|-)(input|border-(strong|dark|input)|outline-strong)$/],
  link: [/(^|-)(link|anchor)(-(color|colour))?$/, /^color of the link$/],
  focus: [/(^|-)(ring|focus)(-(ring|color|colour))*$/],
  danger: [/(^|-)(danger|error|destructive|negative)(-(color|colour|text|500|600))?$/],
  warning: [/(^|-)(warning|warn|caution)(-(color|colour|text|500|600))?$/],
  success: [/(^|-)(success|positive|ok)(-(color|colour|text|500|600))?$/],
};
const LENGTHS = { radius: [/(^|-)(border-)?radius(-(md|base|default|lg))?$/, /(^|-)rounded(-(md|base|box))?$/, /^border-radius of the button$/], 'font-size': [/(^|-)(body|base|text)?-?font-size(-(base|body|md))?$/, /(^|-)text-base$/] };
const FONTS = { font: [/(^|-)font(-family)?(-(sans|body|base|sans-serif))?$/, /(^|-)(body|base|sans)-font(-family)?$/, /(^|-)(ff|fonts?|typeface)(-family)?-+(sans|body|base|text|primary|main|default)$/, /^font-family of/] };
/** Shadows of elements above a page, such as a window. */
const SHADOWS = { 'window-shadow': [/(^|-)(shadow|elevation)-(xl|2xl|lg|large|high|4|5|overlay|modal|dialog|popover|floating)$/] };

function firstMatch(names, patterns) {
  for (const pattern of patterns) {
    const found = names.find((name) => pattern.test(name.replace(/^--/, '').replace(/^(bs|color|colour|clr|c|md-sys-color)-(?=.)/, '')) || pattern.test(name.replace(/^--/, '')));
    if (found) return found;
  }
  return null;
}

const colourOf = (name, variables) => {
  const value = variables[name] && resolve(variables[name], variables);
  const colour = value && parse(asCssColour(value));
  return colour && toHex(colour);
};

/**
 * Suggests values for tokens: `[{token, value, from}, …]`. `light` and `dark` as of
 * [readVariables].
 */
export function suggest({ light, dark }) {
  const names = Object.keys(light);
  const all = { ...light, ...dark };
  const found = [];
  for (const [token, patterns] of Object.entries(COLOURS)) {
    const from = firstMatch(names.filter((name) => colourOf(name, light)), patterns);
    if (!from) continue;
    const lightColour = colourOf(from, light);
    found.push({ token, value: lightDark(lightColour, colourOf(from, all) ?? lightColour), from });
  }
  for (const [token, patterns] of Object.entries(LENGTHS)) {
    const candidates = names.filter((name) => /^[\d.]+(px|rem|em)$/.test(resolve(light[name], light) ?? ''));
    const from = firstMatch(candidates, patterns);
    if (from) found.push({ token, value: resolve(light[from], light), from });
  }
  for (const [token, patterns] of Object.entries(FONTS)) {
    const candidates = names.filter((name) => !/^(inherit|initial|[\d.]+\w*)$/.test(resolve(light[name], light) ?? 'inherit') && !colourOf(name, light));
    const from = firstMatch(candidates, patterns);
    if (from) found.push({ token, value: resolve(light[from], light), from });
  }
  for (const [token, patterns] of Object.entries(SHADOWS)) {
    const candidates = names.filter((name) => parseShadow(resolve(light[name], light) ?? '')?.length);
    const from = firstMatch(candidates, patterns);
    if (from) found.push({ token, value: resolve(light[from], light), from });
  }
  return found;
}
