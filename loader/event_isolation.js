// Event isolation: events in the widget's fields or of its window do not leave the shadow root, as
// the host page's handlers would see only the element as their target and misread them. They are
// stopped here, after all of the widget's listeners. Clicks and the events that make them go on:
// pages close menus and end drags by them.

import { followClicks, isPages } from './focus_trap.js';

const ISOLATED_EVENTS =
  'beforeinput textInput input selectstart compositionstart compositionupdate compositionend paste copy cut drag dragstart dragend ' +
  'dragenter dragover dragleave drop focusin focusout dblclick contextmenu wheel touchmove';

const isField = (element) => !!element?.matches('input,textarea,select');

/** On keyboards of other scripts the same shortcuts are in the same places. */
const isShortcut = ({ key, code }, letters) => letters.test(key > '~' ? code[3] : key);

/**
 * Whether this key is for the widget: in a field text and editing keys, elsewhere keys that press
 * or move. Shortcuts are for the host page.
 */
function isForWidget(event) {
  const { key, ctrlKey, metaKey, altKey } = event;
  if (!isField(event.target)) {
    if (event.defaultPrevented) return true;
    // Marked words are copied, also on pages that refuse it for their own.
    if (ctrlKey || metaKey) return isShortcut(event, /^c$/i);
    return !altKey && /^( |Enter|Tab|Arrow.+|Page.+|Home|End)$/.test(key);
  }
  if (event.isComposing) return true;
  if (key.length > 1) return !/^(Escape|F\d+|Control|Shift|Alt|Meta)$/.test(key);
  // With Alt many keyboards type characters they have no key for; shortcuts use letters and digits.
  if (altKey) return event.getModifierState('AltGraph') || !/[a-z\d]/i.test(key);
  if (!ctrlKey && !metaKey) return true;
  return isShortcut(event, /^[acvxyz]$/i);
}

const isolated = new WeakSet();

/** Isolates the events of `host`. */
export function isolateEvents(host) {
  const root = host.shadowRoot;
  if (isolated.has(root)) return;
  isolated.add(root);
  followClicks(host);
  const on = (types, listener, options) => types.split(' ').forEach((type) => root.addEventListener(type, listener, options));
  /** Content that the host page has slotted in is the page's own. */
  const isInside = ({ target }) => target.getRootNode() === root;

  on(ISOLATED_EVENTS, (event) => {
    if (!isInside(event) || isPages(event)) return;
    event.stopPropagation();
    // Otherwise the browser would leave the page to open a file that was dropped beside the chat's
    // field.
    if (/^d(ragover|rop)$/.test(event.type) && !event.defaultPrevented && event.dataTransfer?.types.includes('Files')) {
      event.preventDefault();
      event.dataTransfer.dropEffect = 'none';
    }
  });

  // Pages cancel presses of the mouse, so that nothing of theirs is dragged or marked. In the chat a
  // press focuses fields and marks words.
  on('mousedown', (event) => isInside(event) && (event.preventDefault = () => {}));

  /** Pressed keys that are ours: the host page hears both keydown and keyup, or neither. */
  const pressedKeys = new Set();
  const keyId = ({ code, key }) => code || key;
  // Also keys whose event is stopped before it gets here.
  on('keydown', (event) => isInside(event) && pressedKeys.add(keyId(event)), true);
  on('keydown', (event) => {
    if (!isInside(event)) return;
    if (isForWidget(event)) event.stopPropagation();
    else pressedKeys.delete(keyId(event));
  });
  on('keypress', (event) => pressedKeys.has(keyId(event)) && event.stopPropagation());
  on('keyup', (event) => pressedKeys.delete(keyId(event)) && event.stopPropagation());

  // Listeners that run before ours can still ask whether the visitor is writing.
  Object.defineProperty(host, 'isContentEditable', { get: () => isField(root.activeElement), configurable: true });
}
