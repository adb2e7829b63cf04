// What follows the window while the program runs and is the browser's affair: the part of the
// screen that a keyboard leaves, the size the visitor pulls it to, its place in the top layer; and
// the styles of what nobody sees at once. Fetched when the window stands, so that no first open
// waits for it.

import { laterCss } from './generated/later_css.js';
import { PHONE } from './phone.js';
import { keepLine } from './reading_position.js';

/** The smallest that a window can be pulled to, in pixels. */
const SMALLEST = { width: 300, height: 340 };

/** How far one press of an arrow key goes. */
const STEP = 24;

/** The styles of what comes later, shared by all widgets of the page. */
let later;

/**
 * Calls `speak` now and whenever a page's language may be another one, in every tree around `host`.
 * Returns how to end it.
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
 * `place`: where the program is rendered. `shelf`: what keys in storage begin with, empty where
 * nothing is to be kept. Returns how to end it.
 */
export function frame(place, host, shelf) {
  const root = host.shadowRoot;
  if (!later) {
    later = new CSSStyleSheet();
    later.replaceSync(laterCss);
  }
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, later];
  const section = place.querySelector('#window');
  // No program that is rendered without a window needs this.
  if (!section) return () => {};
  const ending = new AbortController();
  const on = (target, type, listener) => target.addEventListener(type, listener, { signal: ending.signal });
  // Lengths in a style sheet of its own: no element gets a style attribute.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(':host>div{}');
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const { style } = sheet.cssRules[0];

  /* ---- what is kept on this device ---- */

  const recall = (name) => {
    try {
      return shelf && localStorage.getItem(shelf + name);
    } catch {
      // Storage that may not be read keeps nothing.
      return null;
    }
  };
  const keep = (name, value) => {
    try {
      if (!shelf) return;
      if (value) localStorage.setItem(shelf + name, value);
      else localStorage.removeItem(shelf + name);
    } catch {
      // Full or forbidden: the size holds until the page is left.
    }
  };

  /* ---- a phone: its Back, and its keyboard ---- */

  const view = globalThis.visualViewport;
  /** How to end what takes Back. Without it the window works all the same. */
  let endBack;
  const follow = () => {
    if (matchMedia(PHONE).matches) {
      import('./chataibot-back.js').then(({ closeOnBack }) => ending.signal.aborted || (endBack ??= closeOnBack(place, host, shelf)), () => {});
    }
    // Spread by two fingers it shows a part of the page, and the window stays what it is.
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

  /** What the visitor chose; `null` where nothing was. */
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
  /** The handle an event happened on, and the sides of the window it moves. */
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
    // Away from the corner only the edge moves.
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

  /* ---- the page beneath stands still ---- */

  /**
   * Keeps a wheel or a finger from the page, unless something of ours goes with it and then keeps
   * it itself, or is pulled by it.
   */
  const hold = (event, overflow) => {
    for (const at of event.composedPath()) {
      // A window that is a box of the page's is no end to scrolling; what lies over the page is.
      if (at === section && host.mode === 'inline') return;
      if (at === section || at.showModal) break;
      const isLonger = at.scrollHeight > at.clientHeight + 1 || (event.touches && at.scrollWidth > at.clientWidth + 1);
      if (at.type === 'range' || (isLonger && /auto|scroll/.test(getComputedStyle(at)[overflow]))) return;
    }
    if (event.cancelable) event.preventDefault();
  };
  // With Control it is the page's size that changes.
  on(section, 'wheel', (event) => event.ctrlKey || hold(event, 'overflowY'));
  // Two fingers, and one on a page that they have spread, go where they like.
  on(section, 'touchmove', (event) => event.touches[1] || view?.scale > 1 || hold(event, 'overflow'));

  /* ---- what the program changes ---- */

  /** Above what the page has put into the top layer since: for the visitor, who asked for us. */
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
    // Without a handle its size is not the visitor's to choose, and says nothing.
    if (is('window-large') !== large && place.querySelector('[part~="resize"]')) {
      large = !large;
      keep('large', large && '1');
    }
  };
  // While it fades the keyboard does not go back into it. With the next opening the program writes
  // all of its names anew.
  const leave = ({ key }) => key === 'Tab' && !is('window-open') && section.classList.add('window-gone');
  // Before any other listener: not every key goes on.
  document.addEventListener('keydown', leave, { capture: true, signal: ending.signal });
  const watch = new MutationObserver(look);
  watch.observe(section, { attributeFilter: ['part'] });
  if (recall('large') && !is('window-large')) {
    // Not composed: what the page hears as a click is a visitor's, who may be played sounds from
    // then on.
    place.querySelector('[part~="expand"]')?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  }
  // It may have been opened before this was there.
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
