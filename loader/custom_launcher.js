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
  const controller = new AbortController();
  const on = (target, type, listener) => target.addEventListener(type, listener, { signal: controller.signal });
  const widgetLauncher = () => host.shadowRoot.querySelector('[part~="launcher"]');
  let buttons = [];
  let lastButton;
  /**
   * Whether the chat had the focus last. A browser may take it from a closing window before the
   * close event.
   */
  let hadFocus = false;

  const updateButtons = () => {
    for (const button of buttons) {
      button.setAttribute('aria-haspopup', 'dialog');
      button.setAttribute('aria-expanded', host.state.open);
    }
  };
  const focusButton = () => (lastButton?.isConnected ? lastButton : buttons[0])?.focus({ preventScroll: true });
  // The widget's own launcher is invisible, and closing the window, also before the program has
  // loaded, moves the focus to it: pass it on.
  const hiddenLauncher = widgetLauncher();
  hiddenLauncher.focus = focusButton;
  const unfollow = follow(selector, (found) => {
    buttons = found;
    updateButtons();
  });

  on(document, 'click', (event) => {
    const button = event.target.closest?.(selector);
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // It may be a link to another way to get in touch.
    event.preventDefault();
    lastButton = button;
    widgetLauncher()?.click();
  });
  // The loader starts at the same signs of intent as on the widget's launcher.
  for (const type of ['pointerover', 'focusin']) {
    on(document, type, ({ target }) => {
      if (target.closest?.(selector)) widgetLauncher()?.dispatchEvent(new Event(type, { bubbles: true }));
    });
  }
  for (const type of ['focusin', 'pointerdown']) {
    document.addEventListener(type, (event) => (hadFocus = event.composedPath().includes(host)), { capture: true, signal: controller.signal });
  }
  on(host, 'chataibot-open', updateButtons);
  on(host, 'chataibot-close', () => {
    updateButtons();
    // Moves the focus back only if it was lost in the chat or is still there.
    const isFocusLost = hadFocus && document.activeElement === document.body;
    if (isFocusLost || host.shadowRoot.activeElement) focusButton();
  });

  return () => {
    controller.abort();
    delete hiddenLauncher.focus;
    unfollow();
    for (const button of buttons) {
      button.removeAttribute('aria-haspopup');
      button.removeAttribute('aria-expanded');
    }
  };
}
