// Names of the settings, for reflecting attributes and properties. What they take and mean stands in src/config.rs; a test there holds
// these lists against it.

/** Settings that are texts: attribute names. The property is the same name in camel case. */
export const TEXTS = [
  'proxy-url', 'token-url', 'api-url', 'events-url', 'site', 'bot-key', 'storage', 'preload', 'mode', 'layer', 'theme',
  'position', 'locale', 'heading', 'subheading', 'greeting', 'avatar', 'launcher', 'launcher-label', 'launcher-for', 'avoid', 'teaser',
  'teaser-delay', 'contact-name', 'contact-email', 'contact-phone', 'demo', 'enter', 'feedback', 'sound', 'title-indicator',
  'consent-url', 'consent-version', 'prechat', 'rating', 'availability', 'office-hours', 'office-zone',
];

/** Settings that are there or not there: attribute names. The property is `true` or `false`. */
export const FLAGS = ['attention', 'teaser-phone', 'consent', 'contact-locked', 'home'];

/** Settings that are objects: property names. `variables` and `strings` may also stand in an attribute, as JSON. */
export const MAPS = ['contact', 'variables', 'strings'];

/** Settings that are arrays: property names. In an attribute, `starters` are separated by `|`, and `prechat-fields` are JSON. */
export const LISTS = ['prechatFields', 'starters'];

/** Every attribute that is watched. */
export const ATTRIBUTES = [...TEXTS, ...FLAGS, 'prechat-fields', 'starters', 'variables', 'strings', 'open'];

/** `bot-key` → `botKey` */
export const propertyOf = (attribute) => attribute.replace(/-./g, (pair) => pair[1].toUpperCase());
