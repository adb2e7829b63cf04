import { define, type ChataibotWidget, type Settings } from 'chataibot-widget';
import { define as defineFrom } from 'chataibot-widget/remote';

define();
const later: Promise<typeof ChataibotWidget | undefined> = defineFrom('https://chat.example.com');
const widget = document.querySelector('chataibot-widget')!;
widget.theme = 'dark';
const sent: Promise<string | undefined> = widget.send('Hello');
const setting: Settings['mode'] = 'inline';
document.addEventListener('chataibot-message', ({ detail }) => detail.text.trim());
// @ts-expect-error there is no such theme
widget.theme = 'pink';
export { later, sent, setting };
