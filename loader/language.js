// Language of a widget, from what real pages write into `lang` and settings.

/**
 * Returns the BCP 47 tag in `text`, such as `pt_BR`, `de_AT.UTF-8` or ` EN-us`; undefined if it
 * names no language.
 */
export function tagOf(text) {
  const [, tag] = /^((?!(?:und|mul|zxx|mis)(?![a-z]))[a-z]{2,3}(?:[-_][a-z\d]+)*)[-_]*\s*(?:[.@,;]|$)/i.exec(text?.trim()) ?? [];
  // Chinese has legacy tags: `zh-cmn-Hans` is `cmn-Hans`, and `zh-CHT` is `zh-Hant`.
  let name = tag?.replaceAll('_', '-').replace(/^zh-(?=(cmn|yue)\b)/i, '').replace(/^zh-cht\b/i, 'zh-Hant');
  // A non-standard end, as in `de_DE_EURO`, is cut off.
  for (; name; name = name.replace(/-?[^-]*$/, '')) {
    try {
      return Intl.getCanonicalLocales(name)[0];
    } catch {
      // Looks like a tag and is none.
    }
  }
}

/** The setting, else the nearest valid `lang` around `host`, else the browser's language. */
export function languageOf(host) {
  let tag = tagOf(host.locale);
  for (let at = host; at && !tag; at = at.parentNode ?? at.host) {
    tag = tagOf(at.getAttribute?.('lang')) ?? tagOf(at.getAttribute?.('xml:lang'));
  }
  return tag ?? tagOf(navigator.language) ?? 'en';
}
