import { ChataibotWidget } from './types/element.js';

export * from './types/element.js';

/** Defines `<chataibot-widget>`, if nothing is, and returns the class. On a server it defines nothing. */
export function define(): typeof ChataibotWidget;
