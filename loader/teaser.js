// The teaser: a sentence beside the launcher, some time after page load, until the visitor
// dismisses it or opens the chat.

import { build } from './dom.js';
import { PHONE } from './phone.js';

const CROSS = ['svg', { viewBox: '0 0 24 24', 'aria-hidden': true }, [['path', { d: 'm6.5 6.5 11 11m0-11-11 11' }]]];

/**
 * Shows the setting `teaser` after its delay. Returns a function that ends it. `shelf`: prefix of
 * the storage keys, or empty.
 */
export function tease(host, shelf) {
  const root = host.shadowRoot;
  const ending = new AbortController();
  const { signal } = ending;
  let stand;

  const isUnwanted = () => {
    if (host.mode === 'inline' || (matchMedia(PHONE).matches && !host.teaserPhone)) return true;
    try {
      return shelf && !!localStorage.getItem(`${shelf}teaser`);
    } catch {
      // Storage that cannot be read counts as empty.
      return false;
    }
  };
  const end = () => {
    clearTimeout(timer);
    ending.abort();
    stand?.remove();
  };
  const launcher = () => root.querySelector('[part~="launcher"]');

  const dismiss = () => {
    try {
      if (shelf) localStorage.setItem(`${shelf}teaser`, '1');
    } catch {
      // Full or forbidden: it is gone until the page is loaded again.
    }
    const focused = stand.contains(root.activeElement);
    end();
    if (focused) launcher()?.focus({ preventScroll: true });
  };

  const show = () => {
    const { open, unread, phase } = host.state;
    if (open || unread || phase !== 'new' || isUnwanted()) return;
    const words = build(['button', { type: 'button', class: 'beside-text', part: 'preview-text', dir: 'auto' }, [host.teaser]]);
    const label = host.strings?.dismiss ?? 'Dismiss';
    const close = build(['button', { type: 'button', class: 'beside-close', part: 'dismiss', 'aria-label': label, title: label }, [CROSS]]);
    stand = build(['div', {}, [['div', { class: 'beside', part: 'preview' }, [words, close]]]]);
    words.addEventListener('click', () => launcher()?.click());
    close.addEventListener('click', dismiss);
    stand.addEventListener('keydown', (event) => event.key === 'Escape' && dismiss());
    // In the top layer if the launcher is.
    root.append(stand);
    if (launcher()?.closest('[popover]')) {
      stand.popover = 'manual';
      stand.showPopover();
    }
  };

  const timer = setTimeout(show, Number(host.teaserDelay ?? 5) * 1000);
  host.addEventListener('chataibot-open', end, { signal });
  host.addEventListener('chataibot-unread', ({ detail }) => detail.count && end(), { signal });
  return end;
}
