// The teaser: a sentence beside the launcher, some time after page load, until the visitor
// dismisses it or opens the chat.

import { build } from './dom.js';
import { PHONE } from './phone.js';
import { readStored, writeStored } from './device_storage.js';

const CLOSE_ICON = [
  'svg',
  { viewBox: '0 0 24 24', 'aria-hidden': true },
  [['path', { d: 'm6.5 6.5 11 11m0-11-11 11' }]],
];

/** Delay in seconds, as in src/config/table.rs. */
const DEFAULT_DELAY = 5;

/**
 * Shows the setting `teaser` after its delay. Returns a function that ends it. `storagePrefix`:
 * prefix of the storage keys, or empty.
 */
export function tease(host, storagePrefix) {
  const root = host.shadowRoot;
  const controller = new AbortController();
  const { signal } = controller;
  let container;

  const isUnwanted = () =>
    readStored(storagePrefix, 'teaser') || host.mode === 'inline' || (matchMedia(PHONE).matches && !host.teaserPhone);
  const end = () => {
    clearTimeout(timer);
    controller.abort();
    container?.remove();
  };
  const findLauncher = () => root.querySelector('[part~="launcher"]');

  const dismiss = () => {
    writeStored(storagePrefix, 'teaser', '1');
    const hadFocus = container.contains(root.activeElement);
    end();
    if (hadFocus) findLauncher()?.focus({ preventScroll: true });
  };

  const show = () => {
    const { open, unread, phase } = host.state;
    if (open || unread || phase !== 'new' || isUnwanted()) return;
    const text = build(['button', { type: 'button', class: 'beside-text', part: 'preview-text', dir: 'auto' }, [host.teaser]]);
    const label = host.strings?.dismiss ?? 'Dismiss';
    const close = build(['button', { type: 'button', class: 'beside-close', part: 'dismiss', 'aria-label': label, title: label }, [CLOSE_ICON]]);
    container = build(['div', {}, [['div', { class: 'beside', part: 'preview' }, [text, close]]]]);
    text.addEventListener('click', () => findLauncher()?.click());
    close.addEventListener('click', dismiss);
    container.addEventListener('keydown', (event) => event.key === 'Escape' && dismiss());
    // In the top layer if the launcher is.
    root.append(container);
    if (findLauncher()?.closest('[popover]')) {
      container.popover = 'manual';
      container.showPopover();
    }
  };

  const delay = /^\d+$/.test(host.teaserDelay) ? host.teaserDelay : DEFAULT_DELAY;
  const timer = setTimeout(show, delay * 1000);
  host.addEventListener('chataibot-open', end, { signal });
  host.addEventListener('chataibot-unread', ({ detail }) => detail.count && end(), { signal });
  return end;
}
