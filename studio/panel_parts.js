// Rules for parts, and the words and places that attributes decide: what tokens cannot say.

import { make } from './nodes.js';

const CHOICES = {
  mode: { title: 'Window', options: { '': 'Floating', panel: 'Panel', inline: 'In the page' } },
  position: { title: 'Corner', options: { '': 'Bottom, end', 'bottom-start': 'Bottom, start', 'top-end': 'Top, end', 'top-start': 'Top, start' } },
  launcher: { title: 'Launcher', options: { '': 'Round', label: 'With words', none: 'None' } },
};
const WORDS = { 'launcher-label': 'Words on the launcher', heading: 'Title', subheading: 'Line below the title', greeting: 'Greeting' };

export function partsPanel({ history }) {
  const set = (name, value, gesture) => history.change({ attributes: { ...history.state.attributes, [name]: value } }, gesture);
  const selects = Object.entries(CHOICES).map(([name, { title, options }]) => {
    const select = make('select', { name, onchange: ({ target }) => set(name, target.value) }, ...Object.entries(options).map(([value, text]) => make('option', { value }, text)));
    return [name, select, make('label', { class: 'line' }, make('span', {}, title), select)];
  });
  const fields = Object.entries(WORDS).map(([name, title]) => {
    const input = make('input', { type: 'text', name, oninput: ({ target }) => set(name, target.value, name) });
    return [name, input, make('label', { class: 'line' }, make('span', {}, title), input)];
  });
  const rules = make('textarea', { id: 'rules', rows: '14', spellcheck: 'false', placeholder: 'chataibot-widget::part(title) {\n  letter-spacing: 0.02em;\n}', oninput: ({ target }) => history.change({ rules: target.value }, 'rules') });
  const follow = ({ attributes, rules: text }) => {
    for (const [name, control] of [...selects, ...fields]) if (document.activeElement !== control) control.value = attributes[name] ?? '';
    if (document.activeElement !== rules) rules.value = text;
  };
  history.subscribe(follow);
  follow(history.state);
  return [
    make('section', { class: 'block' }, make('h2', {}, 'Place'), ...selects.map(([, , row]) => row)),
    make('section', { class: 'block' }, make('h2', {}, 'Words'), ...fields.map(([, , row]) => row)),
    make('section', { class: 'block' }, make('h2', {}, make('label', { for: 'rules' }, 'Rules for parts')),
      make('p', { class: 'note' }, 'Plain CSS. The names of all parts are in the reference; the attribute design shows them on your page as you point at them.'), rules),
  ];
}
