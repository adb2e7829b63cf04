// Rules of the theme checker for a rendered scene: contrast of text and signs, sizes of text and
// targets, visible focus, and no motion under reduced motion. Checks one scene as it is shown; used
// by `cargo xtask theme` and the studio.

import { contrast, over, parse } from './colour.js';

const TARGETS = 'button, a[href], input:not([type=hidden]), select, textarea, summary, [role=button], [role=slider], [tabindex="0"]';
const COLOUR = /(?:rgba?|color|oklch|oklab|lab|lch|hsla?)\([^()]*\)|#[0-9a-f]{3,8}\b|\btransparent\b/gi;
const LEAST_TEXT = 12;
const LEAST_TARGET = 24;
const SIDES = ['r', 'g', 'b'];

/* ---- colours ---- */

const known = new Map();
/** Converts a computed colour of any colour space to `{r, g, b, alpha}`. */
function colourOf(css) {
  if (!known.has(css)) {
    let colour = parse(css);
    if (!colour) {
      const canvas = new OffscreenCanvas(1, 1).getContext('2d');
      canvas.fillStyle = css;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, alpha] = [...canvas.getImageData(0, 0, 1, 1).data].map((byte) => byte / 255);
      colour = { r, g, b, alpha };
    }
    known.set(css, colour);
  }
  return known.get(css);
}

const mix = (upper, lower, share) => Object.fromEntries(SIDES.map((side) => [side, upper[side] * share + lower[side] * (1 - share)]));

/** The parent of an element, across shadow roots and slots. */
const around = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host ?? null;

function chain(element) {
  const elements = [];
  for (let at = element; at; at = around(at)) elements.unshift(at);
  return elements;
}

/**
 * The layers that an element paints behind its content, each a list of possible colours; null if
 * one is a picture.
 */
function layers(style) {
  const { backgroundImage: image, backgroundColor: colour } = style;
  const own = [[colourOf(colour)]];
  if (image === 'none' || style.backgroundClip === 'text') return own;
  if (image.includes('url(') || image.includes('image-set(')) return null;
  return [...own, (image.match(COLOUR) ?? []).map(colourOf)];
}

/** The browser's canvas colour, where a page paints nothing. */
function paper() {
  const probe = document.createElement('i');
  probe.style.color = 'Canvas';
  document.documentElement.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return colourOf(color);
}

/**
 * All pairs of `colour` in `element` and a possible background, as blended on screen; null if a
 * picture is behind it.
 */
function pairs(element, colour) {
  const elements = chain(element);
  const seen = (at, backdrop) => {
    const style = getComputedStyle(elements[at]);
    const painted = layers(style);
    if (!painted) return null;
    const grounds = painted.reduce((found, layer) => found.flatMap((ground) => layer.map((one) => over(one, ground))), [backdrop]);
    const opacity = Number(style.opacity);
    const found = [];
    for (const ground of grounds) {
      const inner = at === elements.length - 1 ? [[over(colour, ground), ground]] : seen(at + 1, ground);
      if (!inner) return null;
      found.push(...inner.map((pair) => (opacity < 1 ? pair.map((one) => mix(one, backdrop, opacity)) : pair)));
    }
    return found;
  };
  // An opaque background hides everything below it.
  const bottom = elements.findLastIndex((one) => {
    const style = getComputedStyle(one);
    return style.backgroundImage === 'none' && colourOf(style.backgroundColor).alpha === 1;
  });
  const translucent = elements.slice(0, bottom + 1).some((one) => Number(getComputedStyle(one).opacity) < 1);
  return bottom > 0 && !translucent ? seen(bottom, colourOf('#ffffff')) : seen(0, paper());
}

/** The lowest contrast of a colour in an element; null if it cannot be determined. */
export function leastContrast(element, css) {
  const found = pairs(element, colourOf(css));
  return found && Math.min(...found.map(([one, other]) => contrast(one, other)));
}

