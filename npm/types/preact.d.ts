// `import type {} from 'chataibot-widget/preact'` lets Preact's JSX know <chataibot-widget>.

import type { JSX as Preact } from 'preact';
import type { ChataibotWidget, Listeners, Markup } from './markup.js';

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'chataibot-widget': Omit<Preact.HTMLAttributes<ChataibotWidget>, keyof Markup> & Markup & Listeners<'on'>;
    }
  }
}
