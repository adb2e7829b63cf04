// Events that stay inside of the shadow root: what happens in our fields, or belongs to the window,
// is no affair of the page's handlers, which would see the element as its target and could not know
// better. It ends here, when all of ours have heard it. Clicks, and what makes them, go on: pages
// close their menus by them, and end what they drag.

import { followClicks, isPages } from './focus_trap.js';

const KEPT =
  'beforeinput textInput input selectstart compositionstart compositionupdate compositionend paste copy cut drag dragstart dragend ' +
  'dragenter dragover dragleave drop focusin focusout dblclick contextmenu wheel touchmove';

const isField = (element) => !!element?.matches('input,textarea,select');

/**
 * Is this key for us? In a field that is text and its editing, elsewhere what presses and moves;
 * shortcuts are the page's.
 */
function isOurs(event) {
  const { key, ctrlKey, metaKey, altKey } = event;
  if (!isField(event.target)) {
    return event.defaultPrevented || (!(ctrlKey || metaKey || altKey) && /^( |Enter|Tab|Arrow.+|Page.+|Home|End)$/.test(key));
  }
  if (event.isComposing) return true;
  if (key.length > 1) return !/^(Escape|F\d+|Control|Shift|Alt|Meta)$/.test(key);
  // With Alt many keyboards write what they have no key for, and shortcuts are letters and digits.
  if (altKey) return event.getModifierState('AltGraph') || !/[a-z\d]/i.test(key);
  if (!ctrlKey && !metaKey) return true;
  // Keyboards of other scripts have the same shortcuts in the same places.
  return /^[acvxyz]$/i.test(key > '~' ? event.code[3] : key);
}

const isolated = new WeakSet();

/** Keeps inside of `host` what is ours. */
export function isolateEvents(host) {
  const root = host.shadowRoot;
  if (isolated.has(root)) return;
  isolated.add(root);
  followClicks(host);
  const on = (types, listener, options) => types.split(' ').forEach((type) => root.addEventListener(type, listener, options));
  /** What the page has put into our slots is its own. */
  const isInside = ({ target }) => target.getRootNode() === root;

  on(KEPT, (event) => {
    if (!isInside(event) || isPages(event)) return;
    event.stopPropagation();
    // No page is left for a file that was meant for the chat.
    if (/^d(ragover|rop)$/.test(event.type) && !event.defaultPrevented && event.dataTransfer?.types.includes('Files')) {
      event.preventDefault();
      event.dataTransfer.dropEffect = 'none';
    }
  });

  /** Keys that are down and ours: the page hears of both ends or of neither. */
  const down = new Set();
  const name = ({ code, key }) => code || key;
  // Also of what is used up on its way to here.
  on('keydown', (event) => isInside(event) && down.add(name(event)), true);
  on('keydown', (event) => {
    if (!isInside(event)) return;
    if (isOurs(event)) event.stopPropagation();
    else down.delete(name(event));
  });
  on('keypress', (event) => down.has(name(event)) && event.stopPropagation());
  on('keyup', (event) => down.delete(name(event)) && event.stopPropagation());

  // Who listens before us can still ask whether the visitor is writing.
  Object.defineProperty(host, 'isContentEditable', { get: () => isField(root.activeElement), configurable: true });
}
