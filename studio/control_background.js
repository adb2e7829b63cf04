// Control for a background: one colour, a gradient of two, or any CSS.

import { lightDark, parse, schemes, splitList, toHex } from './colour.js';
import { freshId, make } from './nodes.js';
import { textControl } from './control_text.js';

const KINDS = { '': 'Default', colour: 'One colour', gradient: 'Gradient', css: 'As CSS' };

/** Parses a gradient written by this control to `{angle, from, to}`; null for any other. */
export function readGradient(value) {
  const inside = /^linear-gradient\((.*)\)$/s.exec(value.trim())?.[1];
  const [angle, from, to, more] = inside ? splitList(inside) : [];
  if (!/^-?[\d.]+deg$/.test(angle ?? '') || more || !to) return null;
  const isColour = (text) => schemes(text).every((one) => parse(one));
  return isColour(from) && isColour(to) ? { angle: parseFloat(angle), from, to } : null;
}

const kindOf = (value) => {
  if (!value) return '';
  if (schemes(value).every((one) => parse(one))) return 'colour';
  return readGradient(value) ? 'gradient' : 'css';
};

/** Builds two pickers, for light and dark; `onPick(css, gesture)`. */
function pair(title, value, onPick) {
  const both = schemes(value).map((one) => toHex({ ...(parse(one) ?? { r: 0.5, g: 0.5, b: 0.5 }), alpha: 1 }));
  const pickers = ['light', 'dark'].map((scheme, at) => make('label', { class: 'swatch-input' }, make('input', {
    type: 'color', value: both[at], 'aria-label': `${title}, on ${scheme}`,
    oninput: ({ target }) => {
      both[at] = target.value;
      onPick(lightDark(...both), `${title}-${scheme}`);
    },
  })));
  return make('div', { class: 'slider' }, make('span', {}, title), make('div', { class: 'pair' }, ...pickers));
}

export function backgroundControl(studio, token) {
  const { history } = studio;
  const id = freshId('background');
  const select = make('select', { id }, ...Object.entries(KINDS).map(([value, title]) => make('option', { value }, title)));
  const place = make('div', { class: 'layers' });
  const set = (value, gesture) => {
    drawn = value;
    studio.setToken(token.name, value, gesture && `${token.name}-${gesture}`);
  };
  /** The value last written by the control itself, which must not rebuild it during a gesture. */
  let drawn = null;
  let shown = null;

  function gradientEditor(value) {
    const gradient = readGradient(value);
    const change = (parts, gesture) => {
      Object.assign(gradient, parts);
      set(`linear-gradient(${gradient.angle}deg, ${gradient.from}, ${gradient.to})`, gesture);
    };
    const output = make('output', {}, `${gradient.angle}°`);
    const angle = make('input', {
      type: 'range', min: '0', max: '360', step: '5', value: String(gradient.angle),
      oninput: ({ target }) => {
        output.value = `${target.value}°`;
        change({ angle: Number(target.value) }, 'angle');
      },
    });
    return [
      pair('From', gradient.from, (from, gesture) => change({ from }, gesture)),
      pair('To', gradient.to, (to, gesture) => change({ to }, gesture)),
      make('label', { class: 'slider' }, make('span', {}, 'Angle'), angle, output),
    ];
  }

  function draw(kind, value) {
    shown = kind;
    if (kind === 'colour') place.replaceChildren(pair('Colour', value, set));
    else if (kind === 'gradient') place.replaceChildren(...gradientEditor(value));
    else if (kind === 'css') place.replaceChildren(textControl(studio, token).lastChild);
    else place.replaceChildren();
  }
  const accent = () => {
    const { light, dark } = studio.colours.accent ?? {};
    const [first, second] = [light, dark].map((colour) => toHex(parse(colour) ?? parse('#2f5bea')));
    return lightDark(first, second);
  };
  select.addEventListener('change', () => {
    const kind = select.value;
    const begin = { '': '', colour: accent(), gradient: `linear-gradient(135deg, ${accent()}, #ffffff)`, css: history.state.tokens[token.name] || token.number };
    set(begin[kind], null);
    draw(kind, begin[kind]);
  });
  const follow = ({ tokens }) => {
    const value = tokens[token.name] ?? '';
    if (value === drawn) return;
    drawn = value;
    // A value being typed as CSS stays in that editor.
    const kind = shown === 'css' && value ? 'css' : kindOf(value);
    select.value = kind;
    draw(kind, value);
  };
  history.subscribe(follow);
  follow(history.state);
  return make('div', { class: 'control' }, make('label', { class: 'name', for: id }, make('b', {}, token.title), make('small', {}, token.paints)), select, place);
}
