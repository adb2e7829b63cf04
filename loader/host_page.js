// What the page around us makes necessary with every window: its handlers are kept from our fields, and its dialogs from taking the focus.

export { isolateEvents } from './event_isolation.js';
