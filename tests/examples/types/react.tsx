/** @jsxImportSource react */
import { createRef } from 'react';
import type { ChataibotWidget } from 'chataibot-widget';
import type {} from 'chataibot-widget/react';

const ref = createRef<ChataibotWidget>();
export const right = (
  <chataibot-widget
    ref={ref}
    id="chat"
    className="corner"
    proxy-url="https://chat.example.com"
    mode="inline"
    variables={{ plan: 'gold' }}
    open
    onchataibot-message={({ detail }) => detail.author === 'bot'}
  />
);
// @ts-expect-error there is no such mode
export const wrong = <chataibot-widget mode="upside-down" />;
