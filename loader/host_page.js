// What the page around us makes necessary: its handlers are kept from our fields, and our launcher stands above what fills the screen.

export { isolateEvents } from './event_isolation.js';
export { rise } from './full_screen.js';
