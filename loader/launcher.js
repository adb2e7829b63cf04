// The launcher before the program: its elements, and the style sheet that all widgets of the page
// share.

import { build } from './dom.js';
import { markup } from './launcher_markup.js';
import { launcherCss } from './generated/launcher_css.js';
import { css } from './loader_css.js';

/** Builds the launcher's elements in a container. */
export const buildLauncher = () => build(['div', {}, markup]);

let sheet;

/** Returns the shared style sheet. Created on first use, as a server has no CSSStyleSheet. */
export function styles() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    // Marks the sheet as ours, and stays when the window's styles replace the launcher's.
    sheet.full = css;
    sheet.replaceSync(launcherCss + css);
  }
  return sheet;
}
