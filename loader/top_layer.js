// For few pages: the chat above a full-screen element, and as a modal dialog against focus traps.

export { rise } from './full_screen.js';
export { keepFocus } from './modal.js';
