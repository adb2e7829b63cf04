/** @jsxImportSource preact */
import type {} from 'chataibot-widget/preact';

export const right = <chataibot-widget class="corner" bot-key="b" variables={{ plan: 'gold' }} onchataibot-unread={({ detail }) => detail.count + 1} />;
// @ts-expect-error a listener hears events, not texts
export const wrong = <chataibot-widget onchataibot-unread={(text: string) => text} />;
