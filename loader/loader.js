/*
 * The loader: the only file that a host page includes. Defines <chataibot-widget>, shows the
 * launcher, queues early calls, and fetches the program at the first sign of intent. Until then
 * nothing is stored, connected or fetched.
 *
 * How it is built (cargo xtask dist): `esbuild loader/loader.js --bundle --minify --format=esm
 * --target=es2022 --outfile=dist/chataibot.js`. The other scripts and their sources are `SCRIPTS`
 * and `COMPAT` in xtask/src/dist.rs. Generated are:
 *   loader/launcher_markup.js      `export const markup = [node, …]`: the Yew launcher as nested arrays, by `cargo xtask tables`;
 *                                  node = "text" | [tag, {attribute: value, …}, [node, …]]; no style attributes, no comments
 *   loader/shell_markup.js         the window of an empty chat and the row of a new message, in the
 *                                  same form with names in place of sentences; and the English
 *                                  sentences
 *   loader/generated/launcher_css.js   `export const launcherCss = "…"`, minified: styles/tokens.css +
 *                                  base.css + launcher.css without unused rules (those whose every
 *                                  selector names a class that is not in the markup), then,
 *                                  repeatedly, without private tokens (`--_…`) that nothing left
 *                                  reads, here or in loader_css.js. This halves the size, which
 *                                  the budget requires.
 *   loader/generated/extras_css.js     `extrasCss`: styles/extras.css, for extras.js
 *   loader/generated/later_css.js      `laterCss`, for viewport.js: not needed when a window opens
 *   loader/generated/window_css.js     `windowCss`, for shell.js: all of styles/ but `laterCss`, demo.css and themes
 * `chataibot-widget.js` is the glue of wasm-bindgen's target `web` with two more exports: `become`,
 * see take_over.js, and `fetchTalk`, see program.js. It is in the folder of this file,
 * with `chataibot-widget_bg.wasm`; addresses are made from `import.meta.url`.
 *
 * `dist/chataibot.js` is a module that runs as a classic script, too, as some tag managers do:
 * xtask/src/dist/script.rs says how.
 */

import { ChataibotWidget } from './element.js';

export { ChataibotWidget };

const NAME = 'chataibot-widget';

// Outside a browser (a server renders the page) there is nothing to define.
if (globalThis.customElements) {
  const defined = customElements.get(NAME);
  if (!defined) customElements.define(NAME, ChataibotWidget);
  // Loaded twice: the first definition stays. Warns if the name belongs to something else.
  else if (!defined.chataibot) console.warn(`[chataibot] <${NAME}> is already defined by something else.`);
}
