// A page that keeps the focus in a dialog of its own. Here it is noticed that a click of the
// visitor's was stopped on its way to us, or that the focus is not where they have put it; modal.js
// helps then.

import { DIALOGS, focusedOf } from './page_dialogs.js';

/** After what to look where the focus is. */
const LOOKS = ['focusout', 'click', 'chataibot-open'];

/** The elements that tell of the clicks that arrive. */
const followed = new WeakSet();

/**
 * Where the visitor has pressed something last, if it was in one of ours; when; and whether that
 * has heard of it.
 */
let pressed, at, arrived;
/** What of the page had the focus last, and what had it before. */
let left;
const had = new WeakSet();
/** Has a window of ours closed, and nothing been pressed since? */
let isClosed;

/**
 * Is the focus not in the open window of `host`, or one that nobody hears of? `wanted`: what was
 * pressed, or the host when it has opened.
 */
function isAmiss(host, wanted) {
  if (!host.hasAttribute('open')) return false;
  if (host.closest('[aria-hidden=true]') && document.querySelector(DIALOGS)) return true;
  if (host.contains(focusedOf(host.getRootNode()))) return false;
  // It may be on its way, or lost with a button that is gone; and another chat keeps nobody.
  return !focusedOf(document)?.matches(host.localName + (wanted === host ? '' : ',body,iframe'));
}

function look(host, wanted) {
  if (pressed !== host || (arrived && !isAmiss(host, wanted))) return;
  const about = { wanted, left, had, at, isAmiss };
  import('./chataibot-top-layer.js').then(({ keepFocus }) => keepFocus(host, { ...about, arrived }), () => {});
}

/**
 * Tells a dialog of the page's, which had the focus before, that it has gone to the launcher of
 * `root`: what keeps it may have it back.
 */
function tell(root) {
  const { activeElement: launcher } = root;
  if (!left?.isConnected || !left.closest(DIALOGS)) return;
  // From one of ours to another it goes unheard.
  launcher?.blur();
  launcher?.focus({ preventScroll: true });
}

for (const type of [...LOOKS, 'pointerdown', 'keydown', 'touchstart', 'chataibot-close']) {
  const hear = (event) => {
    const path = event.composedPath();
    const host = path.find((node) => node.localName === 'chataibot-widget');
    if (type === 'touchstart') {
      // Who refuses a touch refuses the click.
      if (host) event.stopPropagation();
    } else if (type === 'focusout') {
      if (!host) had.add((left = path[0]));
    } else {
      // Of a click, or of what it has done: the loader hears one on the launcher before a page can
      // stop it.
      if (LOOKS.includes(type)) arrived = type !== 'click' || !followed.has(host);
      if (type !== 'chataibot-open' || pressed === host || navigator.userActivation?.isActive) {
        // Tab may lead out of the chat.
        pressed = event.code !== 'Tab' && host;
        at = event.timeStamp;
        isClosed = type === 'chataibot-close';
      }
    }
    // Once a window stands, and has what focus it could get.
    if (host && LOOKS.includes(type)) setTimeout(look, 0, host, path[0]);
    if (type === 'chataibot-close') setTimeout(tell, 0, host.shadowRoot);
  };
  addEventListener(type, hear, true);
}

/** Says that the visitor has asked for the window of `host`, before any press was heard here. */
export function remember(host) {
  pressed ??= host;
  at ??= performance.now();
}

/** Hears of the clicks that arrive in `host`. */
export function followClicks(host) {
  followed.add(host);
  host.shadowRoot.addEventListener('click', () => (arrived = true), true);
}

/**
 * May the page know that something of ours has the focus? Once a window has closed, a dialog of its
 * that keeps it has it back.
 */
export const isPages = ({ type }) => isClosed && type === 'focusin';
