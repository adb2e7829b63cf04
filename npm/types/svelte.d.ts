// `import type {} from 'chataibot-widget/svelte'` lets Svelte's templates know <chataibot-widget>: of 5 (`onchataibot-message={…}`) and of 4
// (`on:chataibot-message={…}`).

import type { HTMLAttributes } from 'svelte/elements';
import type { ChataibotWidget, Listeners, Markup } from './markup.js';

type Tag = Omit<HTMLAttributes<ChataibotWidget>, keyof Markup> & Markup & Listeners<'on'> & Listeners<'on:'>;

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'chataibot-widget': Tag;
  }
}

declare global {
  namespace svelteHTML {
    interface IntrinsicElements {
      'chataibot-widget': Tag;
    }
  }
}
