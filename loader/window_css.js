// Styles of a window that has just opened, which replace and include the launcher's; and what older
// browsers need for them.

import { windowCss } from './generated/window_css.js';
import { isOlder } from './mend_older.js';

/** What browsers of some years ago need. Very old ones are turned away here by an exception. */
const older = isOlder && (await import('./chataibot-older.js')).meet();

/** Applies the window's styles to `root`. All widgets of the page share one sheet. */
export function dress(root) {
  // Other sheets may come before it.
  const sheet = root.adoptedStyleSheets.find((one) => 'full' in one);
  if (!sheet.full.startsWith(windowCss)) sheet.replaceSync((sheet.full = windowCss + sheet.full));
  if (older) older.mend(root);
}
