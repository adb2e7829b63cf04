// Browser behaviour of the window while the program runs: the part of the screen beside a phone's
// keyboard, resizing by the visitor, its place in the top layer; and styles that are not needed at
// once. Fetched after the window is shown, so that no first opening waits for it.

import { laterCss } from './generated/later_css.js';
import { PHONE } from './phone.js';
import { keepLine } from './reading_position.js';

/** Smallest size of a window, in pixels. */
const MIN_SIZE = { width: 300, height: 340 };

/** Resize step of an arrow key, in pixels. */
const STEP = 24;

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
 * `place`: element that the program is rendered into. `shelf`: prefix of the storage keys, empty if
 * nothing may be stored. Returns a function that ends it.
 */
export function frame(place, host, shelf) {
  const root = host.shadowRoot;
  if (!laterSheet) {
    laterSheet = new CSSStyleSheet();
    laterSheet.replaceSync(laterCss);
  }
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, laterSheet];
  const section = place.querySelector('#window');
  // A program rendered without a window does not need this.
  if (!section) return () => {};
  const controller = new AbortController();
  const on = (target, type, listener) => target.addEventListener(type, listener, { signal: controller.signal });
  // Lengths are set in a style sheet, since no element gets a style attribute.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(':host>div{}');
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const { style } = sheet.cssRules[0];

  /* ---- storage on this device ---- */

  const readStored = (name) => {
    try {
      return shelf && localStorage.getItem(shelf + name);
    } catch {
      // Storage that cannot be read counts as empty.
      return null;
    }
  };
  const store = (name, value) => {
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
  const followViewport = () => {
    if (matchMedia(PHONE).matches) {
      import('./chataibot-back.js').then(({ closeOnBack }) => controller.signal.aborted || (endBack ??= closeOnBack(place, host, shelf)), () => {});
    }
    // While the page is pinch-zoomed the window stays as it is.
    if (view.scale !== 1) return;
    style.setProperty('--_view-top', `${view.offsetTop}px`);
    style.setProperty('--_view-height', `${view.height}px`);
  };
  if (view) {
    on(view, 'resize', followViewport);
    on(view, 'scroll', followViewport);
    followViewport();
  }

  /* ---- the size ---- */

  /** The size that the visitor chose, or `null`. */
  let size = null;
  const applySize = () => {
    for (const side of ['width', 'height']) {
      const max = side === 'width' ? innerWidth : innerHeight;
      if (size) style.setProperty(`--_own-${side}`, `${(size[side] = Math.round(Math.max(MIN_SIZE[side], Math.min(size[side], max))))}px`);
      else style.removeProperty(`--_own-${side}`);
    }
  };
  const storeSize = () => store('size', size && `${size.width} ${size.height}`);
  const currentSize = () => size ?? { width: section.offsetWidth, height: section.offsetHeight };
  /** The resize handle of an event, and the sides of the window that it moves. */
  const gripOf = ({ target }) => {
    const handle = target.closest?.('[part~="resize"]');
    if (!handle) return null;
    const [handleBox, windowBox] = [handle, section].map((element) => element.getBoundingClientRect());
    return {
      handle,
      windowBox,
      left: handleBox.left - windowBox.left < windowBox.right - handleBox.right,
      top: handleBox.top - windowBox.top < windowBox.bottom - handleBox.bottom,
    };
  };

  on(place, 'pointerdown', (event) => {
    const grip = gripOf(event);
    if (!grip || event.button) return;
    const { handle, windowBox, left, top } = grip;
    const { clientX, clientY } = event;
    // Away from the corner only one edge moves.
    const movesWidth = Math.abs(clientX - (left ? windowBox.left : windowBox.right)) < 24;
    const movesHeight = Math.abs(clientY - (top ? windowBox.top : windowBox.bottom)) < 24;
    const startSize = currentSize();
    const drag = new AbortController();
    const onHandle = (type, listener) => handle.addEventListener(type, listener, { signal: drag.signal });
    handle.setPointerCapture(event.pointerId);
    onHandle('pointermove', (move) => {
      const width = startSize.width + (movesWidth ? (left ? clientX - move.clientX : move.clientX - clientX) : 0);
      const height = startSize.height + (movesHeight ? (top ? clientY - move.clientY : move.clientY - clientY) : 0);
      size = { width, height };
      applySize();
    });
    const endDrag = () => {
      drag.abort();
      storeSize();
    };
    onHandle('pointerup', endDrag);
    onHandle('pointercancel', endDrag);
  });

  on(place, 'keydown', (event) => {
    const grip = event.key.startsWith('Arrow') && gripOf(event);
    if (!grip) return;
    event.preventDefault();
    const { width, height } = currentSize();
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    size = { width: width + (grip.left ? -x : x) * STEP, height: height + (grip.top ? -y : y) * STEP };
    applySize();
    storeSize();
  });

  on(place, 'dblclick', (event) => {
    if (!gripOf(event)) return;
    size = null;
    applySize();
    storeSize();
  });

  const [width, height] = (readStored('size') || '').split(' ').map(Number);
  if (width && height) {
    size = { width, height };
    applySize();
  }

  /* ---- no scrolling of the page beneath ---- */

  /**
   * Keeps a wheel or touch gesture from scrolling the page, unless an element of ours scrolls (and
   * contains the scrolling itself) or is dragged by it.
   */
  const preventPageScroll = (event, overflow) => {
    for (const node of event.composedPath()) {
      // An inline window lets scrolling continue in the page; a window over the page does not.
      if (node === section && host.mode === 'inline') return;
      if (node === section || node.showModal) break;
      const isLonger =
        node.scrollHeight > node.clientHeight + 1 || (event.touches && node.scrollWidth > node.clientWidth + 1);
      if (node.type === 'range' || (isLonger && /auto|scroll/.test(getComputedStyle(node)[overflow]))) return;
    }
    if (event.cancelable) event.preventDefault();
  };
  // With Control the wheel zooms the page.
  on(section, 'wheel', (event) => event.ctrlKey || preventPageScroll(event, 'overflowY'));
  // Gestures of two fingers, or on a zoomed page, are left alone.
  on(section, 'touchmove', (event) => event.touches[1] || view?.scale > 1 || preventPageScroll(event, 'overflow'));

  /* ---- changes by the program ---- */

  /** Raises the chat, which the visitor asked for, above newer elements in the top layer. */
  const raise = () => {
    const top = place.parentNode;
    if (!top.popover || !top.showPopover || !navigator.userActivation?.isActive || !document.querySelector(':popover-open, :modal')) return;
    const focused = root.activeElement;
    top.hidePopover();
    top.showPopover();
    focused?.focus({ preventScroll: true });
  };

  const hasPart = (name) => section.part.contains(name);
  let isOpen = false;
  let isLarge = false;
  const onPartChange = () => {
    if (hasPart('window-open') !== isOpen) {
      isOpen = !isOpen;
      if (isOpen) raise();
    }
    // Without a handle the size is not the visitor's choice and is not stored.
    if (hasPart('window-large') !== isLarge && place.querySelector('[part~="resize"]')) {
      isLarge = !isLarge;
      store('large', isLarge && '1');
    }
  };
  // While the closed window fades, Tab must not enter it. On the next opening the program rewrites
  // all classes.
  const hideOnTab = ({ key }) => key === 'Tab' && !hasPart('window-open') && section.classList.add('window-gone');
  // In the capture phase, as not every key event is passed on.
  document.addEventListener('keydown', hideOnTab, { capture: true, signal: controller.signal });
  const observer = new MutationObserver(onPartChange);
  observer.observe(section, { attributeFilter: ['part'] });
  if (readStored('large') && !hasPart('window-large')) {
    // Not composed: outside, a click counts as the visitor's, after which sounds may be played.
    place.querySelector('[part~="expand"]')?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  }
  // The window may have been opened before this was loaded.
  onPartChange();
  const endKeepLine = keepLine(place);

  return () => {
    controller.abort();
    observer.disconnect();
    endKeepLine();
    endBack?.();
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet && one !== laterSheet);
  };
}
