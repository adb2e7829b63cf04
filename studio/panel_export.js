// Dialog with the exports for a designer.

import { toCss, toDtcg, toSnippet } from './export.js';
import { copy, download, make } from './nodes.js';

const SHEET = 'chataibot-theme.css';

export function addExports({ history, table }) {
  const dialog = document.querySelector('#exports');
  const texts = () => {
    const { tokens, rules, attributes } = history.state;
    const css = toCss(tokens, table.defaults, rules);
    return {
      'Style sheet': { text: css || '/* Nothing differs from the default. */\n', name: SHEET, type: 'text/css' },
      'Design tokens (DTCG)': { text: `${JSON.stringify(toDtcg(tokens, table.defaults), null, 2)}\n`, name: 'chataibot.tokens.json', type: 'application/json' },
      'For your page': { text: toSnippet(attributes, new URL('../chataibot.js', location.href).href, css && SHEET), name: null },
    };
  };
  document.querySelector('#export').addEventListener('click', () => {
    const blocks = Object.entries(texts()).map(([title, { text, name, type }]) => {
      const code = make('code', {}, text);
      return make('section', {}, make('header', {}, make('h3', {}, title),
        make('button', { type: 'button', class: 'quiet', onclick: () => copy(text, code) }, 'Copy'),
        name && make('button', { type: 'button', class: 'quiet', onclick: () => download(name, text, type) }, 'Save')),
      make('pre', { tabindex: '0', 'aria-label': title }, code));
    });
    dialog.replaceChildren(make('header', {}, make('h2', { id: 'exports-title' }, 'Take it home'), make('button', { type: 'button', class: 'quiet', onclick: () => dialog.close() }, 'Close')), ...blocks);
    dialog.showModal();
  });
  // A click on the backdrop closes the dialog.
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close());
}
