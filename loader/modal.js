// The chat as a modal dialog, where a page keeps the focus in a dialog of its own: what is beside a
// modal dialog can have no focus, whoever gives it; and what happens in the chat is kept from the
// page's handlers before they hear of it.
//
// The dialog is in a shadow root of what is in the top layer, and what we show is slotted into it:
// nothing is moved or made anew.

import { DIALOGS, focusedOf } from './page_dialogs.js';

/** What dialogs of pages act upon where it happens outside of them. */
const TYPES = ['pointerdown', 'mousedown', 'touchstart', 'click', 'keydown'];

/** What has controls of the browser's in it, which take no copies. */
const NATIVE = 'video,audio,input[type=date],input[type=time]';

let sheet;

/** An event that does not leave its shadow root. */
function copy(event) {
  const options = new Proxy(event, { get: (from, name) => name !== 'composed' && from[name] });
  const made = new event.constructor(event.type, options);
  if (!made.composed) return made;
  // Firefox lets each KeyboardEvent leave, whatever the options say.
  const other = new UIEvent(event.type, options);
  for (const name in event) if (!(name in other)) other[name] = event[name]?.bind?.(event) ?? event[name];
  return other;
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
  // The window in it has the name.
  dialog.setAttribute('role', 'none');
  dialog.append(document.createElement('slot'));
  inner.append(dialog);
  return dialog;
}

/**
 * Takes away the marks by which pages hide all that is beside a dialog, or leave it inert. Returns
 * how to put them back; that `host` is hidden from screen readers is no use to anybody while its
 * launcher can be pressed.
 */
function unhide(host) {
  const marks = [];
  for (let at = host; at; at = at.parentNode ?? at.host) {
    for (const name of ['aria-hidden', 'inert']) {
      const value = at.getAttribute?.(name);
      if (value == null || value === 'false') continue;
      at.removeAttribute(name);
      if (at !== host || name === 'inert') marks.push([at, name, value]);
    }
  }
  return () => marks.forEach(([at, name, value]) => at.setAttribute(name, value));
}

/** For so long after a press the focus is the visitor's, in milliseconds. */
const SOON = 2_500;

/** When a focus of ours was taken last, and when the visitor left for the page. */
let taken = -SOON;
let gone = 0;

/**
 * What `target` stands for, when it is pressed: what it is in, or else where the keyboard begins in
 * a window.
 */
function focusable(root, target) {
  const found = target.closest('input,textarea,select,button,a,[tabindex]');
  if (root.contains(found) && !found.matches('.launcher')) return found;
  const window = root.querySelector('#window');
  return (!matchMedia('(any-pointer:coarse)').matches && window?.querySelector('#input')) || window;
}

/**
 * Has `host` keep the focus where the page takes it: gives it back once, and makes a modal dialog
 * of the chat the second time, until the window closes. `wanted`: what was pressed, or had the
 * focus; `left`: what of the page had it last, and `had` what had it ever; `at`: when the visitor
 * has pressed something in here last; `arrived`: false where the page has stopped the click;
 * `isAmiss(…)`: is the focus still not here?
 */
export function keepFocus(host, { wanted, left, had, at, arrived, isAmiss }) {
  const root = host.shadowRoot;
  if (!arrived) wanted.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
  const field = focusable(root, wanted);
  const now = performance.now();
  if (!field || !isAmiss(host, wanted) || host.mode === 'inline' || now - at > SOON || at <= gone) return;
  // A modal dialog of the page's that has come meanwhile is above us.
  if (wanted !== host && document.querySelector(':modal')) return;
  const thief = focusedOf(document);
  // A script of the page's may give the focus to something else, but not back into a dialog or to
  // where it was.
  if (wanted !== host && thief !== host && !had.has(thief) && !thief.closest(DIALOGS)) return;
  const isTrap = thief === host || now - taken < SOON;
  taken = now;
  if (!isTrap) field.focus({ preventScroll: true });
  if (!isTrap && root.activeElement) return;
  const top = root.querySelector('.launcher').closest('[role=none]');
  const dialog = top.shadowRoot?.firstChild ?? makeDialog(top);
  if (!dialog.matches(':modal')) show(host, dialog, thief === host ? left : thief);
  field.focus({ preventScroll: true });
}

function show(host, dialog, left) {
  const root = host.shadowRoot;
  const ending = new AbortController();
  const on = (target, type, listener) => target.addEventListener(type, listener, { capture: true, passive: false, signal: ending.signal });
  const hide = unhide(host);
  // Where it was, when it was taken out of the page and put back.
  dialog.close();
  dialog.showModal();

  const leave = () => {
    ending.abort();
    dialog.close();
    if (!left?.isConnected || !left.blur) return;
    // A field that has it from the browser takes no text in Chromium.
    left.blur();
    left.focus({ preventScroll: true });
    // Its dialog may be gone meanwhile.
    if (left.getClientRects().length) hide();
  };

  for (const type of TYPES) {
    on(window, type, (event) => {
      const [target] = event.composedPath();
      if (!dialog.isConnected) return ending.abort();
      if (!event.composedPath().includes(root)) return;
      // What the page has put into our slots is its own.
      if (target !== dialog && target.getRootNode() !== root) return;
      event.stopImmediatePropagation();
      if (target === dialog) {
        if (type !== 'click') return;
        // Beside the chat. Where the page leaves it inert, an open one could not be reached again.
        gone = event.timeStamp;
        leave();
        if (document.querySelector(':modal') || host.closest('[inert]')) host.close();
      } else if (type !== 'touchstart' && !target.matches(NATIVE)) {
        // What a click does is done by the copy.
        if (!target.dispatchEvent(copy(event)) || type === 'click') event.preventDefault();
      }
    });
  }
  on(dialog, 'cancel', (event) => {
    event.preventDefault();
    host.close();
  });
  // Closed by the browser, which takes no second refusal.
  on(dialog, 'close', () => host.close());
  on(host, 'chataibot-close', leave);
  // As a box in the page it is a part of what the page keeps the focus from.
  on(dialog.parentNode.host, 'toggle', () => host.mode === 'inline' && leave());
}
