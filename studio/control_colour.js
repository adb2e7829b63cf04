// Control for a colour, light and dark, in OKLCH (perceptual lightness, chroma and hue), with its
// contrast to the colours that it is used with.

import { contrast, fromOklch, lightDark, over, parse, schemes, toHex, toOklch } from './colour.js';
import { freshId, make } from './nodes.js';
import { PAIRS } from './palette.js';

const SLIDERS = [
  { key: 'l', title: 'Lightness', most: 1, step: 0.005, percent: true },
  { key: 'c', title: 'Chroma', most: 0.33, step: 0.002 },
  { key: 'h', title: 'Hue', most: 360, step: 1 },
];

/** The pairs that this token is in, with the other token's name. */
const pairsOf = (name) => PAIRS.filter((pair) => pair.slice(0, 2).includes(name)).map(([upper, lower, needed]) => ({ other: upper === name ? lower : upper, needed }));

/**
 * The pair with the worst contrast in a scheme, from the colours that the browser computed:
 * `{ratio, needed, other}`.
 */
function worstPair(colours, name, scheme) {
  const colourOf = (token) => parse(colours[token]?.[scheme]);
  const ownColour = colourOf(name);
  if (!ownColour) return null;
  const found = pairsOf(name).flatMap(({ other, needed }) => {
    const otherColour = colourOf(other);
    if (!otherColour || otherColour.alpha < 1) return [];
    return [{ other, needed, ratio: contrast(over(ownColour, otherColour), otherColour) }];
  });
  return found.sort((one, two) => one.ratio / one.needed - two.ratio / two.needed)[0] ?? null;
}

const shownRatio = (ratio) => (Math.floor(ratio * 10) / 10).toFixed(1);

/** Builds the editor of one scheme's colour; `onPick(css, gesture)`. */
function editor(title, onPick) {
  const id = freshId('colour');
  let [oklch, alpha] = [{ l: 0.5, c: 0.1, h: 0 }, 1];
  const text = make('input', { type: 'text', id, spellcheck: 'false', autocomplete: 'off' });
  const picker = make('input', { type: 'color', 'aria-label': `${title}, by the picker` });
  const verdict = make('p', { class: 'verdict' });
  const sliders = SLIDERS.map((slider) => {
    const input = make('input', { type: 'range', min: '0', max: String(slider.most), step: String(slider.step), 'aria-label': `${title}, ${slider.title.toLowerCase()}` });
    const output = make('output', {});
    input.addEventListener('input', () => {
      oklch = { ...oklch, [slider.key]: Number(input.value) };
      const hex = toHex({ ...fromOklch(oklch), alpha });
      paint(hex);
      onPick(hex, `${id}-${slider.key}`);
    });
    return { ...slider, input, output, row: make('label', { class: 'slider' }, make('span', {}, slider.title), input, output) };
  });
  text.addEventListener('change', () => {
    const value = text.value.trim();
    text.setAttribute('aria-invalid', !CSS.supports('color', value));
    if (CSS.supports('color', value)) onPick(value, null);
  });
  picker.addEventListener('input', () => {
    oklch = toOklch(parse(picker.value));
    paint(picker.value);
    onPick(picker.value, id);
  });

  function paint(css) {
    text.value = css;
    for (const { key, most, percent, input, output } of sliders) {
      input.value = oklch[key];
      output.value = percent ? `${Math.round(oklch.l * 100)} %` : key === 'h' ? `${Math.round(oklch.h)}°` : oklch.c.toFixed(3);
      const stops = Array.from({ length: 13 }, (_, at) => toHex(fromOklch({ ...oklch, [key]: (at / 12) * most })));
      input.style.setProperty('--track', `linear-gradient(to right, ${stops.join(', ')})`);
    }
  }

  const element = make('fieldset', { class: 'editor' }, make('legend', {}, title),
    make('div', { class: 'editor-top' }, make('label', { class: 'swatch-input' }, picker), make('label', { class: 'unseen', for: id }, `${title}, as CSS`), text),
    ...sliders.map(({ row }) => row), verdict);
  return {
    element,
    /** `css`: the value as written; `colour`: as computed by the browser. */
    show(css, colour, worst) {
      if (colour) {
        const next = toOklch(colour);
        // A slider that passes through grey keeps its hue, and one outside of the screen's colours
        // its position.
        if (toHex(fromOklch(oklch)) !== toHex({ ...colour, alpha: 1 }).slice(0, 7)) oklch = { ...next, h: next.c ? next.h : oklch.h };
        ({ alpha } = colour);
        picker.value = toHex({ ...colour, alpha: 1 });
      }
      if (document.activeElement !== text) {
        paint(css);
        text.removeAttribute('aria-invalid');
      }
      verdict.hidden = !worst;
      if (!worst) return;
      const enough = worst.ratio >= worst.needed;
      verdict.className = `verdict ${enough ? 'good' : 'bad'}`;
      verdict.textContent = `${shownRatio(worst.ratio)} : 1 with ${worst.other}${enough ? '' : `, needs ${worst.needed}`}`;
    },
  };
}

export function colourControl(studio, token) {
  const { history } = studio;
  /** The value for each scheme: the designer's, else the one that the browser computed. */
  const currentValue = (scheme) => {
    const own = history.state.tokens[token.name];
    if (own) return schemes(own)[scheme === 'dark' ? 1 : 0];
    const colour = parse(studio.colours[token.name]?.[scheme]);
    return colour ? toHex(colour) : '';
  };
  const editors = Object.fromEntries(['light', 'dark'].map((scheme) => [scheme, editor(scheme === 'light' ? 'On light' : 'On dark', (css, gesture) => {
    const both = { light: currentValue('light'), dark: currentValue('dark'), [scheme]: css };
    studio.setToken(token.name, lightDark(both.light || css, both.dark || css), gesture && `${token.name}-${gesture}`);
  })]));
  const chips = Object.fromEntries(['light', 'dark'].map((scheme) => [scheme, make('span', { class: `chip on-${scheme}` })]));
  const badge = make('span', { class: 'badge' });
  const details = make('details', { class: 'control' },
    make('summary', {}, make('span', { class: 'chips' }, chips.light, chips.dark), make('span', { class: 'name' }, make('b', {}, token.title), make('small', {}, token.paints)), badge));
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) details.append(make('div', { class: 'editors' }, editors.light.element, editors.dark.element));
    update();
  });

  function update() {
    const worstPairs = {};
    for (const scheme of ['light', 'dark']) {
      const colour = parse(studio.colours[token.name]?.[scheme]);
      chips[scheme].style.setProperty('--colour', studio.colours[token.name]?.[scheme] ?? 'transparent');
      worstPairs[scheme] = worstPair(studio.colours, token.name, scheme);
      if (details.open) editors[scheme].show(currentValue(scheme), colour, worstPairs[scheme]);
    }
    const pairs = Object.values(worstPairs).filter(Boolean);
    badge.hidden = !pairs.length;
    if (!pairs.length) return;
    const lowest = pairs.sort((one, two) => one.ratio / one.needed - two.ratio / two.needed)[0];
    const enough = lowest.ratio >= lowest.needed;
    badge.className = `badge ${enough ? 'good' : 'bad'}`;
    badge.textContent = `${shownRatio(lowest.ratio)}`;
    badge.title = `Contrast with ${lowest.other}: ${enough ? 'enough' : `${lowest.needed} is needed`}`;
    badge.setAttribute('aria-label', `contrast ${shownRatio(lowest.ratio)}, ${enough ? 'enough' : 'too low'}`);
  }
  studio.onColours(update);
  update();
  return details;
}
