import type { ChataibotWidget } from './types/element.js';

export type * from './types/element.js';

/**
 * Fetches the element's script from `folder`: the address of the proxy, which serves the files, or of a copy of `chataibot-widget/dist`.
 * Resolves with the class when the element is defined; on a server it does nothing and resolves with `undefined`.
 */
export function define(folder: string | URL): Promise<typeof ChataibotWidget | undefined>;
