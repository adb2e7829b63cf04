// Control for any value, as CSS: for backgrounds, which may be gradients, and for tokens without a
// control of their own.

import { isValue } from './address.js';
import { freshId, make } from './nodes.js';
import { takes } from './table.js';

export function textControl(studio, token) {
  const { history } = studio;
  const id = freshId('text');
  const text = make('input', { type: 'text', id, spellcheck: 'false', autocomplete: 'off', placeholder: token.default });
  text.addEventListener('change', () => {
    const value = text.value.trim();
    const isValid = value === '' || (isValue(value) && takes(token, value));
    text.setAttribute('aria-invalid', !isValid);
    if (isValid) studio.setToken(token.name, value);
  });
  const update = ({ tokens }) => {
    if (document.activeElement !== text) text.value = tokens[token.name] ?? '';
  };
  history.subscribe(update);
  update(history.state);
  return make('div', { class: 'control' }, make('label', { class: 'name', for: id }, make('b', {}, token.title), make('small', {}, token.paints)), text);
}