/* ---- elements ---- */

const isShown = (element) => {
  if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: true })) return false;
  const { width, height } = element.getBoundingClientRect();
  return width > 1 && height > 1 && !element.closest('.unseen');
};

const hasOwnText = (element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
const hasShownText = (element) => [element, ...element.querySelectorAll('*')].some((one) => hasOwnText(one) && isShown(one));
const isOff = (element) => Boolean(element.closest(':disabled, [aria-disabled="true"], [inert]'));
/** The parts of an element or of its nearest ancestor with a part. */
const partsAt = (element) => [...(element.closest('[part]')?.part ?? [])];
const short = (text) => (text.length > 32 ? `${text.slice(0, 31)}…` : text);
const fixed = (number) => (Math.floor(number * 100) / 100).toFixed(2);

const isLarge = ({ fontSize, fontWeight }) => parseFloat(fontSize) >= 24 || (parseFloat(fontSize) >= 18.66 && Number(fontWeight) >= 700);

function* texts(elements) {
  for (const element of elements) {
    const isField = /^(input|textarea)$/.test(element.localName) && !/^(range|checkbox|radio|file)$/.test(element.type);
    if (isField && !element.value && element.placeholder) yield { element, style: getComputedStyle(element, '::placeholder'), text: element.placeholder };
    else if (isField && element.value) yield { element, style: getComputedStyle(element), text: element.value };
    else if (!isField && hasOwnText(element)) yield { element, style: getComputedStyle(element), text: element.textContent.trim() };
  }
}

/** Size of the pointer target: the element's own box, enlarged by pseudo-elements over it. */
function targetSize(element) {
  const box = (element.closest('label') ?? element).getBoundingClientRect();
  const size = [box.width, box.height];
  for (const pseudo of ['::before', '::after']) {
    const style = getComputedStyle(element, pseudo);
    if (style.content === 'none' || style.position !== 'absolute') continue;
    size[0] = Math.max(size[0], parseFloat(style.width) || 0);
    size[1] = Math.max(size[1], parseFloat(style.height) || 0);
  }
  return size;
}

/** Returns all findings about a rendered scene: `[{rule, parts, message, properties, example}]`. */
export function checkScene(widget) {
  const findings = [];
  const find = (rule, element, properties, message, text) =>
    findings.push({ rule, parts: partsAt(element), properties: properties.source, message, ...(text && { example: short(text) }) });
  const all = [...widget.shadowRoot.querySelectorAll('*')];
  const elements = all.filter(isShown);

  for (const { element, style, text } of texts(elements)) {
    const size = parseFloat(style.fontSize);
    if (size < LEAST_TEXT - 0.01) find('text-size', element, /font/, `text of ${fixed(size)} px, under ${LEAST_TEXT}`, text);
    if (isOff(element)) continue;
    const colour = style.webkitTextFillColor || style.color;
    const needed = isLarge(style) ? 3 : 4.5;
    const ratio = leastContrast(element, colour);
    if (ratio !== null && ratio < needed) find('contrast', element, /color|background|opacity/, `contrast of text is ${fixed(ratio)}, under ${needed}`, text);
  }

  const targets = elements.filter((element) => element.matches(TARGETS) && !isOff(element));
  for (const target of targets) {
    const style = getComputedStyle(target);
    // A scroll container is no target, and a link in a text is as high as its line.
    if (target.matches('[role=log], [part~=list]') || (target.localName === 'a' && style.display === 'inline')) continue;
    const [width, height] = targetSize(target);
    if (Math.min(width, height) < LEAST_TARGET - 0.01) {
      find('target-size', target, /width|height|size|padding|font/, `a target of ${fixed(width)} × ${fixed(height)} px, under ${LEAST_TARGET}`);
    }
    const sign = [...target.querySelectorAll('svg')].find(isShown);
    if (!sign || hasShownText(target)) continue;
    const painted = getComputedStyle(sign);
    const ratio = leastContrast(sign, painted.stroke === 'none' ? painted.fill : painted.stroke);
    if (ratio !== null && ratio < 3) find('contrast', target, /color|background|opacity/, `contrast of a sign is ${fixed(ratio)}, under 3`);
  }

  if (matchMedia('(prefers-reduced-motion: reduce)').matches) for (const element of elements) checkMotion(element, find);
  return findings;
}

const MOVES = /^(all|transform|translate|rotate|scale|inset|top|left|right|bottom|margin|width|height|padding|offset)/;

function checkMotion(element, find) {
  const style = getComputedStyle(element);
  const times = (list) => list.split(', ').map((time) => parseFloat(time) * (time.endsWith('ms') ? 1 : 1000));
  const of = (list, at) => list[at % list.length];
  style.animationName.split(', ').forEach((name, at) => {
    if (name !== 'none' && of(times(style.animationDuration), at) > 0) find('motion', element, /animation/, `the animation ${name} runs where motion is unwelcome`);
  });
  const moved = style.transitionProperty.split(', ').filter((name, at) => MOVES.test(name) && of(times(style.transitionDuration), at) > 0);
  if (moved.length) find('motion', element, /transition/, `a transition of ${moved.join(', ')} where motion is unwelcome`);
}

/* ---- the focus ---- */

const RINGS = ['outlineStyle', 'outlineWidth', 'outlineColor', 'boxShadow', 'borderTopColor', 'borderTopWidth', 'backgroundColor', 'opacity', 'stroke', 'textDecorationLine'];
const PAINTED = [null, '::before', '::after'];
/** Computed styles of elements and their pseudo-elements: `[{element, style}]`. */
const look = (elements) =>
  elements.flatMap((element) =>
    PAINTED.map((pseudo) => {
      const style = getComputedStyle(element, pseudo);
      return { element, style: Object.fromEntries(RINGS.map((name) => [name, style[name]])) };
    }),
  );

/** Whether one of these colours has enough contrast with the surroundings of the element. */
const standsOut = (element, css) => (css.match(COLOUR) ?? []).some((one) => (leastContrast(around(element) ?? element, one) ?? 3) >= 3);

/**
 * Finds controls of the scene that show no focus. `done`: controls that were already checked, by
 * parts.
 */
export function checkFocus(widget, done = new Set()) {
  const findings = [];
  const root = widget.shadowRoot;
  const before = root.activeElement;
  for (const control of root.querySelectorAll(TARGETS)) {
    const key = `${control.localName} ${control.part} ${control.className?.baseVal ?? control.className}`;
    if (control.tabIndex < 0 || isOff(control) || !isShown(control) || done.has(key)) continue;
    done.add(key);
    // The focus ring may be on the control, its frame or its sign.
    const elements = [...chain(control).slice(-3), ...control.querySelectorAll('svg')];
    root.activeElement?.blur();
    const without = look(elements);
    control.focus({ preventScroll: true, focusVisible: true });
    if (root.activeElement !== control) continue;
    const changed = look(elements).flatMap(({ element, style }, at) => {
      const other = RINGS.filter((name) => style[name] !== without[at].style[name]);
      return other.length ? [{ element, style, other }] : [];
    });
    const isSeen = changed.some(({ element, style, other }) => {
      const hasOutline = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
      if (hasOutline && (style.outlineStyle === 'auto' || standsOut(element, style.outlineColor))) return true;
      return other.some((name) => !name.startsWith('outline') && (/^(textDecorationLine|opacity)$/.test(name) || standsOut(element, style[name])));
    });
    if (!isSeen) {
      const message = changed.length ? 'what shows the focus has a contrast under 3' : 'nothing shows that it has the focus';
      findings.push({ rule: 'focus', parts: partsAt(control), properties: 'outline|box-shadow|border', message });
    }
  }
  root.activeElement?.blur();
  before?.focus({ preventScroll: true });
  return findings;
}
