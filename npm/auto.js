// Defines <chataibot-widget> when it is imported. On a server it defines nothing and does no harm.

import { define } from './lib/chataibot.js';

define();

export { ChataibotWidget } from './lib/chataibot.js';
