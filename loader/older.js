// Polyfills for browsers of some years ago, which lack `light-dark()`, relative colours, `:dir()`
// or `:has()`. The build rewrites such rules to ones that they understand; this sets the attributes
// and properties that those read.

import { css, directed, having } from './generated/older.js';

/** Feature test for the oldest supported browsers: since Chrome 111, Firefox 113, Safari 16.2. */
const FLOOR = ['color', 'color-mix(in srgb,red,red)'];

/** Whether the browser is too old to start the program. */
export const isTooOld = () => !CSS.supports(...FLOOR);

/** Returns this module's functions to the program, or throws if it cannot run here. */
export function meet() {
  if (isTooOld()) throw Object.assign(new Error('it needs Chrome 111, Firefox 113 or Safari 16.4'), { code: 'TOO_OLD' });
  return { mend };
}

/** The sheet of the rewritten rules, which all widgets of the page share. */
let sharedSheet;

const mended = new WeakSet();

/** Corrects the look of everything that is or will be in `root`. */
export function mend(root) {
  if (mended.has(root)) return;
  mended.add(root);
  if (!sharedSheet) {
    sharedSheet = new CSSStyleSheet();
    sharedSheet.replaceSync(css);
  }
  const ownSheet = new CSSStyleSheet();

  let frameRequest = 0;
  let lastRule;
  const update = () => {
    frameRequest = 0;
    const [top] = root.children;
    if (!top) return;
    // An element that is connected again has lost its sheets.
    if (!root.adoptedStyleSheets.includes(ownSheet)) {
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, sharedSheet, ownSheet];
    }
    for (const element of root.querySelectorAll(directed)) element.toggleAttribute('data-rtl', getComputedStyle(element).direction === 'rtl');
    having.forEach(([subject, condition], at) => {
      for (const element of root.querySelectorAll(subject)) {
        element.toggleAttribute('data-at', true);
        element.toggleAttribute(`data-has-${at}`, !!root.querySelector(condition));
        element.toggleAttribute('data-at', false);
      }
    });
    writeColours(top);
  };
  const scheduleUpdate = () => {
    frameRequest ||= requestAnimationFrame(update);
  };

  /**
   * Sets light or dark, read from a system colour in an invisible property, and black or white on
   * the accent colour, read in the same way.
   */
  const writeColours = (top) => {
    const { outlineColor, columnRuleColor } = getComputedStyle(top);
    const dark = luminance(outlineColor) > 0.5;
    const readable = luminance(columnRuleColor) > 0.179 ? '#000' : '#fff';
    const rule = `@layer states{:host>div:nth-child(n){${dark ? '--_l: ;--_d:initial' : '--_l:initial;--_d: '};
      --_link:var(--chataibot-link,${dark ? '#a9bcff' : '#2148c7'});--_on-accent:var(--chataibot-on-accent,${readable});
      outline-color:CanvasText;column-rule-color:var(--_accent);transition:outline-color 1ms,column-rule-color 1ms}}`;
    if (rule === lastRule) return;
    ownSheet.replaceSync((lastRule = rule));
    // The colours can only be read once this rule applies.
    scheduleUpdate();
  };

  new MutationObserver(scheduleUpdate).observe(root, {
    subtree: true,
    childList: true,
    attributeFilter: ['class', 'part', 'dir', 'lang', 'open', 'hidden', 'aria-expanded'],
  });
  new MutationObserver(scheduleUpdate).observe(root.host, { attributes: true });
  for (const type of ['pointerdown', 'pointerup', 'pointerover', 'focusin', 'focusout', 'input', 'transitionend']) {
    root.addEventListener(type, scheduleUpdate);
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', scheduleUpdate);
  update();
}

/** Relative luminance of a computed colour. */
function luminance(colour) {
  const [r, g, b] = (colour.match(/[\d.]+/g) ?? [0, 0, 0]).map((byte) => (byte / 255 <= 0.04045 ? byte / 3294.6 : ((byte / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
