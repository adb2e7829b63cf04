// What is fetched only when something is amiss: a second way to compile, the reason in words, a
// plain message form in the window's place.

export { compile } from './compile.js';
export { Panel } from './fallback_panel.js';
export { explain } from './diagnose.js';
