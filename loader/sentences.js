// The sentences of the visitor's language: which of our languages fits, and its file. Bundled with the program's module, so that it
// costs the page nothing before somebody reaches for the chat.

import { languages } from './generated/languages.js';

/** Where a language has several forms, or another name. */
const USUAL = { es: 'es-419', no: 'nb', pt: 'pt-PT', zh: 'zh-Hans' };

/** The nearest of our languages to a tag such as `pt-BR`; none for English and for what we do not have. */
export function nearest(tag, ours = languages) {
  let full;
  try {
    full = new Intl.Locale(tag).maximize();
  } catch {
    return;
  }
  const { language, script, region } = full;
  const names = [`${language}-${region}`, `${language}-${script}`];
  // Spanish of Spain is the one without a region; all other Spanish is Latin American.
  if (language === 'es' && region !== 'ES') names.push('es-419');
  names.push(language, USUAL[language]);
  return names.find((name) => ours.includes(name));
}

/**
 * `{tag, words}`: the sentences in the language of `tag`, by their names. No words: they stay English, as they do where the file
 * cannot be had. `asked`: the page named the language, and is told when there is none.
 */
export async function sentences(tag, asked) {
  const name = nearest(tag);
  let words = {};
  if (name) {
    try {
      const response = await fetch(new URL(`./chataibot-locale-${name}.json`, import.meta.url));
      if (!response.ok) throw new Error(response.status);
      words = await response.json();
    } catch (cause) {
      console.warn(`[chataibot] the sentences in "${name}" could not be fetched, they stay English: ${cause.message}`);
    }
  } else if (asked && !/^en\b/i.test(tag)) {
    console.warn(`[chataibot] there are no sentences in "${tag}", they stay English. The README lists the languages.`);
  }
  return { tag, words };
}
