// The sentences of the visitor's language: which of our languages fits, and its file. Bundled with
// the shell, so that it costs the page nothing before somebody reaches for the chat.

import { languages } from './generated/languages.js';

/** Where a language has several forms, or another name. */
const USUAL = { es: 'es-419', nn: 'nb', no: 'nb', pt: 'pt-PT', yue: 'zh-Hant', zh: 'zh-Hans' };

/** Our own words. */
const ENGLISH = /^en\b/i;

/** What was fetched already, or is on its way. */
const files = new Map();

/** The sentences of one of our languages. A failure is not kept. */
function fetchWords(name) {
  if (!files.has(name)) {
    const words = fetch(new URL(`./chataibot-locale-${name}.json`, import.meta.url)).then((response) => {
      if (!response.ok) throw new Error(response.status);
      return response.json();
    });
    files.set(name, words);
    words.catch(() => files.delete(name));
  }
  return files.get(name);
}

/** A tag with its script and region, where it is one. */
function whole(tag) {
  try {
    return new Intl.Locale(tag).maximize();
  } catch {
    // It is none.
  }
}

/**
 * The nearest of our languages to a tag such as `pt-BR`; none for English and for what we do not
 * have.
 */
export function nearest(tag, ours = languages) {
  // A browser's first look at scripts and regions takes a slow phone tens of milliseconds.
  if (ours.includes(tag)) return tag;
  if (ENGLISH.test(tag)) return;
  const { language, script, region } = whole(tag) ?? {};
  const names = [`${language}-${region}`, `${language}-${script}`];
  // Spanish of Spain is the one without a region; all other Spanish is Latin American.
  if (language === 'es' && region !== 'ES') names.push('es-419');
  names.push(language, USUAL[language]);
  return names.find((name) => ours.includes(name));
}

/**
 * `{tag, words}`: the sentences for a page in the language `tag`, by their names, and the language
 * for dates and direction that goes with them. No words: they are English, also where the file
 * cannot be had. `asked`: the page named the language by a setting, and is told when there is none;
 * it may have brought sentences of its own.
 */
export async function sentences(tag, asked) {
  const name = nearest(tag);
  let words = {};
  if (name) {
    try {
      words = await fetchWords(name);
      // Cyrillic words have no Latin dates.
      if (name !== tag && whole(name).script !== whole(tag).script) tag = name;
    } catch (cause) {
      console.warn(`[chataibot] the sentences in "${name}" could not be fetched, they stay English: ${cause.message}`);
      tag = 'en';
    }
  } else if (ENGLISH.test(tag)) {
    // Its own.
  } else if (!asked) tag = 'en';
  else {
    console.warn(`[chataibot] there are no sentences in "${tag}", they stay English. See docs/reference.md.`);
  }
  return { tag, words };
}
