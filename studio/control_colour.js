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
function worst(colours, name, scheme) {
  const at = (token) => parse(colours[token]?.[scheme]);
  const own = at(name);
  if (!own) return null;
  const found = pairsOf(name).flatMap(({ other, needed }) => {
    const their = at(other);
    if (!their || their.alpha < 1) return [];
    return [{ other, needed, ratio: contrast(over(own, their), their) }];
  });
  return found.sort((one, two) => one.ratio / one.needed - two.ratio / two.needed)[0] ?? null;
}

const shownRatio = (ratio) => (Math.floor(ratio * 10) / 10).toFixed(1);

/** Builds the editor of one scheme's colour; `onPick(css, gesture)`. */
function editor(title, onPick) {
  const id = freshId('colour');
  let [own, alpha] = [{ l: 0.5, c: 0.1, h: 0 }, 1];
  const text = make('input', { type: 'text', id, spellcheck: 'false', autocomplete: 'off' });
  const picker = make('input', { type: 'color', 'aria-label': `${title}, by the picker` });
  const verdict = make('p', { class: 'verdict' });
  const sliders = SLIDERS.map((slider) => {
    const input = make('input', { type: 'range', min: '0', max: String(slider.most), step: String(slider.step), 'aria-label': `${title}, ${slider.title.toLowerCase()}` });
    const output = make('output', {});
    input.addEventListener('input', () => {
      own = { ...own, [slider.key]: Number(input.value) };
      const hex = toHex({ ...fromOklch(own), alpha });
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
    own = toOklch(parse(picker.value));
    paint(picker.value);
    onPick(picker.value, id);
  });

  function paint(css) {
    text.value = css;
    for (const { key, most, percent, input, output } of sliders) {
      input.value = own[key];
      output.value = percent ? `${Math.round(own.l * 100)} %` : key === 'h' ? `${Math.round(own.h)}°` : own.c.toFixed(3);
      const stops = Array.from({ length: 13 }, (_, at) => toHex(fromOklch({ ...own, [key]: (at / 12) * most })));
      input.style.setProperty('--track', `linear-gradient(to right, ${stops.join(', ')})`);
    }
  }

  const element = make('fieldset', { class: 'editor' }, make('legend', {}, title),
    make('div', { class: 'editor-top' }, make('label', { class: 'swatch-input' }, picker), make('label', { class: 'unseen', for: id }, `${title}, as CSS`), text),
    ...sliders.map(({ row }) => row), verdict);
  return {
    element,
    /** `css`: the value as written; `colour`: as computed by the browser. */
    show(css, colour, judged) {
      if (colour) {
        const next = toOklch(colour);
        // A slider that passes through grey keeps its hue, and one outside of the screen's colours
        // its position.
        if (toHex(fromOklch(own)) !== toHex({ ...colour, alpha: 1 }).slice(0, 7)) own = { ...next, h: next.c ? next.h : own.h };
        ({ alpha } = colour);
        picker.value = toHex({ ...colour, alpha: 1 });
      }
      if (document.activeElement !== text) {
        paint(css);
        text.removeAttribute('aria-invalid');
      }
      verdict.hidden = !judged;
      if (!judged) return;
      const enough = judged.ratio >= judged.needed;
      verdict.className = `verdict ${enough ? 'good' : 'bad'}`;
      verdict.textContent = `${shownRatio(judged.ratio)} : 1 with ${judged.other}${enough ? '' : `, needs ${judged.needed}`}`;
    },
  };
}

export function colourControl(studio, token) {
  const { history } = studio;
  /** The value for each scheme: the designer's, else the one that the browser computed. */
  const written = (scheme) => {
    const own = history.state.tokens[token.name];
    if (own) return schemes(own)[scheme === 'dark' ? 1 : 0];
    const colour = parse(studio.colours[token.name]?.[scheme]);
    return colour ? toHex(colour) : '';
  };
  const editors = Object.fromEntries(['light', 'dark'].map((scheme) => [scheme, editor(scheme === 'light' ? 'On light' : 'On dark', (css, gesture) => {
    const both = { light: written('light'), dark: written('dark'), [scheme]: css };
    studio.setToken(token.name, lightDark(both.light || css, both.dark || css), gesture && `${token.name}-${gesture}`);
  })]));
  const chips = Object.fromEntries(['light', 'dark'].map((scheme) => [scheme, make('span', { class: `chip on-${scheme}` })]));
  const badge = make('span', { class: 'badge' });
  const details = make('details', { class: 'control' },
    make('summary', {}, make('span', { class: 'chips' }, chips.light, chips.dark), make('span', { class: 'name' }, make('b', {}, token.title), make('small', {}, token.paints)), badge));
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) details.append(make('div', { class: 'editors' }, editors.light.element, editors.dark.element));
    follow();
  });

  function follow() {
    const judged = {};
    for (const scheme of ['light', 'dark']) {
      const colour = parse(studio.colours[token.name]?.[scheme]);
      chips[scheme].style.setProperty('--colour', studio.colours[token.name]?.[scheme] ?? 'transparent');
      judged[scheme] = worst(studio.colours, token.name, scheme);
      if (details.open) editors[scheme].show(written(scheme), colour, judged[scheme]);
    }
    const both = Object.values(judged).filter(Boolean);
    badge.hidden = !both.length;
    if (!both.length) return;
    const least = both.sort((one, two) => one.ratio / one.needed - two.ratio / two.needed)[0];
    const enough = least.ratio >= least.needed;
    badge.className = `badge ${enough ? 'good' : 'bad'}`;
    badge.textContent = `${shownRatio(least.ratio)}`;
    badge.title = `Contrast with ${least.other}: ${enough ? 'enough' : `${least.needed} is needed`}`;
    badge.setAttribute('aria-label', `contrast ${shownRatio(least.ratio)}, ${enough ? 'enough' : 'too low'}`);
  }
  studio.onColours(follow);
  follow();
  return details;
}
