// Names of the settings, for reflecting attributes and properties. Their values and meaning are in
// src/config.rs; a test there compares these lists with it. Written as strings with spaces:
// quotation marks and commas would cost the loader a hundred bytes.

/**
 * Settings that are objects or arrays. In an attribute, `starters` are separated by `|` and the
 * others are JSON.
 */
export const OBJECTS = 'contact strings variables prechat-fields starters'.split(' ');

/** Boolean settings. The property is `true` or `false`. */
export const FLAGS = 'attention teaser-phone consent home contact-locked design'.split(' ');

/** Settings that are `on` or `off`; the program understands booleans in their place. */
export const SWITCHES = 'feedback sound title-indicator'.split(' ');

/** Settings that are strings. */
const TEXTS =
  'proxy-url token-url api-url events-url site user identity bot-key storage preload mode layer position theme locale bot-locale heading subheading greeting ' +
  'avatar launcher launcher-label launcher-for avoid teaser teaser-delay contact-name contact-email contact-phone demo enter links ' +
  'consent-url consent-version prechat availability rating office-hours office-zone';

/** All settings, by attribute. The property has the same name in camel case. */
export const SETTINGS = [...OBJECTS, ...FLAGS, ...SWITCHES, ...TEXTS.split(' ')];

/** The text of a string setting; null where a template or framework had no value to write. */
export const textOf = (value) => (/^\s*(false|null|undefined)?\s*$/.test(value) ? null : value.trim());

/** Whether a property value switches its flag off. Frameworks write `false` in many ways. */
export const isOff = (value) => /^\s*(false|null|undefined|0|off|no)?\s*$/i.test(value);

/**
 * Whether an attribute value switches its flag on. The empty string does; `open="false"`, which
 * some frameworks write for `open={false}`, does not.
 */
export const isOn = (value) => value === '' || !isOff(value);
