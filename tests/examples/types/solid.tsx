/** @jsxImportSource solid-js */
import type {} from 'chataibot-widget/solid';

export const right = <chataibot-widget attr:bot-key="b" prop:variables={{ plan: 'gold' }} on:chataibot-open={() => undefined} />;
// @ts-expect-error there is no such theme
export const wrong = <chataibot-widget theme="pink" />;
