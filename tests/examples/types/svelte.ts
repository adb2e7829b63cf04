import type { SvelteHTMLElements } from 'svelte/elements';
import type {} from 'chataibot-widget/svelte';

type Props = SvelteHTMLElements['chataibot-widget'];
export const right: Props = { 'proxy-url': 'https://chat.example.com', 'onchataibot-message': ({ detail }) => void detail.text };
// @ts-expect-error there is no such rating
export const wrong: Props = { rating: 'coins' };
