// Extras, fetched only if a page asks for one by a setting: preloading, an inline window, a custom
// launcher, collision avoidance, the teaser, the attention animation, design mode; or if the
// element has swallowed the rest of the page, or is in a dialog.

import { openInView, preload } from './preload.js';
import { avoid } from './collision.js';
import { css } from './extras_css.js';
import { mendOlder } from './mend_older.js';
import { serveLauncher } from './custom_launcher.js';
import { riseInDialog } from './in_dialog.js';
import { showSwallowedContent } from './self_closed_tag.js';
import { propertyOf } from './property_name.js';
import { tease } from './teaser.js';

/** Starts design mode; with `design="address"` only if the page's address asks for it. */
function design(host) {
  if (!host.design || (host.getAttribute('design') === 'address' && !/[?&]chataibot-design\b/.test(location.search))) return;
  const endPromise = import('./chataibot-design.js').then((module) => module.design(host));
  return () => endPromise.then((end) => end());
}

/**
 * The code of each setting, by attribute: starts with `(host, storagePrefix)` and returns a
 * function that ends it. `attention` is only styles.
 */
const FEATURES = { preload, mode: openInView, 'launcher-for': serveLauncher, avoid, teaser: tease, design };

let sheet;

/**
 * Follows the settings of `host` until the returned function is called. `storagePrefix`: prefix of
 * the storage keys, or empty.
 */
export function attend(host, storagePrefix) {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
  }
  const root = host.shadowRoot;
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  showSwallowedContent(host);
  // While the page is parsed, the rest of it may be still to come.
  addEventListener('DOMContentLoaded', () => showSwallowedContent(host), true);
  const leaveDialog = riseInDialog(host);
  if (/[?&]chataibot-doctor/.test(location)) host.doctor();
  mendOlder(root);
  const cleanups = {};
  const restart = (name) => {
    cleanups[name]?.();
    cleanups[name] = host[propertyOf(name)] ? FEATURES[name](host, storagePrefix) : null;
  };
  const names = Object.keys(FEATURES);
  names.forEach(restart);
  const observer = new MutationObserver((changes) => new Set(changes.map((change) => change.attributeName)).forEach(restart));
  observer.observe(host, { attributeFilter: names });
  return () => {
    observer.disconnect();
    leaveDialog?.();
    for (const name of names) cleanups[name]?.();
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet);
  };
}
