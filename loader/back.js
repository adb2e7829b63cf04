// Back on a phone: it closes a window that takes the whole screen before it leaves the page.
//
// The entry is in the history of an empty frame of ours. Browsers have one order for the entries of
// a page and of its frames, so that Back comes to ours first, and the page's own state, address and
// listeners see nothing of it. A page that is loaded again while the window is open has lost the
// frame but, in most browsers, not its entry: a note in the tab's storage tells, and the entry is
// taken back and made anew.

import { PHONE } from './phone.js';

/**
 * Until then a step in the history is done, in milliseconds: nothing tells of one that no frame is
 * left for.
 */
const DONE = 300;

/** Where the page is in its history, as far as it can know; `more`: with so many entries more. */
const here = (more = 0) => `${history.length + more} ${location.href} ${globalThis.navigation?.currentEntry?.key}`;

/**
 * `place`: where the program is rendered. `shelf`: what keys in storage begin with, empty where
 * nothing is to be kept. Returns how to end it.
 */
export function closeOnBack(place, host, shelf) {
  const root = host.shadowRoot;
  const section = place.querySelector('#window');
  const media = matchMedia(PHONE);
  let frame;
  /** The document that the frame has loaded; one it begins with has no history. */
  let loaded;
  let ended = false;
  /** Is an entry without its frame being taken back? */
  let renewing = false;
  /** Is the open window one in which the visitor had an entry before the page was loaded again? */
  let isKnown = false;
  /** Where the page was when our entry was made; empty without one. */
  let entry = '';

  /**
   * Has something been said? Nothing is stored before, and a page that is loaded again then has no
   * window open.
   */
  const isUsed = () => place.querySelector('[part~="row"]');
  /** Notes where our entry is, for a page that is loaded again. */
  const hidden = () => {
    try {
      if (entry && shelf && isUsed()) sessionStorage.setItem(`${shelf}back`, entry);
    } catch {
      // Storage that may not be used: then one press of Back may be without effect.
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
  // Not composed: what the page hears as a click is a visitor's, and so is what `touched` does.
  const press = (name) => place.querySelector(`[part~="${name}"]`)?.dispatchEvent(new MouseEvent('click', { bubbles: true }));

  /** By no function that the page has wrapped. */
  const restate = (state) => frame.contentWindow.History.prototype.replaceState.call(history, state, '');

  const enter = () => {
    if (entry || renewing || ended || !isOpen() || !isWhole()) return;
    // Browsers pass over what came without the visitor, and the entries that follow would be lost.
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
      // WebKit forgets the page's own.
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
      // Not where the page has gone on meanwhile: that would be taken back instead.
      if (made !== here()) return;
      // Open again meanwhile, it goes on with its entry.
      if (isOpen() && isWhole() && !ended) entry = made;
      else (frame.contentWindow ?? globalThis).history.back();
    }, delay);
  };

  /**
   * An entry whose frame is gone is taken back, where the browser has not done it, and made anew
   * for a window that is still open.
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
      // Firefox takes it away with its frame: one more step back would leave the page.
      if (made !== here()) return again();
      history.back();
      setTimeout(again, DONE);
    }, delay);
  };

  const popped = ({ state }) => {
    if (state) {
      // Forward again.
      entry = here();
      if (isWhole()) isOpen() || host.open();
      else leave();
    } else if (entry) {
      entry = '';
      // Whoever drives a browser waits for the page's own history: what stands in it is said once
      // more.
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
    // Moved with the element it has begun anew.
    if (entry) renew(entry, DONE);
    else enter();
  }

  // A window that was open when the page was loaded is the visitor's once they touch it.
  const touched = ({ composed }) => composed && enter();
  const look = () => (isOpen() && isWhole() ? enter() : leave());
  // Nothing covers a page that comes back but what was said.
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
    // The frame is removed next, and the browser may take its entries along.
    leave(DONE);
    setTimeout(() => frame?.remove(), DONE * 2);
  };
}
