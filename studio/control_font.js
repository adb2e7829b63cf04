// Control for a font family: stacks that need no download, the page's own font, or any other.

import { freshId, make } from './nodes.js';
import { takes } from './table.js';

/** Stacks by their look, after modernfontstacks.com; all fonts are preinstalled on some system. */
const STACKS = {
  'System interface': 'system-ui, sans-serif',
  Neutral: '"Helvetica Neue", Helvetica, Arial, sans-serif',
  Humanist: 'Seravek, "Gill Sans Nova", Ubuntu, Calibri, "DejaVu Sans", source-sans-pro, sans-serif',
  Geometric: 'Avenir, Montserrat, Corbel, "URW Gothic", source-sans-pro, sans-serif',
  Rounded: 'ui-rounded, "Hiragino Maru Gothic ProN", Quicksand, Comfortaa, Manjari, "Arial Rounded MT Bold", Calibri, sans-serif',
  'Old-style serif': '"Iowan Old Style", "Palatino Linotype", "URW Palladio L", P052, serif',
  'Transitional serif': 'Charter, "Bitstream Charter", "Sitka Text", Cambria, serif',
  'Slab serif': 'Rockwell, "Rockwell Nova", "Roboto Slab", "DejaVu Serif", "Sitka Small", serif',
  Monospace: 'ui-monospace, "Cascadia Code", "Source Code Pro", Menlo, Consolas, "DejaVu Sans Mono", monospace',
};

export function fontControl(studio, token) {
  const { history } = studio;
  const id = freshId('font');
  const options = Object.entries(STACKS);
  const select = make('select', { 'aria-label': `${token.title}, by kind`, onchange: () => select.value && studio.setToken(token.name, select.value === token.default ? '' : select.value) },
    make('option', { value: '' }, 'Own …'), ...options.map(([title, stack]) => make('option', { value: stack }, title)));
  const text = make('input', { type: 'text', id, spellcheck: 'false', autocomplete: 'off', placeholder: token.default });
  text.addEventListener('change', () => {
    const value = text.value.trim();
    const isValid = value === '' || takes(token, value);
    text.setAttribute('aria-invalid', !isValid);
    if (isValid) studio.setToken(token.name, value);
  });
  const update = ({ tokens }) => {
    const value = tokens[token.name] ?? '';
    if (document.activeElement !== text) text.value = value;
    select.value = value || options[0][1];
    if (select.selectedIndex < 0) select.value = '';
  };
  history.subscribe(update);
  update(history.state);
  return make('div', { class: 'control' }, make('label', { class: 'name', for: id }, make('b', {}, token.title), make('small', {}, token.paints)), select, text);
}
