// Checks the settings of an element: unknown names, with the nearest known one, and invalid values.

import { VALUES } from './setting_values.js';
import { propertyOf } from './property_name.js';

/** Attributes that any element may have. */
const COMMON =
  /^(id|class|style|slot|hidden|lang|dir|title|tabindex|role|part|exportparts|is|nonce|inert|popover|translate|draggable|accesskey|ref|key|itemprop|itemscope|xml:lang|xmlns|enterkeyhint|autofocus|spellcheck|contenteditable)$|^(aria-|data-|on|v-|ng-|_ng|x-|hx-|wire:|[:@#[(*])/;

/** Slots that the page may fill. */
const SLOTS = ['launcher-icon', 'fallback', 'header', 'empty'];

/** Damerau-Levenshtein distance: letters to add, leave out, change or swap to turn `a` into `b`. */
function distance(a, b) {
  const rows = [Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= a.length; i++) {
    const row = (rows[i] = [i]);
    for (let j = 1; j <= b.length; j++) {
      const changed = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(row[j - 1] + 1, rows[i - 1][j] + 1, changed);
      const isExchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isExchanged) row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.length][b.length];
}

/** The one of `names` that `wrong` probably means, or null. */
export function nearest(wrong, names) {
  // HTML lower-cases attribute names: `botKey` becomes `botkey`.
  const normalized = (name) => name.toLowerCase().replace(/[-_]/g, '');
  const ranked = names.map((name) => [distance(normalized(wrong), normalized(name)), name]).sort(([a], [b]) => a - b);
  const [[least, name]] = ranked;
  return least <= Math.max(1, Math.floor(wrong.length / 3)) ? name : null;
}

/** Notes faults of the attributes, properties and slots of `host`. */
export function checkSettings({ host, note }) {
  let isFaultless = true;
  const noteFault = (state, message, fix) => {
    isFaultless = false;
    note('settings', state, message, fix);
  };
  const names = Object.keys(VALUES);
  for (const { name, value } of host.attributes) {
    if (name in VALUES) {
      const fault = faultOf(name, value);
      if (fault) noteFault('failure', `${name}="${value}" ${fault.message}`, fault.fix);
    } else if (!COMMON.test(name)) {
      const suggestion = nearest(name, names);
      noteFault(
        'warning',
        `there is no setting "${name}".`,
        suggestion ? `Write ${suggestion}.` : 'docs/reference.md lists all of them.',
      );
    }
  }
  // Properties that a script has set. Only near misses of a setting are reported, since frameworks
  // keep properties of their own on elements.
  for (const name of Object.keys(host).filter((name) => /^[a-z]\w+$/i.test(name) && !(name in HTMLElement.prototype))) {
    const suggestion = nearest(name, names);
    if (suggestion && propertyOf(suggestion) !== name) {
      noteFault('warning', `there is no property "${name}".`, `Write ${propertyOf(suggestion)}.`);
    }
  }
  for (const { slot } of host.children) {
    if (slot && !SLOTS.includes(slot)) noteFault('warning', `there is no slot "${slot}".`, `Write one of ${SLOTS.join(', ')}.`);
  }
  const settingOf = (name) => host.getAttribute(name) ?? host[propertyOf(name)];
  if (settingOf('user') && !settingOf('identity')) {
    noteFault('warning', '`user` is set without `identity`.', 'Set `identity` to what your server signed for this user.');
  }
  if (settingOf('identity') && !settingOf('user')) {
    noteFault(
      'warning',
      '`identity` is set without `user`.',
      'Set `user` to the id of the user: it separates the stored data of users.',
    );
  }
  for (const name of ['launcher-for', 'avoid']) if (settingOf(name)) checkSelector(name, settingOf(name), noteFault);
  if (isFaultless) note('settings', 'ok', 'all settings and their values are valid.');
}

function checkSelector(name, selector, noteFault) {
  try {
    if (!document.querySelector(selector)) noteFault('warning', `${name}="${selector}" matches nothing in the page now.`, 'Correct it, unless the element comes later.');
  } catch {
    noteFault('failure', `${name}="${selector}" is not a selector.`, 'Write a CSS selector, such as #help.');
  }
}

/** What is wrong with a value, and what to write instead; null if it is valid. */
function faultOf(name, value) {
  const kind = VALUES[name];
  if (Array.isArray(kind)) {
    if (kind.includes(value)) return null;
    const suggestion = nearest(value, kind);
    return {
      message: 'is not allowed: the default is used.',
      fix: suggestion ? `Write ${name}="${suggestion}".` : `Write one of ${kind.join(', ')}.`,
    };
  }
  if ((kind === 'url' || (kind === 'url-or-none' && value !== 'none')) && !/^(https?:\/\/[^\s\\/?#@]+|\/(?!\/))[^\s\\]*$/i.test(value)) {
    return { message: 'is not an address.', fix: 'Write an https:// address, or a path that begins with /.' };
  }
  if (kind === 'number' && !/^\d+$/.test(value)) return { message: 'is not a whole number.', fix: 'Write only digits.' };
  if (kind === 'locale' && !isLocale(value)) return { message: 'is not a language tag.', fix: 'Write one such as en or pt-BR.' };
  if ((kind === 'map' || kind === 'json') && !isJson(value)) {
    return { message: 'is not JSON.', fix: 'Put it in single quotes, with double quotes inside, or set the property.' };
  }
  return null;
}

function isLocale(value) {
  try {
    return !!Intl.getCanonicalLocales(value.trim().replaceAll('_', '-').split(/[.@]/)[0]).length;
  } catch {
    return false;
  }
}

function isJson(value) {
  try {
    return typeof JSON.parse(value) === 'object';
  } catch {
    return false;
  }
}
