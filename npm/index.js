// The package's entry. Importing it defines nothing, and on a server it does no harm.

export { ChataibotWidget, define } from './lib/chataibot.js';
