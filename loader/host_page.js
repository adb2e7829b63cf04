// The protections of the shell, for the plain form: event isolation, and the detection of focus
// traps.

export { isolateEvents } from './event_isolation.js';
