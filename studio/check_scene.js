// Rules of the theme checker for a rendered scene: contrast of text and signs, sizes of text and
// targets, visible focus, and no motion under reduced motion. Checks one scene as it is shown; used
// by `cargo xtask theme` and the studio.

import { contrast, over, parse } from './colour.js';

const TARGETS = 'button, a[href], input:not([type=hidden]), select, textarea, summary, [role=button], [role=slider], [tabindex="0"]';
const COLOUR = /(?:rgba?|color|oklch|oklab|lab|lch|hsla?)\([^()]*\)|#[0-9a-f]{3,8}\b|\btransparent\b/gi;
const MIN_TEXT = 12;
const MIN_TARGET = 24;
const SIDES = ['r', 'g', 'b'];

/* ---- colours ---- */

const colourCache = new Map();
/** Converts a computed colour of any colour space to `{r, g, b, alpha}`. */
function colourOf(css) {
  if (!colourCache.has(css)) {
    let colour = parse(css);
    if (!colour) {
      const canvas = new OffscreenCanvas(1, 1).getContext('2d');
      canvas.fillStyle = css;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, alpha] = [...canvas.getImageData(0, 0, 1, 1).data].map((byte) => byte / 255);
      colour = { r, g, b, alpha };
    }
    colourCache.set(css, colour);
  }
  return colourCache.get(css);
}

const mix = (upper, lower, share) => Object.fromEntries(SIDES.map((side) => [side, upper[side] * share + lower[side] * (1 - share)]));

/** The parent of an element, across shadow roots and slots. */
const parentOf = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host ?? null;

