// Finds the tokens that paint an element. Candidates are the tokens named in rules that match it;
// each is then tested by setting it to another value: it counts if the computed style changes. This
// covers the host page's own rules for parts, too. Nothing is painted in between.

import { parse, toHex } from '../../studio/colour.js';
import { around } from './contrast.js';

const TOKEN = /--chataibot-[a-z0-9-]+/g;
const PRIVATE_TOKEN = /--(?:darkreader-text-)?-?_[a-z0-9-]+/g;

/** Properties in which a token's effect is looked for, in the order of the report. */
const PROPERTIES = [
  'color', 'background-color', 'background-image', 'border-top-color', 'border-inline-start-color', 'box-shadow', 'outline-color', 'fill', 'stroke',
  'font-family', 'font-size', 'font-weight', 'border-top-left-radius', 'border-bottom-right-radius', 'width', 'height', 'padding-top', 'padding-left', 'margin-top',
  'gap', 'right', 'bottom', 'left', 'top', 'z-index', 'mask-image', 'text-align', 'opacity', 'transition-duration',
];
/** Longhands that are reported under one name. */
const REPORTED_NAMES = {
  'border-top-left-radius': 'border-radius', 'border-bottom-right-radius': 'border-radius', 'border-top-color': 'border-color', 'border-inline-start-color': 'border-color',
  'background-image': 'background', 'background-color': 'background', 'padding-top': 'padding', 'padding-left': 'padding', 'margin-top': 'margin', top: 'place', bottom: 'place', left: 'place', right: 'place',
};

/** Order of the report. */
const RANK = ['color', 'background', 'border', 'box-shadow', 'fill', 'stroke', 'font'];

/** Properties that also change when the font does. */
const LAYOUT = ['width', 'height', 'padding', 'margin', 'gap', 'place'];

/** Properties that an element inherits. */
const INHERITED = ['color', 'font', 'font-family', 'font-size', 'font-weight', 'fill', 'stroke', 'text-align'];

/** Yields every style rule whose conditions hold. */
function* styleRules(rules) {
  for (const rule of rules) {
    if (rule.media && !matchMedia(rule.media.mediaText).matches) continue;
    if (rule.constructor.name === 'CSSSupportsRule' && !CSS.supports(rule.conditionText)) continue;
    if (rule.style && rule.selectorText) yield rule;
    else if (rule.cssRules && rule.constructor.name !== 'CSSKeyframesRule') yield* styleRules(rule.cssRules);
  }
}

const matches = (element, selector) => {
  try {
    return element.matches(selector.replaceAll(/::?(before|after|placeholder|selection|marker|-webkit-[a-z-]+)\b/g, ''));
  } catch {
    // A selector that only another engine knows.
    return false;
  }
};

const isRootSelector = (selector) => /^:host\s*>\s*div$/.test(selector);

/** The public tokens that these private names depend on, directly or through others. */
function publicNames(text, declared, seen = new Set()) {
  const found = new Set(text.match(TOKEN) ?? []);
  for (const name of text.match(PRIVATE_TOKEN) ?? []) {
    if (seen.has(name)) continue;
    seen.add(name);
    for (const value of declared.get(name) ?? []) publicNames(value, declared, seen).forEach((token) => found.add(token));
  }
  return found;
}

/** A test value of the same type that no one would choose. */
function testValue(value) {
  if (CSS.supports('color', value)) return 'rgb(1 2 3)';
  if (CSS.supports('width', value)) return '7.5px';
  if (CSS.supports('z-index', value) || CSS.supports('opacity', value)) return '0.25';
  if (CSS.supports('box-shadow', value)) return '1px 2px 3px rgb(1 2 3)';
  if (CSS.supports('background-image', value)) return 'linear-gradient(rgb(1 2 3), rgb(1 2 3))';
  return CSS.supports('font-family', value) ? '"chataibot other"' : null;
}

const computedStyles = (element) =>
  ['', '::before', '::after', ...(element.localName === 'textarea' || element.localName === 'input' ? ['::placeholder'] : [])].map((pseudo) => {
    const style = getComputedStyle(element, pseudo || null);
    // A border or outline that is not drawn has a computed colour, too.
    const isDrawn = { border: !/^0px$/.test(style.borderTopWidth) || !/^0px$/.test(style.borderInlineStartWidth), outline: style.outlineStyle !== 'none' };
    const values = PROPERTIES.map((name) => (isDrawn[name.split('-')[0]] === false && name.endsWith('color') ? '' : style.getPropertyValue(name)));
    return { pseudo, values, content: style.content };
  });

