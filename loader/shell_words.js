// Sentences and text direction of the shell's window.

import { english } from './shell_markup.js';

/** Texts that have a setting of their own, by setting. */
const TEXTS = { heading: 'heading', subheading: 'subheading', greeting: 'greeting', 'launcher-label': 'launcher' };

/** As in src/components/view_config.rs. */
const RTL_LANGUAGES = /^(ar|arc|ckb|dv|fa|he|iw|ks|ps|sd|ug|ur|yi)$/i;
const RTL_SCRIPTS = /^(Arab|Hebr|Thaa|Syrc|Nkoo|Adlm)$/i;

/** Merges the sentences by name: English, then the visitor's language, then the page's own. */
export function wordsOf(settings, { words }) {
  let { strings } = settings;
  try {
    if (typeof strings === 'string') strings = JSON.parse(strings);
  } catch {
    // The program reports it on the console.
    strings = {};
  }
  const merged = { ...english, ...words };
  for (const name in strings) if (strings[name] != null) merged[name] = String(strings[name]);
  for (const name in TEXTS) if (settings[name] != null) merged[TEXTS[name]] = String(settings[name]).trim();
  merged.said = merged.said.replace('{author}', () => merged.author_visitor);
  return merged;
}

export function directionOf(tag, isExplicit) {
  const [language, subtag] = tag.split('-');
  // English that was not asked for is a fallback for an unsupported language: the page's own
  // direction applies.
  if (language === 'en' && !isExplicit) return null;
  return (subtag?.length === 4 ? RTL_SCRIPTS.test(subtag) : RTL_LANGUAGES.test(language)) ? 'rtl' : 'ltr';
}

/** Replaces the names of sentences in the markup by the sentences. */
export const filled = (node, words) =>
  typeof node === 'string'
    ? node.replace(/^\$(\w+)$/, (_, name) => words[name])
    : Array.isArray(node)
      ? node.map((part) => filled(part, words))
      : Object.fromEntries(Object.entries(node).map(([name, value]) => [name, filled(value, words)]));

/** Labels as on the keys, as in src/components/emoji_hint.rs. */
export const emojiKeys = (platform) => (/^Win/.test(platform) ? '⊞ Win + .' : /^Mac/.test(platform) ? '⌃ Control + ⌘ Command + Space' : null);
