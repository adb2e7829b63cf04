// The styles of a window that has just opened, in the place of the launcher's, which are a part of
// them; and what older browsers need for them.

import { css as loaderCss } from './loader_css.js';
import { windowCss } from './generated/window_css.js';
import { isOlder } from './mend_older.js';

/**
 * What browsers of some years ago need besides. The very old ones are turned away here, as by a
 * file that does not run.
 */
const older = isOlder && (await import('./chataibot-older.js')).meet();

/** Has what is in `root` look as it should. All widgets of the page share one sheet. */
export function dress(root) {
  // Others may have put theirs before it.
  const sheet = root.adoptedStyleSheets.find((one) => 'full' in one);
  if (sheet.full !== windowCss) sheet.replaceSync((sheet.full = windowCss) + loaderCss);
  if (older) older.mend(root);
}
