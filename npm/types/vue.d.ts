// `import type {} from 'chataibot-widget/vue'` lets Vue's templates know <chataibot-widget>. Tell the compiler that it is a custom element:
// `vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === 'chataibot-widget' } } })`.

import type { DefineComponent, HTMLAttributes } from 'vue';
import type { ChataibotEventMap, Markup, Pascal } from './markup.js';

/** `@chataibot-message` in a template is `onChataibotMessage` among the props. */
type Listening = {
  [Type in keyof ChataibotEventMap as `on${Pascal<Type>}`]?: ((event: ChataibotEventMap[Type]) => void) | undefined;
};

declare module 'vue' {
  interface GlobalComponents {
    'chataibot-widget': DefineComponent<Omit<HTMLAttributes, keyof Markup> & Markup & Listening>;
  }
}
