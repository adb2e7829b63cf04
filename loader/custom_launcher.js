// Custom launcher: an element of the host page that opens and closes the window in place of the
// widget's launcher.

import { follow, isSelector } from './selector.js';

/**
 * Attaches to the elements that the setting `launcher-for` names, also to later ones. Returns a
 * function that ends it.
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
   * Whether the chat had the focus last. A browser may take it from a closing window before the
   * close event.
   */
  let within = false;

  const tell = () => {
    for (const button of buttons) {
      button.setAttribute('aria-haspopup', 'dialog');
      button.setAttribute('aria-expanded', host.state.open);
    }
  };
  const focusBack = () => (last?.isConnected ? last : buttons[0])?.focus({ preventScroll: true });
  // The widget's own launcher is invisible, and closing the window, also before the program has
  // loaded, moves the focus to it: pass it on.
  const hiddenLauncher = ours();
  hiddenLauncher.focus = focusBack;
  const unfollow = follow(selector, (found) => {
    buttons = found;
    tell();
  });

  on(document, 'click', (event) => {
    const button = event.target.closest?.(selector);
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // It may be a link to another way to get in touch.
    event.preventDefault();
    last = button;
    ours()?.click();
  });
  // The loader starts at the same signs of intent as on the widget's launcher.
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
    // Moves the focus back only if it was lost in the chat or is still there.
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
