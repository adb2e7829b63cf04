// Controls for lengths and numbers: a slider for the usual range, and a field for any value.

import { freshId, make } from './nodes.js';
import { takes } from './table.js';

/** Upper end of each slider, in pixels; 64 for all others. */
const MAX = { 'font-size': 24, 'launcher-size': 96, 'window-width': 720, 'window-height': 960, 'window-radius': 48, 'launcher-radius': 48, radius: 36, 'bubble-radius': 36 };
const MIN = { 'font-size': 11, 'launcher-size': 40, 'window-width': 300, 'window-height': 340 };

function withField(studio, token, range, toCss) {
  const { history } = studio;
  const id = freshId('length');
  const text = make('input', { type: 'text', id, class: 'short', spellcheck: 'false', autocomplete: 'off' });
  range.setAttribute('aria-label', `${token.title}, by the slider`);
  range.addEventListener('input', () => studio.setToken(token.name, toCss(range.value), token.name));
  text.addEventListener('change', () => {
    const value = text.value.trim();
    const isValid = value === '' || takes(token, value);
    text.setAttribute('aria-invalid', !isValid);
    if (isValid) studio.setToken(token.name, value);
  });
  const update = ({ tokens }) => {
    const value = tokens[token.name] ?? '';
    if (document.activeElement !== text) text.value = value;
    text.placeholder = token.default;
    // A default that refers to another token contains no number.
    const number = parseFloat(value || token.number);
    if (Number.isFinite(number)) range.value = number;
  };
  history.subscribe(update);
  update(history.state);
  return make('div', { class: 'control' },
    make('label', { class: 'name', for: id }, make('b', {}, token.title), make('small', {}, token.paints)),
    make('div', { class: 'slider-field' }, range, text));
}

export function lengthControl(studio, token) {
  const range = make('input', { type: 'range', min: String(MIN[token.name] ?? 0), max: String(MAX[token.name] ?? 64), step: '1' });
  return withField(studio, token, range, (value) => `${value}px`);
}

/** Slider range of each factor. */
const NUMBERS = {
  motion: { min: '0', max: '3', step: '0.1' },
  density: { min: '0.4', max: '1.6', step: '0.05' },
};

export function numberControl(studio, token) {
  const range = make('input', { type: 'range', ...NUMBERS[token.name] });
  return withField(studio, token, range, (value) => value);
}
