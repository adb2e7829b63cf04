// Resizing of the window by its handle: by a pointer at an edge or a corner, and by the arrow keys;
// a double click restores the style sheet's size. The chosen size is stored on this device.

import { readStored, writeStored } from './device_storage.js';

/** Smallest size of a window, in pixels. */
const MIN_SIZE = { width: 300, height: 340 };

/** Resize step of an arrow key, in pixels. */
const STEP = 24;

/** Distance in pixels from an edge of the window within which a drag moves that edge. */
const EDGE = 24;

/** Shows the window in `size`, limited to the screen; without one, in the style sheet's size. */
function applySize(style, size) {
  for (const side of ['width', 'height']) {
    const max = side === 'width' ? innerWidth : innerHeight;
    if (size) style.setProperty(`--_own-${side}`, `${(size[side] = Math.round(Math.max(MIN_SIZE[side], Math.min(size[side], max))))}px`);
    else style.removeProperty(`--_own-${side}`);
  }
}

/** The resize handle that `event` hits, if any, and the sides of the window that it moves. */
function gripOf(event, section) {
  const handle = event.target.closest?.('[part~="resize"]');
  if (!handle) return null;
  const [handleBox, windowBox] = [handle, section].map((element) => element.getBoundingClientRect());
  return {
    handle,
    windowBox,
    left: handleBox.left - windowBox.left < windowBox.right - handleBox.right,
    top: handleBox.top - windowBox.top < windowBox.bottom - handleBox.bottom,
  };
}

/**
 * Follows the pointer of `event` at a grip until it is released. Calls `onSize` with each new size
 * of the window, whose size was `start`, and finally `onEnd`.
 */
function drag(event, { handle, windowBox, left, top }, start, onSize, onEnd) {
  const { clientX, clientY } = event;
  // Away from the corner only one edge moves.
  const movesWidth = Math.abs(clientX - (left ? windowBox.left : windowBox.right)) < EDGE;
  const movesHeight = Math.abs(clientY - (top ? windowBox.top : windowBox.bottom)) < EDGE;
  const controller = new AbortController();
  const on = (type, listener) => handle.addEventListener(type, listener, { signal: controller.signal });
  handle.setPointerCapture(event.pointerId);
  on('pointermove', (move) => {
    const width = start.width + (movesWidth ? (left ? clientX - move.clientX : move.clientX - clientX) : 0);
    const height = start.height + (movesHeight ? (top ? clientY - move.clientY : move.clientY - clientY) : 0);
    onSize({ width, height });
  });
  const end = () => {
    controller.abort();
    onEnd();
  };
  on('pointerup', end);
  on('pointercancel', end);
}

/**
 * Lets the visitor resize the window `section` by its handle, and restores the stored size. Lengths
 * are set in `style`; `on` listens until the window ends.
 */
export function letResize(place, section, style, storagePrefix, on) {
  /** The size that the visitor chose, or `null`. */
  let size = null;
  const setSize = (newSize) => applySize(style, (size = newSize));
  const storeSize = () => writeStored(storagePrefix, 'size', size && `${size.width} ${size.height}`);
  const currentSize = () => size ?? { width: section.offsetWidth, height: section.offsetHeight };

  on(place, 'pointerdown', (event) => {
    const grip = gripOf(event, section);
    if (grip && !event.button) drag(event, grip, currentSize(), setSize, storeSize);
  });

  on(place, 'keydown', (event) => {
    const grip = event.key.startsWith('Arrow') && gripOf(event, section);
    if (!grip) return;
    event.preventDefault();
    const { width, height } = currentSize();
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    setSize({ width: width + (grip.left ? -x : x) * STEP, height: height + (grip.top ? -y : y) * STEP });
    storeSize();
  });

  on(place, 'dblclick', (event) => {
    if (!gripOf(event, section)) return;
    setSize(null);
    storeSize();
  });

  const [width, height] = (readStored(storagePrefix, 'size') || '').split(' ').map(Number);
  if (width && height) setSize({ width, height });
}
