// What may stand on the tag in templates, made from the types of the element.

import type { ChataibotEventMap, ChataibotWidget, Settings } from './element.js';

export type { ChataibotEventMap, ChataibotWidget, Settings };

/** `botKey` → `bot-key` */
export type Kebab<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `-${Lowercase<First>}`}${Kebab<Rest>}`
  : Name;

/** `chataibot-message` → `ChataibotMessage` */
export type Pascal<Name extends string> = Name extends `${infer First}-${infer Rest}` ? `${Capitalize<First>}${Pascal<Rest>}` : Capitalize<Name>;

/** A template may leave a value out by `undefined`. */
type Optional<Values> = { [Key in keyof Values]?: Values[Key] | undefined };

/** The window: `true` opens it, `false` closes it. */
interface Open {
  open?: boolean | 'true' | 'false' | '' | null | undefined;
}

/** Attributes, by their own names; objects are JSON there. */
export type Attributes = Optional<{
  [Key in keyof Settings as Kebab<Key>]: Extract<Settings[Key], object> extends never ? Settings[Key] : Settings[Key] | string;
}> & Open;

/** Properties, by their own names. */
export type Properties = Optional<Settings> & Open;

/** Attributes and properties. */
export type Markup = Omit<Properties, keyof Attributes> & Attributes;

/** Listeners whose names are the events' behind a prefix. */
export type Listeners<Prefix extends string> = {
  [Type in keyof ChataibotEventMap as `${Prefix}${Type}`]?: ((event: ChataibotEventMap[Type]) => void) | undefined;
};
