// Panel of all tokens, by group, each with a control for its kind.

import { backgroundControl } from './control_background.js';
import { colourControl } from './control_colour.js';
import { fontControl } from './control_font.js';
import { lengthControl, numberControl } from './control_length.js';
import { shadowControl } from './control_shadow.js';
import { textControl } from './control_text.js';
import { make } from './nodes.js';

const CONTROLS = {
  background: backgroundControl,
  color: colourControl,
  font: fontControl,
  length: lengthControl,
  number: numberControl,
  shadow: shadowControl,
};

function tokenRow(studio, token) {
  const { history } = studio;
  const reset = make('button', { type: 'button', class: 'reset', 'aria-label': `${token.title}: back to the default`, onclick: () => studio.setToken(token.name, '') }, '↺');
  const control = (CONTROLS[token.kind] ?? textControl)(studio, token);
  const row = make('div', { class: `token token-${token.kind}`, 'data-token': token.name }, control, reset);
  const update = ({ tokens }) => {
    reset.hidden = !(token.name in tokens);
    row.classList.toggle('changed', token.name in tokens);
  };
  history.subscribe(update);
  update(history.state);
  return row;
}

export function tokensPanel(studio) {
  const search = make('input', { type: 'search', placeholder: 'Find a token', 'aria-label': 'Find a token' });
  const groups = Object.entries(studio.table.groups).map(([title, tokens], at) => {
    const rows = tokens.map((token) => [token, tokenRow(studio, token)]);
    const details = make('details', { class: 'group', open: at < 2 }, make('summary', {}, make('h2', {}, title)), ...rows.map(([, row]) => row));
    return { details, rows };
  });
  search.addEventListener('input', () => {
    const words = search.value.trim().toLowerCase();
    for (const { details, rows } of groups) {
      let hasMatch = false;
      for (const [token, row] of rows) {
        row.hidden = words !== '' && !`${token.name} ${token.title} ${token.paints}`.toLowerCase().includes(words);
        hasMatch ||= !row.hidden;
      }
      details.hidden = !hasMatch;
      if (words && hasMatch) details.open = true;
    }
  });
  return [make('div', { class: 'find' }, search), ...groups.map(({ details }) => details)];
}
