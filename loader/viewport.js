// Browser behaviour of the window while the program runs: the part of the screen beside a phone's
// keyboard, resizing by the visitor, its place in the top layer; and styles that are not needed at
// once. Fetched after the window is shown, so that no first opening waits for it.

import { laterCss } from './generated/later_css.js';
import { keepPageStill } from './page_scroll.js';
import { PHONE } from './phone.js';
import { keepLine } from './reading_position.js';
import { letResize, zoomOf } from './resizing.js';
import { followParts } from './window_parts.js';

/** The sheet of styles not needed at once, which all widgets of the page share. */
let laterSheet;

/**
 * Calls `onChange` now and whenever the page's language may have changed, in every tree around
 * `host`. Returns a function that ends it.
 */
export function listen(host, onChange) {
  const observer = new MutationObserver(onChange);
  for (let root = host.getRootNode(); root; root = root.host?.getRootNode()) {
    observer.observe(root, { subtree: true, attributeFilter: ['lang', 'xml:lang'] });
  }
  onChange();
  return () => observer.disconnect();
}

/**
 * Follows the part of the screen beside a phone's keyboard, and calls `onChange` now and whenever
 * it changes. `on` listens until the window ends.
 */
function followScreen(section, style, on, onChange) {
  const screen = globalThis.visualViewport;
  if (!screen) return;
  const update = () => {
    onChange();
    const zoom = zoomOf(section);
    // While the page is pinch-zoomed the window stays as it is, unless the phone is turned.
    if (screen.scale === 1) style.setProperty('--_view-top', `${screen.offsetTop / zoom}px`);
    style.setProperty('--_view-height', `${(screen.height * screen.scale) / zoom}px`);
  };
  on(screen, 'resize', update);
  on(screen, 'scroll', update);
  update();
}

/**
 * `place`: element that the program is rendered into. `storagePrefix`: prefix of the storage keys,
 * empty if nothing may be stored. Returns `end()`, and `restore()` of reading_position.js.
 */
export function frame(place, host, storagePrefix) {
  const root = host.shadowRoot;
  if (!laterSheet) {
    laterSheet = new CSSStyleSheet();
    laterSheet.replaceSync(laterCss);
  }
  const section = place.querySelector('#window');
  const controller = new AbortController();
  const { signal } = controller;
  /** Listens until the end. */
  const on = (target, type, listener, capture) => target.addEventListener(type, listener, { signal, capture });
  // Lengths are set in a style sheet, since no element gets a style attribute.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(':host>div{}');
  const { style } = sheet.cssRules[0];

  /** Ends the handling of Back. Without that file the window still works. */
  let endBack;
  followScreen(section, style, on, () => {
    if (!matchMedia(PHONE).matches) return;
    import('./chataibot-back.js').then(({ closeOnBack }) => signal.aborted || (endBack ??= closeOnBack(place, host, storagePrefix)), () => {});
  });
  // After the screen's size was read, which would lay the page out in between.
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, laterSheet, sheet];
  letResize(place, section, style, storagePrefix, on);
  keepPageStill(host, section, on);
  const endParts = followParts(place, root, section, storagePrefix, on);
  const line = keepLine(place, on);

  return {
    end() {
      controller.abort();
      endParts();
      endBack?.();
      line.end();
      root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet && one !== laterSheet);
    },
    restore: line.restore,
  };
}
