// The shell, fetched first after a sign of intent: the window in markup and styles, in which a
// visitor can write before the program is there, and the code that fetches, prepares and mounts the
// program.

export { present } from './shell_window.js';
export { begin, prepare } from './mount.js';
export { load } from './program.js';
import { isolateEvents } from './event_isolation.js';

// Already before a window: Space presses a launcher that has the focus, also on pages that keep
// Space for themselves.
document.querySelectorAll('chataibot-widget').forEach(isolateEvents);
