// A launcher of the page's own: an element of the page that opens and closes the window in our
// launcher's place.

import { follow, isSelector } from './selector.js';

/**
 * Serves the elements that the setting `launcher-for` names, whenever they are there. Returns how
 * to end it.
 */
export function serveLauncher(host) {
  const selector = host.launcherFor;
  if (!isSelector('launcher-for', selector)) return () => {};
  const ending = new AbortController();
  const on = (target, type, listener) => target.addEventListener(type, listener, { signal: ending.signal });
  const ours = () => host.shadowRoot.querySelector('[part~="launcher"]');
  let buttons = [];
  let last;
  /**
   * Was the chat the last that had the focus? A browser may take it from a window that closes
   * before we are told.
   */
  let within = false;

  const tell = () => {
    for (const button of buttons) {
      button.setAttribute('aria-haspopup', 'dialog');
      button.setAttribute('aria-expanded', host.state.open);
    }
  };
  const focusBack = () => (last?.isConnected ? last : buttons[0])?.focus({ preventScroll: true });
  // Nobody sees ours, and whoever closes the window, before the program is there as well, gives the
  // focus to it.
  const hiddenLauncher = ours();
  hiddenLauncher.focus = focusBack;
  const unfollow = follow(selector, (found) => {
    buttons = found;
    tell();
  });

  on(document, 'click', (event) => {
    const button = event.target.closest?.(selector);
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // It may be a link that leads to another way to ask.
    event.preventDefault();
    last = button;
    ours()?.click();
  });
  // The same signs of intent as on ours.
  for (const type of ['pointerover', 'focusin']) {
    on(document, type, ({ target }) => {
      if (target.closest?.(selector)) ours()?.dispatchEvent(new Event(type, { bubbles: true }));
    });
  }
  for (const type of ['focusin', 'pointerdown']) {
    document.addEventListener(type, (event) => (within = event.composedPath().includes(host)), { capture: true, signal: ending.signal });
  }
  on(host, 'chataibot-open', tell);
  on(host, 'chataibot-close', () => {
    tell();
    // Elsewhere it is not ours to move.
    const lost = within && document.activeElement === document.body;
    if (lost || host.shadowRoot.activeElement) focusBack();
  });

  return () => {
    ending.abort();
    delete hiddenLauncher.focus;
    unfollow();
    for (const button of buttons) {
      button.removeAttribute('aria-haspopup');
      button.removeAttribute('aria-expanded');
    }
  };
}
