// For the plain form, what the shell has for the window: the page's handlers are kept from our
// fields, and its dialogs from taking the focus.

export { isolateEvents } from './event_isolation.js';
