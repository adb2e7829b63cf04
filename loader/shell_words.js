// What the window before the program is there says, and in which direction.

import { english } from './shell_markup.js';

/** Texts that have a setting of their own, by setting. */
const TEXTS = { heading: 'heading', subheading: 'subheading', greeting: 'greeting', 'launcher-label': 'launcher' };

/** As in src/components/view_config.rs. */
const RIGHT_TO_LEFT = /^(ar|arc|ckb|dv|fa|he|iw|ks|ps|sd|ug|ur|yi)$/i;
const SCRIPTS = /^(Arab|Hebr|Thaa|Syrc|Nkoo|Adlm)$/i;

/** The sentences by their names: English, the language's, the page's. */
export function wordsOf(settings, { words }) {
  let { strings } = settings;
  try {
    if (typeof strings === 'string') strings = JSON.parse(strings);
  } catch {
    // The program says so on the console.
    strings = {};
  }
  const all = { ...english, ...words };
  for (const name in strings) if (strings[name] != null) all[name] = String(strings[name]);
  for (const name in TEXTS) if (settings[name] != null) all[TEXTS[name]] = String(settings[name]).trim();
  all.said = all.said.replace('{author}', () => all.author_visitor);
  return all;
}

export function directionOf(tag, isAsked) {
  const [language, next] = tag.split('-');
  // Who has not asked for English reads it because we do not have their language: the page's own
  // direction holds.
  if (language === 'en' && !isAsked) return null;
  return (next?.length === 4 ? SCRIPTS.test(next) : RIGHT_TO_LEFT.test(language)) ? 'rtl' : 'ltr';
}

/** The markup with sentences in the place of their names. */
export const filled = (node, words) =>
  typeof node === 'string'
    ? node.replace(/^\$(\w+)$/, (_, name) => words[name])
    : Array.isArray(node)
      ? node.map((part) => filled(part, words))
      : Object.fromEntries(Object.entries(node).map(([name, value]) => [name, filled(value, words)]));

/** As they are written on the keys, as in src/components/emoji_hint.rs. */
export const emojiKeys = (platform) => (/^Win/.test(platform) ? '⊞ Win + .' : /^Mac/.test(platform) ? '⌃ Control + ⌘ Command + Space' : null);
