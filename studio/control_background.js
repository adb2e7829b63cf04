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
function schemePickers(title, value, onPick) {
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
  const editor = make('div', { class: 'layers' });
  const setValue = (value, gesture) => {
    drawnValue = value;
    studio.setToken(token.name, value, gesture && `${token.name}-${gesture}`);
  };
  /** The value last written by the control itself, which must not rebuild it during a gesture. */
  let drawnValue = null;
  let drawnKind = null;

  function gradientEditor(value) {
    const gradient = readGradient(value);
    const change = (parts, gesture) => {
      Object.assign(gradient, parts);
      setValue(`linear-gradient(${gradient.angle}deg, ${gradient.from}, ${gradient.to})`, gesture);
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
      schemePickers('From', gradient.from, (from, gesture) => change({ from }, gesture)),
      schemePickers('To', gradient.to, (to, gesture) => change({ to }, gesture)),
      make('label', { class: 'slider' }, make('span', {}, 'Angle'), angle, output),
    ];
  }

  function draw(kind, value) {
    drawnKind = kind;
    if (kind === 'colour') editor.replaceChildren(schemePickers('Colour', value, setValue));
    else if (kind === 'gradient') editor.replaceChildren(...gradientEditor(value));
    else if (kind === 'css') editor.replaceChildren(textControl(studio, token).lastChild);
    else editor.replaceChildren();
  }
  const accent = () => {
    const { light, dark } = studio.colours.accent ?? {};
    const [first, second] = [light, dark].map((colour) => toHex(parse(colour) ?? parse('#2f5bea')));
    return lightDark(first, second);
  };
  select.addEventListener('change', () => {
    const kind = select.value;
    const initialValues = { '': '', colour: accent(), gradient: `linear-gradient(135deg, ${accent()}, #ffffff)`, css: history.state.tokens[token.name] || token.number };
    setValue(initialValues[kind], null);
    draw(kind, initialValues[kind]);
  });
  const update = ({ tokens }) => {
    const value = tokens[token.name] ?? '';
    if (value === drawnValue) return;
    drawnValue = value;
    // A value being typed as CSS stays in that editor.
    const kind = drawnKind === 'css' && value ? 'css' : kindOf(value);
    select.value = kind;
    draw(kind, value);
  };
  history.subscribe(update);
  update(history.state);
  return make('div', { class: 'control' }, make('label', { class: 'name', for: id }, make('b', {}, token.title), make('small', {}, token.paints)), select, editor);
}
