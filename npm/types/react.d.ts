// `import type {} from 'chataibot-widget/react'` lets React's JSX, of 18 and 19, know <chataibot-widget>.
// React 18 writes everything as attributes and knows no listeners for it: there add them by a ref.

import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { ChataibotWidget, Listeners, Markup } from './markup.js';

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'chataibot-widget': Omit<DetailedHTMLProps<HTMLAttributes<ChataibotWidget>, ChataibotWidget>, keyof Markup> &
        Markup &
        Listeners<'on'> & { class?: string | undefined };
    }
  }
}
