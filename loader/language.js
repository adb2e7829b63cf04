// The language of a widget: what the page says about it, as real pages write it.

/**
 * The BCP 47 tag in `text`: `pt_BR`, `de_AT.UTF-8` and ` EN-us` are some. Nothing for what names no
 * language.
 */
export function tagOf(text) {
  const [, tag] = /^((?!(?:und|mul|zxx|mis)(?![a-z]))[a-z]{2,3}(?:[-_][a-z\d]+)*)[-_]*\s*(?:[.@,;]|$)/i.exec(text?.trim()) ?? [];
  // Chinese has older names: `zh-cmn-Hans` is `cmn-Hans`, and `zh-CHT` is `zh-Hant`.
  let name = tag?.replaceAll('_', '-').replace(/^zh-(?=(cmn|yue)\b)/i, '').replace(/^zh-cht\b/i, 'zh-Hant');
  // What no standard knows at its end, as in `de_DE_EURO`, is left out.
  for (; name; name = name.replace(/-?[^-]*$/, '')) {
    try {
      return Intl.getCanonicalLocales(name)[0];
    } catch {
      // It has the look of one and is none.
    }
  }
}

/**
 * The setting, else the nearest `lang` around `host`, else the browser's language; what is none is
 * passed over.
 */
export function languageOf(host) {
  let tag = tagOf(host.locale);
  for (let at = host; at && !tag; at = at.parentNode ?? at.host) {
    tag = tagOf(at.getAttribute?.('lang')) ?? tagOf(at.getAttribute?.('xml:lang'));
  }
  return tag ?? tagOf(navigator.language) ?? 'en';
}
