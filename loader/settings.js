// Names of the settings, for reflecting attributes and properties. What they take and mean stands in src/config.rs; a test there holds
// these lists against it.

/** Settings that are texts: attribute names. The property is the same name in camel case. */
export const TEXTS = [
  'proxy-url', 'token-url', 'api-url', 'events-url', 'site', 'bot-key', 'storage', 'preload', 'mode', 'layer', 'theme',
  'position', 'locale', 'heading', 'subheading', 'greeting', 'avatar', 'launcher', 'launcher-label', 'launcher-for', 'avoid', 'teaser',
  'teaser-delay', 'contact-name', 'contact-email', 'contact-phone', 'demo', 'enter', 'feedback', 'sound', 'title-indicator',
];

/** Settings that are there or not there: attribute names. The property is `true` or `false`. */
export const FLAGS = ['attention', 'teaser-phone'];

/** Settings that are objects: property names. `variables` and `strings` may also stand in an attribute, as JSON. */
export const MAPS = ['contact', 'variables', 'strings'];

/** Every attribute that is watched. */
export const ATTRIBUTES = [...TEXTS, ...FLAGS, 'variables', 'strings', 'open'];

/** `bot-key` → `botKey` */
export const propertyOf = (attribute) => attribute.replace(/-./g, (pair) => pair[1].toUpperCase());