const withHexColours = (value) => {
  const colour = parse(value);
  return colour ? toHex(colour) : value.replaceAll(/(?:rgba?|color|oklch|oklab)\([^()]*\)/g, (text) => (parse(text) ? toHex(parse(text)) : text));
};

/**
 * The rule or style attribute of the host page that sets this token for `host`: the nearest that
 * applies.
 */
function sourceOf(host, token) {
  const own = getComputedStyle(host).getPropertyValue(token).trim();
  if (!own) return { source: 'default', own: '' };
  for (let node = host; node; node = around(node)) {
    if (node.style?.getPropertyValue(token)) return { source: `style attribute of ${node.localName}`, own };
    const sheets = [...(node.getRootNode().adoptedStyleSheets ?? []), ...document.styleSheets];
    let found;
    for (const sheet of sheets) {
      let rules;
      try {
        rules = sheet.cssRules;
      } catch {
        // The rules of a cross-origin sheet cannot be read.
        continue;
      }
      for (const rule of styleRules(rules)) {
        if (rule.style.getPropertyValue(token) && matches(node, rule.selectorText)) found = `${rule.selectorText} in ${sheet.href?.split('/').at(-1)?.split('?')[0] || 'the page'}`;
      }
    }
    if (found) return { source: found, own };
  }
  return { source: 'a style sheet of the page', own };
}

/** Returns `[{token, properties, value, own, source}, …]`. */
export function paintedBy(host, element) {
  const root = host.shadowRoot;
  const declared = new Map();
  const paintingRules = new Set();
  const ancestors = [];
  for (let at = element.parentElement; at; at = at.parentElement) ancestors.push(at);
  for (const sheet of root.adoptedStyleSheets) {
    for (const { selectorText, style } of styleRules(sheet.cssRules)) {
      for (const name of style) {
        if (name.startsWith('--')) declared.set(name, [...(declared.get(name) ?? []), style.getPropertyValue(name)]);
      }
      if (matches(element, selectorText)) paintingRules.add(style.cssText);
      // Properties inherited from the elements around it.
      else if (isRootSelector(selectorText) || ancestors.some((one) => matches(one, selectorText))) {
        for (const name of INHERITED) paintingRules.add(style.getPropertyValue(name));
      }
    }
  }
  const text = [...paintingRules].join(' ');
  const tokens = publicNames(text, declared);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(':host > div, :host > div *, :host > div *::before, :host > div *::after { transition: none !important; } :host {}');
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const [, testRule] = sheet.cssRules;
  const before = computedStyles(element);
  const found = [];
  for (const token of tokens) {
    const { own, source } = sourceOf(host, token);
    const fallback = [...declared.values()].flat().find((value) => value.includes(`var(${token}`));
    const current = own || fallback?.slice(fallback.indexOf(',') + 1).replace(/\)$/, '').trim() || '';
    const newValue = testValue(current.startsWith('var(--_') ? resolvedValue(element, current) : current);
    if (!newValue) continue;
    testRule.style.setProperty(token, newValue, 'important');
    const changes = new Map();
    computedStyles(element).forEach(({ pseudo, values, content }, at) => {
      if (pseudo && pseudo !== '::placeholder' && ['none', 'normal', ''].includes(content)) return;
      values.forEach((value, property) => {
        const oldValue = before[at].values[property];
        if (value === oldValue) return;
        const name = `${REPORTED_NAMES[PROPERTIES[property]] ?? PROPERTIES[property]}${pseudo && ` of ${pseudo}`}`;
        if (!changes.has(name)) changes.set(name, withHexColours(oldValue));
      });
    });
    testRule.style.removeProperty(token);
    // Sizes that only follow from the font are left out.
    if ([...changes.keys()].some((name) => name.startsWith('font-'))) for (const name of LAYOUT) changes.delete(name);
    // So are sizes that only follow from padding or gap.
    if (changes.has('padding') || changes.has('gap')) for (const name of ['width', 'height']) changes.delete(name);
    if (changes.size) found.push({ token, properties: [...changes.keys()], value: [...changes.values()][0], own, source });
  }
  // The values are restored before transitions are enabled again, so that the restoring is not
  // animated.
  getComputedStyle(element).getPropertyValue('color');
  root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet);
  getComputedStyle(element).getPropertyValue('color');
  const rank = ({ properties }) => Math.min(...properties.map((name) => RANK.findIndex((start) => name.startsWith(start))).map((at) => (at < 0 ? RANK.length : at)));
  return found.sort((one, other) => rank(one) - rank(other));
}

/** Computed value of the private token in `var(--_x)`. */
const resolvedValue = (element, value) =>
  getComputedStyle(element).getPropertyValue(/--_[a-z0-9-]+/.exec(value)[0]).trim();
