import { define } from 'chataibot-widget';

define();
document.addEventListener('chataibot-message', ({ detail }) => {
  document.querySelector('output').value = `${detail.author}: ${detail.text}`;
});
