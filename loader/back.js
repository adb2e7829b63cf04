// Back on a phone: it closes a window that takes the whole screen before it leaves the page.
//
// The entry is in the history of an empty frame of ours. Browsers have one order for the entries of a page and of its frames, so that Back
// comes to ours first, and the page's own state, address and listeners see nothing of it. A page that is loaded again while the window is
// open has lost the frame but not its entry: one press of Back is then without effect.

/** Keep this the same as `PHONE` in src/browser/environment.rs. */
const PHONE = '(max-width: 480px), (max-height: 420px)';

/** Where the page is in its history, as far as it can know. */
const here = () => `${history.length} ${location.href} ${globalThis.navigation?.currentEntry?.key}`;

/** `place`: where the program is rendered. Returns how to end it. */
export function closeOnBack(place, host) {
  const root = host.shadowRoot;
  const section = place.querySelector('#window');
  const media = matchMedia(PHONE);
  let frame;
  /** Where the page was when our entry was made; empty without one. */
  let entry = '';

  const isWhole = () => media.matches && host.mode !== 'inline';
  const isOpen = () => section.part.contains('window-open');
  // Not composed: what the page hears as a click is a visitor's.
  const press = (name) => place.querySelector(`[part~="${name}"]`)?.dispatchEvent(new MouseEvent('click', { bubbles: true }));

  const enter = () => {
    // Browsers pass over what came without the visitor.
    if (entry || !isOpen() || !isWhole() || navigator.userActivation?.hasBeenActive === false) return;
    if (!frame?.isConnected) {
      frame = document.createElement('iframe');
      frame.hidden = true;
      root.append(frame);
      // The document that a frame begins with has no history; one that it was sent to does.
      frame.addEventListener('load', arrived);
      frame.contentWindow.location.replace('about:blank');
    } else if (frame.contentWindow.history.state === null) {
      frame.contentWindow.history.pushState(1, '');
      entry = here();
    }
  };

  const leave = (delay) => {
    const made = entry;
    if (!made) return;
    entry = '';
    // Not where the page has gone on meanwhile: that would be taken back instead.
    setTimeout(() => made === here() && (frame.contentWindow ?? globalThis).history.back(), delay);
  };

  const popped = ({ state }) => {
    if (state) {
      // Forward again.
      entry = here();
      if (isWhole()) isOpen() || host.open();
      else leave();
    } else if (entry) {
      entry = '';
      // Whoever drives a browser waits for the page's own history: what stands in it is said once more, by no function that it has wrapped.
      frame.contentWindow.History.prototype.replaceState.call(history, history.state, '');
      const dialog = root.querySelector('dialog[open]');
      if (dialog) {
        dialog.close();
        enter();
      } else press('close');
    }
  };

  function arrived() {
    frame.contentWindow.addEventListener('popstate', popped);
    enter();
  }

  const look = () => (isOpen() && isWhole() ? enter() : leave());
  // Nothing covers a page that comes back but what was said.
  const shown = ({ persisted }) => persisted && isOpen() && isWhole() && !place.querySelector('[part~="row"]') && press('close');

  const watch = new MutationObserver(look);
  watch.observe(section, { attributeFilter: ['part'] });
  media.addEventListener('change', look);
  // A window that was open when the page was loaded is the visitor's once they touch it.
  place.addEventListener('click', enter);
  addEventListener('pageshow', shown);
  look();

  return () => {
    watch.disconnect();
    media.removeEventListener('change', look);
    place.removeEventListener('click', enter);
    removeEventListener('pageshow', shown);
    // The frame is removed next, and the browser may take its entries along.
    leave(300);
  };
}
