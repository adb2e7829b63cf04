// What few pages make necessary: the chat above what fills the screen, and a modal dialog beside
// one that keeps the focus.

export { rise } from './full_screen.js';
export { keepFocus } from './modal.js';
