import type { GlobalComponents } from 'vue';
import type {} from 'chataibot-widget/vue';

type Props = InstanceType<GlobalComponents['chataibot-widget']>['$props'];
export const right: Props = { 'proxy-url': 'https://chat.example.com', onChataibotMessage: ({ detail }) => void detail.text };
// @ts-expect-error there is no such position
export const wrong: Props = { position: 'middle' };
