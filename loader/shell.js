// What is fetched first when somebody reaches for the chat: the window in markup and styles, which
// a visitor can write in before the program is there, and how the program is fetched, prepared and
// mounted.

export { present } from './shell_window.js';
export { begin, prepare } from './mount.js';
export { load } from './program.js';
