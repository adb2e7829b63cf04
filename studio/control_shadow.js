// Control for a shadow: presets, and an editor for each layer.

import { toHex, parse } from './colour.js';
import { make } from './nodes.js';
import { formatShadow, parseShadow } from './shadow.js';

const PRESETS = {
  None: 'none',
  Hairline: '0 0 0 1px rgb(16 24 40 / 0.12)',
  Soft: '0 0 0 1px rgb(16 24 40 / 0.06), 0 8px 24px -4px rgb(16 24 40 / 0.14)',
  Floating: '0 0 0 1px rgb(16 24 40 / 0.06), 0 2px 6px rgb(16 24 40 / 0.08), 0 24px 56px -12px rgb(16 24 40 / 0.3)',
  Hard: '6px 6px 0 0 rgb(16 24 40)',
  Glow: '0 0 0 1px rgb(255 255 255 / 0.2), 0 0 44px 0 rgb(47 91 234 / 0.35)',
};

const FIELDS = [['x', 'Across', -40, 40], ['y', 'Down', -40, 80], ['blur', 'Blur', 0, 120], ['spread', 'Spread', -40, 40]];

export function shadowControl(studio, token) {
  const { history } = studio;
  const select = make('select', { 'aria-label': token.title }, make('option', { value: '' }, 'Default'), ...Object.entries(PRESETS).map(([title, value]) => make('option', { value }, title)), make('option', { value: 'own', hidden: true }, 'Own'));
  select.addEventListener('change', () => studio.setToken(token.name, select.value));
  const layers = make('div', { class: 'layers' });
  let drawnValue;

  function layerRow(shadows, at) {
    const layer = shadows[at];
    const change = (parts, gesture) => {
      drawnValue = formatShadow(shadows.map((one, place) => (place === at ? { ...one, ...parts } : one)));
      Object.assign(layer, parts);
      studio.setToken(token.name, drawnValue, gesture && `${token.name}-${at}-${gesture}`);
    };
    const colour = parse(layer.colour);
    const alpha = make('input', { type: 'range', min: '0', max: '1', step: '0.01', value: String(colour.alpha), oninput: ({ target }) => change({ colour: toHex({ ...parse(layer.colour), alpha: Number(target.value) }) }, 'alpha') });
    const picker = make('input', { type: 'color', value: toHex({ ...colour, alpha: 1 }), 'aria-label': `Colour of layer ${at + 1}`, oninput: ({ target }) => change({ colour: toHex({ ...parse(target.value), alpha: parse(layer.colour).alpha }) }, 'colour') });
    return make('fieldset', { class: 'editor' }, make('legend', {}, `Layer ${at + 1}`),
      ...FIELDS.map(([key, title, least, most]) => make('label', { class: 'slider' }, make('span', {}, title),
        make('input', { type: 'range', min: String(least), max: String(most), step: '1', value: String(layer[key]), oninput: ({ target }) => {
          target.nextSibling.value = `${target.value} px`;
          change({ [key]: Number(target.value) }, key);
        } }), make('output', {}, `${layer[key]} px`))),
      make('label', { class: 'slider' }, make('span', {}, 'Strength'), alpha, make('label', { class: 'swatch-input' }, picker)),
      make('button', { type: 'button', class: 'quiet', onclick: () => studio.setToken(token.name, formatShadow(shadows.filter((_, place) => place !== at))) }, 'Remove'));
  }

  function update({ tokens }) {
    const value = tokens[token.name] ?? '';
    select.value = Object.values(PRESETS).includes(value) || value === '' ? value : 'own';
    if (value === drawnValue) return;
    drawnValue = value;
    const shadows = value && parseShadow(value);
    layers.replaceChildren(...(shadows
      ? [...shadows.map((_, at) => layerRow(shadows, at)), make('button', { type: 'button', class: 'quiet', onclick: () => studio.setToken(token.name, formatShadow([...shadows, { x: 0, y: 8, blur: 24, spread: 0, colour: '#10182824', inset: false }])) }, 'Add a layer')]
      : []));
  }
  history.subscribe(update);
  update(history.state);
  return make('div', { class: 'control' }, make('div', { class: 'name' }, make('b', {}, token.title), make('small', {}, token.paints)), select, layers);
}