function pathTo(element) {
  const elements = [];
  for (let at = element; at; at = parentOf(at)) elements.unshift(at);
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
function canvasColour() {
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
function blendedPairs(element, colour) {
  const elements = pathTo(element);
  const blendFrom = (at, backdrop) => {
    const style = getComputedStyle(elements[at]);
    const painted = layers(style);
    if (!painted) return null;
    const grounds = painted.reduce((found, layer) => found.flatMap((ground) => layer.map((one) => over(one, ground))), [backdrop]);
    const opacity = Number(style.opacity);
    const found = [];
    for (const ground of grounds) {
      const inner = at === elements.length - 1 ? [[over(colour, ground), ground]] : blendFrom(at + 1, ground);
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
  return bottom > 0 && !translucent ? blendFrom(bottom, colourOf('#ffffff')) : blendFrom(0, canvasColour());
}

/** The lowest contrast of a colour in an element; null if it cannot be determined. */
export function leastContrast(element, css) {
  const found = blendedPairs(element, colourOf(css));
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
const isDisabled = (element) => Boolean(element.closest(':disabled, [aria-disabled="true"], [inert]'));
/** The parts of an element or of its nearest ancestor with a part. */
const partsAt = (element) => [...(element.closest('[part]')?.part ?? [])];
const shorten = (text) => (text.length > 32 ? `${text.slice(0, 31)}…` : text);
const truncated = (number) => (Math.floor(number * 100) / 100).toFixed(2);

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
  const report = (rule, element, properties, message, text) =>
    findings.push({ rule, parts: partsAt(element), properties: properties.source, message, ...(text && { example: shorten(text) }) });
  const all = [...widget.shadowRoot.querySelectorAll('*')];
  const elements = all.filter(isShown);

  for (const { element, style, text } of texts(elements)) {
    const size = parseFloat(style.fontSize);
    if (size < MIN_TEXT - 0.01) report('text-size', element, /font/, `text of ${truncated(size)} px, under ${MIN_TEXT}`, text);
    if (isDisabled(element)) continue;
    const colour = style.webkitTextFillColor || style.color;
    const needed = isLarge(style) ? 3 : 4.5;
    const ratio = leastContrast(element, colour);
    if (ratio !== null && ratio < needed) report('contrast', element, /color|background|opacity/, `contrast of text is ${truncated(ratio)}, under ${needed}`, text);
  }

  const targets = elements.filter((element) => element.matches(TARGETS) && !isDisabled(element));
  for (const target of targets) {
    const style = getComputedStyle(target);
    // A scroll container is no target, and a link in a text is as high as its line.
    if (target.matches('[role=log], [part~=list]') || (target.localName === 'a' && style.display === 'inline')) continue;
    const [width, height] = targetSize(target);
    if (Math.min(width, height) < MIN_TARGET - 0.01) {
      report('target-size', target, /width|height|size|padding|font/, `a target of ${truncated(width)} × ${truncated(height)} px, under ${MIN_TARGET}`);
    }
    const sign = [...target.querySelectorAll('svg')].find(isShown);
    if (!sign || hasShownText(target)) continue;
    const painted = getComputedStyle(sign);
    const ratio = leastContrast(sign, painted.stroke === 'none' ? painted.fill : painted.stroke);
    if (ratio !== null && ratio < 3) report('contrast', target, /color|background|opacity/, `contrast of a sign is ${truncated(ratio)}, under 3`);
  }

  if (matchMedia('(prefers-reduced-motion: reduce)').matches) for (const element of elements) checkMotion(element, report);
  return findings;
}

const MOVING_PROPERTIES =
  /^(all|transform|translate|rotate|scale|inset|top|left|right|bottom|margin|width|height|padding|offset)/;

function checkMotion(element, report) {
  const style = getComputedStyle(element);
  const milliseconds = (list) => list.split(', ').map((time) => parseFloat(time) * (time.endsWith('ms') ? 1 : 1000));
  const valueAt = (list, at) => list[at % list.length];
  style.animationName.split(', ').forEach((name, at) => {
    if (name !== 'none' && valueAt(milliseconds(style.animationDuration), at) > 0) {
      report('motion', element, /animation/, `the animation ${name} runs where motion is unwelcome`);
    }
  });
  const moved = style.transitionProperty
    .split(', ')
    .filter((name, at) => MOVING_PROPERTIES.test(name) && valueAt(milliseconds(style.transitionDuration), at) > 0);
  if (moved.length) report('motion', element, /transition/, `a transition of ${moved.join(', ')} where motion is unwelcome`);
}

/* ---- the focus ---- */

const FOCUS_PROPERTIES = [
  'outlineStyle', 'outlineWidth', 'outlineColor', 'boxShadow', 'borderTopColor', 'borderTopWidth', 'backgroundColor', 'opacity', 'stroke',
  'textDecorationLine',
];
const PSEUDO_ELEMENTS = [null, '::before', '::after'];
/** Computed styles of elements and their pseudo-elements: `[{element, style}]`. */
const focusStyles = (elements) =>
  elements.flatMap((element) =>
    PSEUDO_ELEMENTS.map((pseudo) => {
      const style = getComputedStyle(element, pseudo);
      return { element, style: Object.fromEntries(FOCUS_PROPERTIES.map((name) => [name, style[name]])) };
    }),
  );

/** Whether one of these colours has enough contrast with the surroundings of the element. */
const standsOut = (element, css) => (css.match(COLOUR) ?? []).some((one) => (leastContrast(parentOf(element) ?? element, one) ?? 3) >= 3);

/**
 * Finds controls of the scene that show no focus. `checkedKeys`: controls that were already
 * checked, by parts.
 */
export function checkFocus(widget, checkedKeys = new Set()) {
  const findings = [];
  const root = widget.shadowRoot;
  const previousFocus = root.activeElement;
  for (const control of root.querySelectorAll(TARGETS)) {
    const key = `${control.localName} ${control.part} ${control.className?.baseVal ?? control.className}`;
    if (control.tabIndex < 0 || isDisabled(control) || !isShown(control) || checkedKeys.has(key)) continue;
    checkedKeys.add(key);
    // The focus ring may be on the control, its frame or its sign.
    const elements = [...pathTo(control).slice(-3), ...control.querySelectorAll('svg')];
    root.activeElement?.blur();
    const unfocused = focusStyles(elements);
    control.focus({ preventScroll: true, focusVisible: true });
    if (root.activeElement !== control) continue;
    const changed = focusStyles(elements).flatMap(({ element, style }, at) => {
      const other = FOCUS_PROPERTIES.filter((name) => style[name] !== unfocused[at].style[name]);
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
  previousFocus?.focus({ preventScroll: true });
  return findings;
}
