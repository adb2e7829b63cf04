// Detection of focus traps: a dialog of the host page that keeps the focus. This notices if a
// visitor's click was stopped before it reached the chat, or if the focus is not where the visitor
// put it; modal.js then helps.

import { DIALOGS, focusedOf } from './page_dialogs.js';

/** Events after which the focus is checked. */
const CHECKED_EVENTS = ['focusout', 'click', 'chataibot-open'];

/** The elements that report the clicks that reach them. */
const reportingHosts = new WeakSet();

/**
 * The host element that the visitor last pressed in, if any; the time; and whether the event
 * reached its shadow root.
 */
let pressedHost, pressTime, hasClickArrived;
/** The host page's element that had the focus last, and all that have had it. */
let lastPageFocus;
const pageFocuses = new WeakSet();
/** Whether a window of ours has closed and nothing has been pressed since. */
let hasClosed;

/**
 * Whether the focus is missing from the open window of `host`, or in one hidden from screen
 * readers. `wanted`: the pressed element, or the host when it has opened.
 */
function isFocusMissing(host, wanted) {
  if (!host.hasAttribute('open')) return false;
  if (host.closest('[aria-hidden=true]') && document.querySelector(DIALOGS)) return true;
  if (host.contains(focusedOf(host.getRootNode()))) return false;
  // It may be on its way, or lost with a removed button; and another chat traps nobody.
  return !focusedOf(document)?.matches(host.localName + (wanted === host ? '' : ',body,iframe'));
}

function checkFocus(host, wanted) {
  if (pressedHost !== host || (hasClickArrived && !isFocusMissing(host, wanted))) return;
  const context = { wanted, left: lastPageFocus, had: pageFocuses, at: pressTime, isAmiss: isFocusMissing };
  import('./chataibot-top-layer.js').then(
    ({ keepFocus }) => keepFocus(host, { ...context, arrived: hasClickArrived }),
    () => {},
  );
}

/**
 * Lets the host page's dialog that had the focus before see that it is on the launcher of `root`
 * now, so that its focus trap may take it back.
 */
function refocusLauncher(root) {
  const { activeElement: launcher } = root;
  if (!lastPageFocus?.isConnected || !lastPageFocus.closest(DIALOGS)) return;
  // A move between two elements of the same shadow root fires no event outside of it.
  launcher?.blur();
  launcher?.focus({ preventScroll: true });
}

for (const type of [...CHECKED_EVENTS, 'pointerdown', 'keydown', 'touchstart', 'chataibot-close']) {
  const onEvent = (event) => {
    const path = event.composedPath();
    const host = path.find((node) => node.localName === 'chataibot-widget');
    if (type === 'touchstart') {
      // A page that cancels a touch also cancels its click.
      if (host) event.stopPropagation();
    } else if (type === 'focusout') {
      if (!host) pageFocuses.add((lastPageFocus = path[0]));
    } else {
      // A click has arrived if it opened the window, or if the element is not followed yet: then
      // the loader hears it before the page can stop it.
      if (CHECKED_EVENTS.includes(type)) hasClickArrived = type !== 'click' || !reportingHosts.has(host);
      if (type !== 'chataibot-open' || pressedHost === host || navigator.userActivation?.isActive) {
        // Tab may lead out of the chat.
        pressedHost = event.code !== 'Tab' && host;
        pressTime = event.timeStamp;
        hasClosed = type === 'chataibot-close';
      }
    }
    // In a later task, when the window is open and has the focus that it could get.
    if (host && CHECKED_EVENTS.includes(type)) setTimeout(checkFocus, 0, host, path[0]);
    // Not seen in a closed shadow root.
    if (host && type === 'chataibot-close') setTimeout(refocusLauncher, 0, host.shadowRoot);
  };
  addEventListener(type, onEvent, true);
}

/** Records that the visitor has asked for the window of `host`, if no press was heard before. */
export function remember(host) {
  pressedHost ??= host;
  pressTime ??= performance.now();
}

/** Reports the clicks that reach `host`. */
export function followClicks(host) {
  reportingHosts.add(host);
  host.shadowRoot.addEventListener('click', () => (hasClickArrived = true), true);
}

/**
 * Whether the host page may see that something of ours has the focus: after a window has closed,
 * its focus trap may take the focus back.
 */
export const isPages = ({ type }) => hasClosed && type === 'focusin';
