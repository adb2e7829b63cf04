// The launcher before the program is there: its elements, and the one stylesheet all widgets of the
// page share.

import { build } from './dom.js';
import { markup } from './launcher_markup.js';
import { launcherCss } from './generated/launcher_css.js';
import { css } from './loader_css.js';

/** The launcher's elements, new, in one that holds them. */
export const buildLauncher = () => build(['div', {}, markup]);

let sheet;

/** The shared stylesheet. Made when first needed: on a server there are none. */
export function styles() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    // Known by it among those of others; the program's styles come into it.
    sheet.full = '';
    sheet.replaceSync(launcherCss + css);
  }
  return sheet;
}
