// Browser behaviour of the window while the program runs: the part of the screen beside a phone's
// keyboard, resizing by the visitor, its place in the top layer; and styles that are not needed at
// once. Fetched after the window is shown, so that no first opening waits for it.

import { laterCss } from './generated/later_css.js';
import { PHONE } from './phone.js';
import { keepLine } from './reading_position.js';

/** Smallest size of a window, in pixels. */
const SMALLEST = { width: 300, height: 340 };

/** Resize step of an arrow key, in pixels. */
const STEP = 24;

/** The sheet of styles not needed at once, which all widgets of the page share. */
let later;

/**
 * Calls `speak` now and whenever the page's language may have changed, in every tree around `host`.
 * Returns a function that ends it.
 */
export function listen(host, speak) {
  const watch = new MutationObserver(speak);
  for (let root = host.getRootNode(); root; root = root.host?.getRootNode()) {
    watch.observe(root, { subtree: true, attributeFilter: ['lang', 'xml:lang'] });
  }
  speak();
  return () => watch.disconnect();
}

/**
 * `place`: element that the program is rendered into. `shelf`: prefix of the storage keys, empty if
 * nothing may be stored. Returns a function that ends it.
 */
export function frame(place, host, shelf) {
  const root = host.shadowRoot;
  if (!later) {
    later = new CSSStyleSheet();
    later.replaceSync(laterCss);
  }
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, later];
  const section = place.querySelector('#window');
  // A program rendered without a window does not need this.
  if (!section) return () => {};
  const ending = new AbortController();
  const on = (target, type, listener) => target.addEventListener(type, listener, { signal: ending.signal });
  // Lengths are set in a style sheet, since no element gets a style attribute.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(':host>div{}');
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const { style } = sheet.cssRules[0];

  /* ---- storage on this device ---- */

  const recall = (name) => {
    try {
      return shelf && localStorage.getItem(shelf + name);
    } catch {
      // Storage that cannot be read counts as empty.
      return null;
    }
  };
  const keep = (name, value) => {
    try {
      if (!shelf) return;
      if (value) localStorage.setItem(shelf + name, value);
      else localStorage.removeItem(shelf + name);
    } catch {
      // Full or forbidden: the size lasts until the page is left.
    }
  };

  /* ---- phones: the Back button and the keyboard ---- */

  const view = globalThis.visualViewport;
  /** Ends the handling of Back. Without that file the window still works. */
  let endBack;
  const follow = () => {
    if (matchMedia(PHONE).matches) {
      import('./chataibot-back.js').then(({ closeOnBack }) => ending.signal.aborted || (endBack ??= closeOnBack(place, host, shelf)), () => {});
    }
    // While the page is pinch-zoomed the window stays as it is.
    if (view.scale !== 1) return;
    style.setProperty('--_view-top', `${view.offsetTop}px`);
    style.setProperty('--_view-height', `${view.height}px`);
  };
  if (view) {
    on(view, 'resize', follow);
    on(view, 'scroll', follow);
    follow();
  }

  /* ---- the size ---- */

  /** The size that the visitor chose, or `null`. */
  let size = null;
  const apply = () => {
    for (const side of ['width', 'height']) {
      const most = side === 'width' ? innerWidth : innerHeight;
      if (size) style.setProperty(`--_own-${side}`, `${(size[side] = Math.round(Math.max(SMALLEST[side], Math.min(size[side], most))))}px`);
      else style.removeProperty(`--_own-${side}`);
    }
  };
  const keepSize = () => keep('size', size && `${size.width} ${size.height}`);
  const measure = () => size ?? { width: section.offsetWidth, height: section.offsetHeight };
  /** The resize handle of an event, and the sides of the window that it moves. */
  const grip = ({ target }) => {
    const handle = target.closest?.('[part~="resize"]');
    if (!handle) return null;
    const [own, whole] = [handle, section].map((element) => element.getBoundingClientRect());
    return { handle, whole, left: own.left - whole.left < whole.right - own.right, top: own.top - whole.top < whole.bottom - own.bottom };
  };

  on(place, 'pointerdown', (event) => {
    const found = grip(event);
    if (!found || event.button) return;
    const { handle, whole, left, top } = found;
    const { clientX, clientY } = event;
    // Away from the corner only one edge moves.
    const across = Math.abs(clientX - (left ? whole.left : whole.right)) < 24;
    const along = Math.abs(clientY - (top ? whole.top : whole.bottom)) < 24;
    const from = measure();
    const pull = new AbortController();
    const during = (type, listener) => handle.addEventListener(type, listener, { signal: pull.signal });
    handle.setPointerCapture(event.pointerId);
    during('pointermove', (now) => {
      const width = from.width + (across ? (left ? clientX - now.clientX : now.clientX - clientX) : 0);
      const height = from.height + (along ? (top ? clientY - now.clientY : now.clientY - clientY) : 0);
      size = { width, height };
      apply();
    });
    const end = () => {
      pull.abort();
      keepSize();
    };
    during('pointerup', end);
    during('pointercancel', end);
  });

  on(place, 'keydown', (event) => {
    const found = event.key.startsWith('Arrow') && grip(event);
    if (!found) return;
    event.preventDefault();
    const { width, height } = measure();
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    size = { width: width + (found.left ? -x : x) * STEP, height: height + (found.top ? -y : y) * STEP };
    apply();
    keepSize();
  });

  on(place, 'dblclick', (event) => {
    if (!grip(event)) return;
    size = null;
    apply();
    keepSize();
  });

  const [width, height] = (recall('size') || '').split(' ').map(Number);
  if (width && height) {
    size = { width, height };
    apply();
  }

  /* ---- no scrolling of the page beneath ---- */

  /**
   * Keeps a wheel or touch gesture from scrolling the page, unless an element of ours scrolls (and
   * contains the scrolling itself) or is dragged by it.
   */
  const hold = (event, overflow) => {
    for (const at of event.composedPath()) {
      // An inline window lets scrolling continue in the page; a window over the page does not.
      if (at === section && host.mode === 'inline') return;
      if (at === section || at.showModal) break;
      const isLonger = at.scrollHeight > at.clientHeight + 1 || (event.touches && at.scrollWidth > at.clientWidth + 1);
      if (at.type === 'range' || (isLonger && /auto|scroll/.test(getComputedStyle(at)[overflow]))) return;
    }
    if (event.cancelable) event.preventDefault();
  };
  // With Control the wheel zooms the page.
  on(section, 'wheel', (event) => event.ctrlKey || hold(event, 'overflowY'));
  // Gestures of two fingers, or on a zoomed page, are left alone.
  on(section, 'touchmove', (event) => event.touches[1] || view?.scale > 1 || hold(event, 'overflow'));

  /* ---- changes by the program ---- */

  /** Raises the chat, which the visitor asked for, above newer elements in the top layer. */
  const rise = () => {
    const top = place.parentNode;
    if (!top.popover || !top.showPopover || !navigator.userActivation?.isActive || !document.querySelector(':popover-open, :modal')) return;
    const focused = root.activeElement;
    top.hidePopover();
    top.showPopover();
    focused?.focus({ preventScroll: true });
  };

  const is = (name) => section.part.contains(name);
  let open = false;
  let large = false;
  const look = () => {
    if (is('window-open') !== open) {
      open = !open;
      if (open) rise();
    }
    // Without a handle the size is not the visitor's choice and is not stored.
    if (is('window-large') !== large && place.querySelector('[part~="resize"]')) {
      large = !large;
      keep('large', large && '1');
    }
  };
  // While the closed window fades, Tab must not enter it. On the next opening the program rewrites
  // all classes.
  const leave = ({ key }) => key === 'Tab' && !is('window-open') && section.classList.add('window-gone');
  // In the capture phase, as not every key event is passed on.
  document.addEventListener('keydown', leave, { capture: true, signal: ending.signal });
  const watch = new MutationObserver(look);
  watch.observe(section, { attributeFilter: ['part'] });
  if (recall('large') && !is('window-large')) {
    // Not composed: outside, a click counts as the visitor's, after which sounds may be played.
    place.querySelector('[part~="expand"]')?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  }
  // The window may have been opened before this was loaded.
  look();
  const endLine = keepLine(place);

  return () => {
    ending.abort();
    watch.disconnect();
    endLine();
    endBack?.();
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet && one !== later);
  };
}
