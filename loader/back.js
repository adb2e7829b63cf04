// The Back button on a phone: it closes a full-screen window before it leaves the page.
//
// The history entry belongs to an empty iframe of the widget. Browsers keep one order for the
// entries of a page and its frames, so Back reaches the frame's entry first, and the host page's
// own state, address and listeners are unaffected. A reload while the window is open loses the
// frame but, in most browsers, not its entry: a note in `sessionStorage` records it, and the entry
// is taken back and made again.

import { PHONE } from './phone.js';

/**
 * Time after which a step in the history counts as done, in milliseconds: if its frame is gone, no
 * event reports it.
 */
const DONE = 300;

/** The page's position in its history, as far as known; `more`: with so many more entries. */
const here = (more = 0) => `${history.length + more} ${location.href} ${globalThis.navigation?.currentEntry?.key}`;

/**
 * `place`: element that the program is rendered into. `shelf`: prefix of the storage keys, empty if
 * nothing may be stored. Returns a function that ends it.
 */
export function closeOnBack(place, host, shelf) {
  const root = host.shadowRoot;
  const section = place.querySelector('#window');
  const media = matchMedia(PHONE);
  let frame;
  /** The frame's loaded document; its initial one has no history. */
  let loaded;
  let ended = false;
  /** Whether an entry that has lost its frame is being replaced. */
  let renewing = false;
  /** Whether the open window already had an entry before the page was reloaded. */
  let isKnown = false;
  /** The page's position when the entry was made; empty without an entry. */
  let entry = '';

  /**
   * Whether the conversation has a message. Before that nothing is stored, so a reloaded page has
   * no open window.
   */
  const isUsed = () => place.querySelector('[part~="row"]');
  /** Stores the entry's position, for after a reload. */
  const hidden = () => {
    try {
      if (entry && shelf && isUsed()) sessionStorage.setItem(`${shelf}back`, entry);
    } catch {
      // Storage is not allowed: after a reload one press of Back may have no effect.
    }
  };
  const taken = () => {
    try {
      const noted = shelf && sessionStorage.getItem(`${shelf}back`);
      if (noted) sessionStorage.removeItem(`${shelf}back`);
      return noted;
    } catch {
      return '';
    }
  };

  const isWhole = () => media.matches && host.mode !== 'inline';
  const isOpen = () => section.part.contains('window-open');
  // Not composed, so that neither the host page nor `touched` takes it for a visitor's click.
  const press = (name) => place.querySelector(`[part~="${name}"]`)?.dispatchEvent(new MouseEvent('click', { bubbles: true }));

  /** Through the frame's `History`, since the host page may have wrapped its own. */
  const restate = (state) => frame.contentWindow.History.prototype.replaceState.call(history, state, '');

  const enter = () => {
    if (entry || renewing || ended || !isOpen() || !isWhole()) return;
    // Browsers skip entries made without user activation, and the entries after them would be lost.
    if (!isKnown && navigator.userActivation?.hasBeenActive === false) return;
    if (!frame?.isConnected) {
      frame = document.createElement('iframe');
      frame.hidden = true;
      root.append(frame);
      frame.addEventListener('load', arrived);
      frame.contentWindow.location.replace('about:blank');
    } else if (frame.contentDocument === loaded && frame.contentWindow.history.state === null) {
      const { state } = history;
      frame.contentWindow.history.pushState(1, '');
      // WebKit loses the host page's history state.
      if (history.state !== state) restate(state);
      entry = here();
      isKnown = false;
    }
  };

  const leave = (delay) => {
    const made = entry;
    if (!made) return;
    entry = '';
    setTimeout(() => {
      // If the page has navigated since, `back()` would undo that navigation.
      if (made !== here()) return;
      // Opened again within the delay: the window keeps its entry.
      if (isOpen() && isWhole() && !ended) entry = made;
      else (frame.contentWindow ?? globalThis).history.back();
    }, delay);
  };

  /**
   * Takes back an entry whose frame is gone, if the browser has not done so, and makes a new one if
   * the window is still open.
   */
  const renew = (made, delay) => {
    renewing = true;
    entry = '';
    const again = () => {
      renewing = false;
      isKnown = true;
      frame?.remove();
      enter();
    };
    setTimeout(() => {
      // Firefox removes the entry with its frame: one more step back would leave the page.
      if (made !== here()) return again();
      history.back();
      setTimeout(again, DONE);
    }, delay);
  };

  const popped = ({ state }) => {
    if (state) {
      // The visitor went forward again.
      entry = here();
      if (isWhole()) isOpen() || host.open();
      else leave();
    } else if (entry) {
      entry = '';
      // Browser automation waits for an event in the page's own history, so its current state is
      // set once more.
      restate(history.state);
      const dialog = root.querySelector('dialog[open]');
      if (dialog) {
        dialog.close();
        enter();
      } else press('close');
    } else enter();
  };

  function arrived() {
    loaded = frame.contentDocument;
    frame.contentWindow.addEventListener('popstate', popped);
    // A frame that is moved with the element is loaded again.
    if (entry) renew(entry, DONE);
    else enter();
  }

  // A window that was open when the page was loaded gets its entry once the visitor touches it.
  const touched = ({ composed }) => composed && enter();
  const look = () => (isOpen() && isWhole() ? enter() : leave());
  // A page restored from the back/forward cache keeps its window open only if it has messages.
  const shown = ({ persisted }) => persisted && isOpen() && isWhole() && !isUsed() && press('close');

  const watch = new MutationObserver(look);
  watch.observe(section, { attributeFilter: ['part'] });
  media.addEventListener('change', look);
  place.addEventListener('click', touched);
  addEventListener('pageshow', shown);
  addEventListener('pagehide', hidden);
  const noted = taken();
  if (noted === here() || noted === here(1)) renew(noted);
  else look();

  return () => {
    ended = true;
    watch.disconnect();
    media.removeEventListener('change', look);
    place.removeEventListener('click', touched);
    removeEventListener('pageshow', shown);
    removeEventListener('pagehide', hidden);
    // The frame is removed next, and some browsers remove its entries with it.
    leave(DONE);
    setTimeout(() => frame?.remove(), DONE * 2);
  };
}
