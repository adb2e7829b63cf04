// Languages for the preview: one for each length of words, direction and script that is likely to
// break a layout.

/** Native name of each language, by tag. */
export const LOCALES = {
  '': 'English',
  de: 'Deutsch',
  fr: 'Français',
  fi: 'Suomi',
  pl: 'Polski',
  el: 'Ελληνικά',
  ru: 'Русский',
  ar: 'العربية',
  he: 'עברית',
  hi: 'हिन्दी',
  th: 'ไทย',
  ja: '日本語',
  'zh-Hans': '简体中文',
};

/** Right-to-left languages. */
export const RIGHT_TO_LEFT = ['ar', 'he'];
