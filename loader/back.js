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
const STEP_TIMEOUT = 300;

/**
 * The page's position in its history, as far as known; `more`: with so many more entries. Not the
 * address, which a page may replace without a new entry, where the entry has a key.
 */
const currentPosition = (more = 0) => `${history.length + more} ${globalThis.navigation?.currentEntry?.key ?? location.href}`;

/**
 * `place`: element that the program is rendered into. `storagePrefix`: prefix of the storage keys,
 * empty if nothing may be stored. Returns a function that ends it.
 */
export function closeOnBack(place, host, storagePrefix) {
  const root = host.shadowRoot;
  const section = place.querySelector('#window');
  const media = matchMedia(PHONE);
  let frame;
  /** The frame's loaded document; its initial one has no history. */
  let loadedDocument;
  let isEnded = false;
  /** Whether an entry that has lost its frame is being replaced. */
  let isRenewing = false;
  /** Whether the open window already had an entry before the page was reloaded. */
  let hadEntry = false;
  /** The page's position when the entry was made; empty without an entry. */
  let entryPosition = '';

  /**
   * Whether the conversation has a message. Before that nothing is stored, so a reloaded page has
   * no open window.
   */
  const hasMessages = () => place.querySelector('[part~="row"]');
  /** Stores the entry's position, for after a reload. */
  const storeEntry = () => {
    try {
      if (!storagePrefix) return;
      if (entryPosition && hasMessages()) sessionStorage.setItem(`${storagePrefix}back`, entryPosition);
      else sessionStorage.removeItem(`${storagePrefix}back`);
    } catch {
      // Storage is not allowed: after a reload one press of Back may have no effect.
    }
  };
  const takeStoredEntry = () => {
    try {
      const stored = storagePrefix && sessionStorage.getItem(`${storagePrefix}back`);
      if (stored) sessionStorage.removeItem(`${storagePrefix}back`);
      return stored;
    } catch {
      return '';
    }
  };

  const isFullScreen = () => media.matches && host.mode !== 'inline';
  const isOpen = () => section.part.contains('window-open');
  // Not composed, so that neither the host page nor `onClick` takes it for a visitor's click.
  const clickPart = (name) => place.querySelector(`[part~="${name}"]`)?.dispatchEvent(new MouseEvent('click', { bubbles: true }));

  /** Through the frame's `History`, since the host page may have wrapped its own. */
  const replaceState = (state) => frame.contentWindow.History.prototype.replaceState.call(history, state, '');

  const addEntry = () => {
    if (entryPosition || isRenewing || isEnded || !isOpen() || !isFullScreen()) return;
    // Browsers skip entries made without user activation, and the entries after them would be lost.
    if (!hadEntry && navigator.userActivation?.hasBeenActive === false) return;
    if (!frame?.isConnected) {
      frame = document.createElement('iframe');
      frame.hidden = true;
      root.append(frame);
      frame.addEventListener('load', onFrameLoad);
      frame.contentWindow.location.replace('about:blank');
    } else if (frame.contentDocument === loadedDocument && frame.contentWindow.history.state === null) {
      const { state } = history;
      frame.contentWindow.history.pushState(1, '');
      // WebKit loses the host page's history state.
      if (history.state !== state) replaceState(state);
      entryPosition = currentPosition();
      hadEntry = false;
    }
  };

  const removeEntry = (delay) => {
    const position = entryPosition;
    if (!position) return;
    entryPosition = '';
    setTimeout(() => {
      if (position !== currentPosition()) {
        // The page has navigated since, which `back()` would undo. The next entry needs a new frame.
        frame.remove();
        addEntry();
      }
      // Opened again within the delay: the window keeps its entry.
      else if (isOpen() && isFullScreen() && !isEnded) entryPosition = position;
      else (frame.contentWindow ?? globalThis).history.back();
    }, delay);
  };

  /**
   * Takes back an entry whose frame is gone, if the browser has not done so, and makes a new one if
   * the window is still open.
   */
  const renewEntry = (position, delay) => {
    isRenewing = true;
    entryPosition = '';
    const addAgain = () => {
      isRenewing = false;
      hadEntry = true;
      frame?.remove();
      addEntry();
    };
    setTimeout(() => {
      // Firefox removes the entry with its frame: one more step back would leave the page.
      if (position !== currentPosition()) return addAgain();
      history.back();
      setTimeout(addAgain, STEP_TIMEOUT);
    }, delay);
  };

  const onPopState = ({ state }) => {
    if (state) {
      // The visitor went forward again.
      entryPosition = currentPosition();
      if (isFullScreen()) isOpen() || host.open();
      else removeEntry();
    } else if (entryPosition) {
      entryPosition = '';
      // Browser automation waits for an event in the page's own history, so its current state is
      // set once more.
      replaceState(history.state);
      const dialog = root.querySelector('dialog[open]');
      if (dialog) {
        dialog.close();
        addEntry();
      } else clickPart('close');
    } else addEntry();
  };

  function onFrameLoad() {
    loadedDocument = frame.contentDocument;
    frame.contentWindow.addEventListener('popstate', onPopState);
    // A frame that is moved with the element is loaded again.
    if (entryPosition) renewEntry(entryPosition, STEP_TIMEOUT);
    else addEntry();
  }

  // A window that was open when the page was loaded gets its entry once the visitor touches it.
  const onClick = ({ composed }) => composed && addEntry();
  const update = () => (isOpen() && isFullScreen() ? addEntry() : removeEntry());
  const onPageShow = ({ persisted }) => {
    if (!persisted) return;
    // The history has grown by the page that the visitor comes back from, which browsers may count a
    // moment later.
    entryPosition &&= currentPosition();
    setTimeout(() => (entryPosition &&= currentPosition()), STEP_TIMEOUT);
    // A page restored from the back/forward cache keeps its window open only if it has messages.
    if (isOpen() && isFullScreen() && !hasMessages()) clickPart('close');
  };

  const observer = new MutationObserver(update);
  observer.observe(section, { attributeFilter: ['part'] });
  media.addEventListener('change', update);
  place.addEventListener('click', onClick);
  addEventListener('pageshow', onPageShow);
  addEventListener('pagehide', storeEntry);
  const storedPosition = takeStoredEntry();
  const key = globalThis.navigation?.currentEntry?.key;
  // Whoever comes back from another page, loaded again, has more entries than before.
  if (key ? storedPosition?.endsWith(key) : [currentPosition(), currentPosition(1)].includes(storedPosition)) renewEntry(currentPosition());
  else update();

  return () => {
    isEnded = true;
    observer.disconnect();
    media.removeEventListener('change', update);
    place.removeEventListener('click', onClick);
    removeEventListener('pageshow', onPageShow);
    removeEventListener('pagehide', storeEntry);
    // The frame is removed next, and some browsers remove its entries with it.
    removeEntry(STEP_TIMEOUT);
    setTimeout(() => frame?.remove(), STEP_TIMEOUT * 2);
  };
}
