// Panel of starting points: a brand colour, a theme, or the site's own style sheet.

import { contrast, luminance, parse, schemes, toHex } from './colour.js';
import { complete } from './complete.js';
import { make, say } from './nodes.js';
import { PAIRS, palette, paletteTokens } from './palette.js';
import { readVariables, suggest } from './site_variables.js';
import { THEMES } from './themes.js';

/** Address of a theme's picture. */
const picture = (name) => new URL(`themes/${name || 'default'}.webp`, import.meta.url).href;

function brandSection({ history }) {
  const text = make('input', { type: 'text', id: 'brand', value: '#2f5bea', spellcheck: 'false', autocomplete: 'off', 'aria-describedby': 'brand-note' });
  const picker = make('input', { type: 'color', value: '#2f5bea', 'aria-label': 'Brand colour, by the picker' });
  const note = make('p', { class: 'note', id: 'brand-note', role: 'status' });
  const swatches = make('div', { class: 'palette' });
  const useButton = make('button', { type: 'button', class: 'main' }, 'Use this palette');

  function preview() {
    const brand = parse(text.value);
    useButton.disabled = !brand;
    text.setAttribute('aria-invalid', !brand);
    if (!brand) return (note.textContent = 'Write a colour: #0a7d5a, rgb(10 125 90), oklch(0.5 0.1 160) …');
    picker.value = toHex({ ...brand, alpha: 1 }).slice(0, 7);
    const colourSchemes = palette(text.value);
    const lowest = Math.min(
      ...Object.values(colourSchemes).flatMap((scheme) =>
        PAIRS.map(([upper, lower, needed]) => contrast(scheme[upper], scheme[lower]) / needed),
      ),
    );
    note.textContent = lowest >= 1 ? 'Every text reaches AA in light and dark, by how the colours are made.' : 'A pair is below AA.';
    swatches.replaceChildren(
      ...Object.entries(colourSchemes).map(([scheme, colours]) => {
        const row = make('div', { class: 'palette-row', role: 'img', 'aria-label': `The ${scheme} palette` });
        for (const name of ['accent', 'link', 'text', 'text-muted', 'line-strong', 'line', 'surface-raised', 'surface']) {
          const swatch = make('span', { title: `${name} ${toHex(colours[name])}` });
          swatch.style.background = toHex(colours[name]);
          row.append(swatch);
        }
        return row;
      }),
    );
  }
  text.addEventListener('input', preview);
  picker.addEventListener('input', () => {
    text.value = picker.value;
    preview();
  });
  useButton.addEventListener('click', () => {
    history.change({ tokens: { ...history.state.tokens, ...paletteTokens(text.value) } });
    say('The palette is in the preview');
  });
  preview();
  return make('section', { class: 'block' },
    make('h2', {}, 'From your brand colour'),
    make('div', { class: 'brand-row' }, make('label', { class: 'swatch-input' }, picker), make('label', { class: 'grow' }, make('span', { class: 'unseen' }, 'Brand colour'), text), useButton),
    swatches, note);
}

function gallerySection(studio) {
  const { history } = studio;
  const buttons = Object.entries({ '': { title: 'As it comes', line: 'The default look' }, ...THEMES }).map(([name, { title, line }]) => {
    const image = make('img', { src: picture(name), alt: '', width: '320', height: '220', loading: 'lazy' });
    const button = make('button', { type: 'button', class: 'theme', 'data-theme': name, 'aria-pressed': 'false' }, image, make('b', {}, title), make('span', {}, line));
    button.addEventListener('click', () => studio.begin(name).then(() => say(`${title} is in the preview`)));
    return button;
  });
  const update = ({ theme }) => {
    for (const button of buttons) button.setAttribute('aria-pressed', button.dataset.theme === theme);
  };
  history.subscribe(update);
  update(history.state);
  return make('section', { class: 'block' }, make('h2', {}, 'From a theme'), make('div', { class: 'gallery' }, ...buttons));
}

function importSection({ history, table }) {
  const area = make('textarea', { id: 'site-css', rows: '5', spellcheck: 'false', placeholder: ':root { --brand: #0a7d5a; --background: #fff; … }' });
  const found = make('div', { class: 'found' });
  const readSheet = () => {
    const variables = readVariables(area.value);
    const suggestions = suggest(variables).filter(({ token }) => table.tokens[token]);
    if (!suggestions.length) return found.replaceChildren(make('p', { class: 'note', role: 'status' }, 'Nothing in it looks like a colour, a font, a radius or a shadow of the page: paste the sheet that has the variables of :root, or the rules for body, links and buttons.'));
    const chosen = Object.fromEntries(suggestions.map(({ token, value }) => [token, value]));
    const derived = Object.entries(complete(chosen)).map(([token, value]) => ({ token, value, from: '' }));
    const rows = [...suggestions, ...derived].map(({ token, value, from }) => {
      const box = make('input', { type: 'checkbox', checked: true, value: token });
      const swatch = parse(schemes(value)[0]) && make('i', { class: 'found-swatch' });
      if (swatch) swatch.style.background = value;
      return { box, token, value, row: make('label', { class: 'found-row' }, box, make('code', {}, swatch, token), make('span', {}, value), from && make('small', {}, from)) };
    });
    // The site has one scheme. Following the page's or the device's scheme would show its colours
    // in the other one, too.
    const surface = parse(chosen.surface ?? '');
    const onlyScheme =
      surface && !Object.keys(variables.dark).length ? (luminance(surface) < 0.18 ? 'dark' : 'light') : '';
    const schemeBox = make('input', { type: 'checkbox', checked: true });
    const useButton = make('button', { type: 'button', class: 'main', onclick: () => {
      const chosen = Object.fromEntries(rows.filter(({ box }) => box.checked).map(({ token, value }) => [token, value]));
      const { tokens, attributes } = history.state;
      const scheme = onlyScheme &&
        schemeBox.checked && { scheme: onlyScheme, attributes: { ...attributes, theme: onlyScheme } };
      history.change({ tokens: { ...tokens, ...chosen }, ...scheme });
      say(`${Object.keys(chosen).length} tokens are in the preview`);
    } }, 'Use these');
    return found.replaceChildren(make('p', { class: 'note', role: 'status' }, `${suggestions.length} of its values fit a token:`), ...rows.slice(0, suggestions.length).map(({ row }) => row),
      derived.length > 0 && make('p', { class: 'note' }, `${derived.length} colours that it does not say, made to be read on its background:`), ...rows.slice(suggestions.length).map(({ row }) => row),
      onlyScheme && make('label', { class: 'found-row' }, schemeBox, make('code', {}, `theme="${onlyScheme}"`), make('span', {}, 'it says nothing of the other scheme')), useButton);
  };
  const button = make('button', { type: 'button', class: 'quiet', onclick: readSheet }, 'Read it');
  return make('section', { class: 'block' },
    make('h2', {}, 'From your site’s style sheet'),
    make('label', { for: 'site-css', class: 'note' }, 'Paste its CSS: the variables of its root, or the looks of body, links and buttons, become tokens.'),
    area, button, found);
}

export const startPanel = (studio) => [brandSection(studio), gallerySection(studio), importSection(studio)];
