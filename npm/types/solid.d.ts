// `import type {} from 'chataibot-widget/solid'` lets Solid's JSX know <chataibot-widget>.

import type { JSX as Solid } from 'solid-js';
import type { Attributes, ChataibotWidget, Listeners, Markup, Properties } from './markup.js';

/** Names behind `attr:` or `prop:`. */
type Behind<Prefix extends string, Values> = { [Key in keyof Values as `${Prefix}:${Key & string}`]?: Values[Key] };

declare module 'solid-js' {
  namespace JSX {
    interface IntrinsicElements {
      'chataibot-widget': Omit<Solid.HTMLAttributes<ChataibotWidget>, keyof Markup> &
        Markup &
        Listeners<'on:'> &
        Behind<'attr', Attributes> &
        Behind<'prop', Properties>;
    }
  }
}
