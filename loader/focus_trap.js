// Detection of focus traps: a dialog of the host page that keeps the focus. This notices if a
// visitor's click was stopped before it reached the chat, or if the focus is not where the visitor
// put it; modal.js then helps.

import { DIALOGS, focusedOf } from './page_dialogs.js';

/** Events after which the focus is checked. */
const LOOKS = ['focusout', 'click', 'chataibot-open'];

/** The elements that report the clicks that reach them. */
const followed = new WeakSet();

/**
 * The host element that the visitor last pressed in, if any; the time; and whether the event
 * reached its shadow root.
 */
let pressed, at, arrived;
/** The host page's element that had the focus last, and all that have had it. */
let left;
const had = new WeakSet();
/** Whether a window of ours has closed and nothing has been pressed since. */
let isClosed;

/**
 * Whether the focus is missing from the open window of `host`, or in one hidden from screen
 * readers. `wanted`: the pressed element, or the host when it has opened.
 */
function isAmiss(host, wanted) {
  if (!host.hasAttribute('open')) return false;
  if (host.closest('[aria-hidden=true]') && document.querySelector(DIALOGS)) return true;
  if (host.contains(focusedOf(host.getRootNode()))) return false;
  // It may be on its way, or lost with a removed button; and another chat traps nobody.
  return !focusedOf(document)?.matches(host.localName + (wanted === host ? '' : ',body,iframe'));
}

function look(host, wanted) {
  if (pressed !== host || (arrived && !isAmiss(host, wanted))) return;
  const about = { wanted, left, had, at, isAmiss };
  import('./chataibot-top-layer.js').then(({ keepFocus }) => keepFocus(host, { ...about, arrived }), () => {});
}

/**
 * Lets the host page's dialog that had the focus before see that it is on the launcher of `root`
 * now, so that its focus trap may take it back.
 */
function tell(root) {
  const { activeElement: launcher } = root;
  if (!left?.isConnected || !left.closest(DIALOGS)) return;
  // A move between two elements of the same shadow root fires no event outside of it.
  launcher?.blur();
  launcher?.focus({ preventScroll: true });
}

for (const type of [...LOOKS, 'pointerdown', 'keydown', 'touchstart', 'chataibot-close']) {
  const hear = (event) => {
    const path = event.composedPath();
    const host = path.find((node) => node.localName === 'chataibot-widget');
    if (type === 'touchstart') {
      // A page that cancels a touch also cancels its click.
      if (host) event.stopPropagation();
    } else if (type === 'focusout') {
      if (!host) had.add((left = path[0]));
    } else {
      // A click has arrived if it opened the window, or if the element is not followed yet: then
      // the loader hears it before the page can stop it.
      if (LOOKS.includes(type)) arrived = type !== 'click' || !followed.has(host);
      if (type !== 'chataibot-open' || pressed === host || navigator.userActivation?.isActive) {
        // Tab may lead out of the chat.
        pressed = event.code !== 'Tab' && host;
        at = event.timeStamp;
        isClosed = type === 'chataibot-close';
      }
    }
    // In a later task, when the window is open and has the focus that it could get.
    if (host && LOOKS.includes(type)) setTimeout(look, 0, host, path[0]);
    if (type === 'chataibot-close') setTimeout(tell, 0, host.shadowRoot);
  };
  addEventListener(type, hear, true);
}

/** Records that the visitor has asked for the window of `host`, if no press was heard before. */
export function remember(host) {
  pressed ??= host;
  at ??= performance.now();
}

/** Reports the clicks that reach `host`. */
export function followClicks(host) {
  followed.add(host);
  host.shadowRoot.addEventListener('click', () => (arrived = true), true);
}

/**
 * Whether the host page may see that something of ours has the focus: after a window has closed,
 * its focus trap may take the focus back.
 */
export const isPages = ({ type }) => isClosed && type === 'focusin';
