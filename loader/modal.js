// The chat as a modal dialog, for host pages that trap the focus in a dialog of their own: nothing
// outside a modal dialog can be focused, and events in the chat are stopped before the page's
// handlers hear them.
//
// The dialog is in a shadow root inside the top-layer element, and the widget's content is slotted
// into it: nothing is moved or made again.

import { DIALOGS, focusedOf } from './page_dialogs.js';

/** Events outside a page's dialog that it may react to. */
const OUTSIDE_EVENTS = ['pointerdown', 'mousedown', 'touchstart', 'click', 'keydown'];

/** Elements with the browser's own controls, which ignore synthetic events. */
const NATIVE_CONTROLS = 'video,audio,input[type=date],input[type=time]';

let sheet;

/** Copies an event so that it does not leave its shadow root. */
function copyEvent(event) {
  const options = new Proxy(event, { get: (source, name) => name !== 'composed' && source[name] });
  const copied = new event.constructor(event.type, options);
  if (!copied.composed) return copied;
  // Firefox lets every KeyboardEvent leave, whatever the options say.
  const uiEvent = new UIEvent(event.type, options);
  for (const name in event) if (!(name in uiEvent)) uiEvent[name] = event[name]?.bind?.(event) ?? event[name];
  return uiEvent;
}

function makeDialog(top) {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(`dialog{display:contents;margin:0;border:0;padding:0;overflow:visible;background:none;color:inherit}
      ::backdrop{background:none;pointer-events:auto}`);
  }
  const inner = top.attachShadow({ mode: 'open' });
  inner.adoptedStyleSheets = [sheet];
  const dialog = document.createElement('dialog');
  // The window inside it has the accessible name.
  dialog.setAttribute('role', 'none');
  dialog.append(document.createElement('slot'));
  inner.append(dialog);
  return dialog;
}

/**
 * Removes the attributes by which pages hide everything beside a dialog or make it inert. Returns a
 * function that restores them, but not `aria-hidden` of `host`: its launcher can be pressed, so it
 * must not be hidden from screen readers.
 */
function unhide(host) {
  const removed = [];
  for (let node = host; node; node = node.parentNode ?? node.host) {
    for (const name of ['aria-hidden', 'inert']) {
      const value = node.getAttribute?.(name);
      if (value == null || value === 'false') continue;
      node.removeAttribute(name);
      if (node !== host || name === 'inert') removed.push([node, name, value]);
    }
  }
  return () => removed.forEach(([node, name, value]) => node.setAttribute(name, value));
}

/** How long after a press the focus counts as the visitor's choice, in milliseconds. */
const PRESS_TIMEOUT = 2_500;

/** When the focus was last taken from us, and when the visitor last left for the page. */
let focusTakenAt = -PRESS_TIMEOUT;
let leftAt = 0;

/**
 * Returns what a press on `target` focuses: its focusable ancestor, else the message field or, on
 * touch devices, the window.
 */
function focusTargetOf(root, target) {
  const found = target.closest('input,textarea,select,button,a,[tabindex]');
  if (root.contains(found) && !found.matches('.launcher')) return found;
  const window = root.querySelector('#window');
  return (!matchMedia('(any-pointer:coarse)').matches && window?.querySelector('#input')) || window;
}

/**
 * Keeps the focus in `host` if the page takes it: focuses again the first time, and makes the chat
 * a modal dialog the second time, until the window closes. `wanted`: the element pressed or
 * focused; `left`: the page's element that had the focus last, and `had` all that have had it;
 * `at`: time of the visitor's last press in here; `arrived`: false if the page stopped the click;
 * `isAmiss(…)`: whether the focus is still not here.
 */
export function keepFocus(host, { wanted, left, had, at, arrived, isAmiss }) {
  const root = host.shadowRoot;
  if (!arrived) wanted.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
  const focusTarget = focusTargetOf(root, wanted);
  const now = performance.now();
  if (
    !focusTarget ||
    !isAmiss(host, wanted) ||
    host.mode === 'inline' ||
    now - at > PRESS_TIMEOUT ||
    at <= leftAt
  )
    return;
  // A modal dialog that the page has opened since is above us.
  if (wanted !== host && document.querySelector(':modal')) return;
  const pageFocus = focusedOf(document);
  // A script of the page may move the focus elsewhere, but not back into a dialog or to where it
  // was.
  if (wanted !== host && pageFocus !== host && !had.has(pageFocus) && !pageFocus.closest(DIALOGS)) return;
  const isTrap = pageFocus === host || now - focusTakenAt < PRESS_TIMEOUT;
  focusTakenAt = now;
  if (!isTrap) focusTarget.focus({ preventScroll: true });
  if (!isTrap && root.activeElement) return;
  const top = root.querySelector('.launcher').closest('[role=none]');
  const dialog = top.shadowRoot?.firstChild ?? makeDialog(top);
  if (!dialog.matches(':modal')) openModal(host, dialog, pageFocus === host ? left : pageFocus);
  focusTarget.focus({ preventScroll: true });
}

function openModal(host, dialog, previousFocus) {
  const root = host.shadowRoot;
  const controller = new AbortController();
  const on = (target, type, listener) => target.addEventListener(type, listener, { capture: true, passive: false, signal: controller.signal });
  const restoreHidden = unhide(host);
  // Still open if the element was removed from the page and put back.
  dialog.close();
  dialog.showModal();

  const closeModal = () => {
    controller.abort();
    dialog.close();
    if (!previousFocus?.isConnected || !previousFocus.blur) return;
    // In Chromium, a field to which the browser restored the focus takes no text input.
    previousFocus.blur();
    previousFocus.focus({ preventScroll: true });
    // Its dialog may be gone.
    if (previousFocus.getClientRects().length) restoreHidden();
  };

  for (const type of OUTSIDE_EVENTS) {
    on(window, type, (event) => {
      const [target] = event.composedPath();
      if (!dialog.isConnected) return controller.abort();
      if (!event.composedPath().includes(root)) return;
      // Content that the host page has slotted in is the page's own.
      if (target !== dialog && target.getRootNode() !== root) return;
      event.stopImmediatePropagation();
      if (target === dialog) {
        if (type !== 'click') return;
        // A click beside the chat. If the page makes the chat inert, an open one could not be
        // reached again.
        leftAt = event.timeStamp;
        closeModal();
        if (document.querySelector(':modal') || host.closest('[inert]')) host.close();
      } else if (type !== 'touchstart' && !target.matches(NATIVE_CONTROLS)) {
        // The copy performs the action of a click.
        if (!target.dispatchEvent(copyEvent(event)) || type === 'click') event.preventDefault();
      }
    });
  }
  on(dialog, 'cancel', (event) => {
    event.preventDefault();
    host.close();
  });
  // Closed by the browser, which ignores a second refusal.
  on(dialog, 'close', () => host.close());
  on(host, 'chataibot-close', closeModal);
  // An inline widget is a part of the page that the trap keeps the focus from.
  on(dialog.parentNode.host, 'toggle', () => host.mode === 'inline' && closeModal());
}
