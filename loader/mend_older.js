// Detects browsers of some years ago and loads what they need: see older.js.

/**
 * Whether it lacks `light-dark()`, or relative colours with calculations (Safari 17 has others), as
 * in styles/tokens.css. Every browser got the other features that older.js replaces before one of
 * these.
 */
export const isOlder = !CSS.supports('color', 'light-dark(red,color(from red srgb calc(1 - r) g b))');

/** Corrects the look of what is in `root`, if the file can be fetched. */
export const mendOlder = (root) => isOlder && import('./chataibot-older.js').then(({ mend }) => mend(root), () => {});
