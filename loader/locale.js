// Language matching: finds the nearest supported language and fetches its sentences. Bundled with
// the shell, so that a page pays for it only after a sign of intent.

import { languages } from './generated/languages.js';

/**
 * Defaults for languages with several forms, other names, and codes of countries that pages write
 * in place of their language's.
 */
const DEFAULT_VARIANTS = {
  es: 'es-419', nn: 'nb', no: 'nb', pt: 'pt-PT', yue: 'zh-Hant', zh: 'zh-Hans',
  cn: 'zh-Hans', cz: 'cs', dk: 'da', gr: 'el', jp: 'ja', ua: 'uk', vn: 'vi',
};

/** English is built in. */
const ENGLISH = /^en\b/i;

/** Files that were fetched or are on their way. */
const downloads = new Map();

/** Fetches the sentences of a supported language. A failure is not cached. */
function fetchWords(name) {
  if (!downloads.has(name)) {
    const words = fetch(new URL(`./chataibot-locale-${name}.json`, import.meta.url)).then((response) => {
      if (!response.ok) throw new Error(response.status);
      return response.json();
    });
    downloads.set(name, words);
    words.catch(() => downloads.delete(name));
  }
  return downloads.get(name);
}

/** The tag with its likely script and region; undefined if it is invalid. */
function maximized(tag) {
  try {
    return new Intl.Locale(tag).maximize();
  } catch {
    // An invalid tag.
  }
}

/**
 * Returns the nearest supported language to a tag such as `pt-BR`; undefined for English and if
 * there is none.
 */
export function nearest(tag, supported = languages) {
  // The browser's first lookup of scripts and regions takes a slow phone tens of milliseconds.
  if (supported.includes(tag)) return tag;
  if (ENGLISH.test(tag)) return;
  const { language, script, region } = maximized(tag) ?? {};
  const names = [`${language}-${region}`, `${language}-${script}`];
  // European Spanish has no region; all other Spanish is Latin American.
  if (language === 'es' && region !== 'ES') names.push('es-419');
  names.push(language, DEFAULT_VARIANTS[language]);
  return names.find((name) => supported.includes(name));
}

/**
 * Returns `{tag, words}`: the sentences by their names, and the language for dates and direction
 * that fits them. `words` is empty for English, also if the file cannot be fetched. `isExplicit`:
 * the page named the language by a setting, so a missing one is reported; the page may have
 * sentences of its own.
 */
export async function sentences(tag, isExplicit) {
  const name = nearest(tag);
  let words = {};
  if (name) {
    try {
      words = await fetchWords(name);
      // Dates must be in the script of the sentences.
      if (name !== tag && maximized(name).script !== maximized(tag).script) tag = name;
    } catch (cause) {
      console.warn(`[chataibot] the sentences in "${name}" could not be fetched, they stay English: ${cause.message}`);
      tag = 'en';
    }
  } else if (ENGLISH.test(tag)) {
    // Built in.
  } else if (!isExplicit) tag = 'en';
  else {
    console.warn(`[chataibot] there are no sentences in "${tag}", they stay English. See docs/reference.md.`);
  }
  return { tag, words };
}
