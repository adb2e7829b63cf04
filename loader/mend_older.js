// Whether this is a browser of some years ago, and what it needs then: see older.js.

/**
 * Lacks it `light-dark()`, or relative colours that can be calculated with (Safari 17 has others)?
 * As in styles/tokens.css. Whatever else older.js stands in for came before one of them, in every
 * browser.
 */
export const isOlder = !CSS.supports('color', 'light-dark(red,color(from red srgb calc(1 - r) g b))');

/** Has what is in `root` look right. Without the file it looks as it can. */
export const mendOlder = (root) => isOlder && import('./chataibot-older.js').then(({ mend }) => mend(root), () => {});
