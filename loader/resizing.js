// Resizing of the window by its handle: by a pointer at an edge or a corner, and by the arrow keys;
// a double click restores the style sheet's size. The chosen size is stored on this device.

import { readStored, writeStored } from './device_storage.js';

/** Smallest size of a window, in pixels. */
const MIN_SIZE = { width: 300, height: 340 };

/** Resize step of an arrow key, in pixels. */
const STEP = 24;

/** Distance in pixels from an edge of the window within which a drag moves that edge. */
const EDGE = 24;

/** On a page with `zoom` a length of `element` is longer on the screen by this factor. */
export const zoomOf = (element) => element.currentCSSZoom ?? 1;

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
 * Follows the pointer of `event` at a grip until it is released. Calls `onMove` with the distance
 * in pixels by which the grip has moved, in both directions, and finally `onEnd`.
 */
function drag(event, { handle, windowBox, left, top }, onMove, onEnd) {
  const { clientX, clientY } = event;
  // Away from the corner only one edge moves.
  const movesWidth = Math.abs(clientX - (left ? windowBox.left : windowBox.right)) < EDGE;
  const movesHeight = Math.abs(clientY - (top ? windowBox.top : windowBox.bottom)) < EDGE;
  const controller = new AbortController();
  const on = (type, listener) => handle.addEventListener(type, listener, { signal: controller.signal });
  handle.setPointerCapture(event.pointerId);
  on('pointermove', (move) => onMove(movesWidth && move.clientX - clientX, movesHeight && move.clientY - clientY));
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
  /** Returns a function that moves the grip's sides by a distance from where they are now. */
  const mover = ({ left, top }) => {
    const { width, height } = size ?? { width: section.offsetWidth, height: section.offsetHeight };
    return (x, y) => setSize({ width: width + (left ? -x : x), height: height + (top ? -y : y) });
  };

  on(place, 'pointerdown', (event) => {
    const grip = gripOf(event, section);
    if (!grip || event.button) return;
    const move = mover(grip);
    const zoom = zoomOf(section);
    drag(event, grip, (x, y) => move(x / zoom, y / zoom), storeSize);
  });

  on(place, 'keydown', (event) => {
    const grip = event.key.startsWith('Arrow') && gripOf(event, section);
    if (!grip) return;
    event.preventDefault();
    const [x, y] = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
    mover(grip)(x, y);
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
