// Fallbacks, fetched only after a failure: another way to compile, the diagnosis, and a plain
// message form in place of the window.

export { compile } from './compile.js';
export { Panel } from './fallback_panel.js';
export { explain } from './diagnose.js';
