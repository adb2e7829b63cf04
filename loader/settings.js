// Names of the settings, for reflecting attributes and properties. What they take and mean stands
// in src/config.rs; a test there holds these lists against it. Written as texts with spaces:
// quotation marks and commas would cost the loader a hundred bytes.

/**
 * Settings that are objects or arrays. In an attribute, `starters` are separated by `|` and the
 * others are JSON.
 */
export const OBJECTS = 'contact strings variables prechat-fields starters'.split(' ');

/** Settings that are there or not there. The property is `true` or `false`. */
export const FLAGS = 'attention teaser-phone consent home contact-locked design'.split(' ');

/** Settings that are texts. */
const TEXTS =
  'proxy-url token-url api-url events-url site user identity bot-key storage preload mode layer position theme locale bot-locale heading subheading greeting ' +
  'avatar launcher launcher-label launcher-for avoid teaser teaser-delay contact-name contact-email contact-phone demo enter feedback links ' +
  'sound title-indicator consent-url consent-version prechat availability rating office-hours office-zone';

/** All settings, by attribute. The property is the same name in camel case. */
export const SETTINGS = [...OBJECTS, ...FLAGS, ...TEXTS.split(' ')];

/** `bot-key` → `botKey` */
export const propertyOf = (attribute) => attribute.replace(/-./g, (pair) => pair[1].toUpperCase());

/** Does a property take its flag off? Frameworks write `false` in many ways. */
export const isOff = (value) => /^\s*(false|null|undefined|0)?\s*$/i.test(value);

/**
 * Is a flag on, as its attribute says? There is on, and `open="false"`, which some frameworks write
 * for `open={false}`, is off.
 */
export const isOn = (value) => value === '' || !isOff(value);
