// Panel for what tokens cannot express: rules for parts, and attributes for texts and positions.

import { nearest } from './check_css.js';
import { make } from './nodes.js';

const CHOICES = {
  theme: { title: 'Colours', options: { '': 'As the page', light: 'Always light', dark: 'Always dark', system: 'As the device' } },
  mode: { title: 'Window', options: { '': 'Floating', panel: 'Panel', inline: 'In the page' } },
  position: { title: 'Corner', options: { '': 'Bottom, end', 'bottom-start': 'Bottom, start', 'top-end': 'Top, end', 'top-start': 'Top, start' } },
  launcher: { title: 'Launcher', options: { '': 'Round', label: 'With words', none: 'None' } },
};
/** Title and default text of each attribute. */
const WORDS = {
  'launcher-label': ['Words on the launcher', 'Chat'],
  heading: ['Title', 'Chat with us'],
  subheading: ['Line below the title', 'We’re here to help'],
  greeting: ['Greeting', 'Hi there'],
};

/** Builds a field that finds a part by name and adds an empty rule for it to the rules. */
function addRule({ history, table }, rules) {
  const { parts } = table.design;
  const list = make('datalist', { id: 'parts' }, ...parts.map(({ name, description }) => make('option', { value: name }, description)));
  const name = make('input', { type: 'text', id: 'part', list: 'parts', spellcheck: 'false', autocomplete: 'off', placeholder: 'bubble-visitor' });
  const note = make('p', { class: 'note', role: 'status' });
  const findPart = () => parts.find((part) => part.name === name.value.trim());
  name.addEventListener('input', () => {
    const part = findPart();
    note.textContent = part ? `${part.description}.` : '';
    name.removeAttribute('aria-invalid');
  });
  const insertRule = () => {
    const part = findPart();
    if (!part) {
      const written = name.value.trim();
      const all = parts.map((one) => one.name);
      const suggestion = all.find((one) => written && one.startsWith(written)) ?? nearest(written, all);
      name.setAttribute('aria-invalid', 'true');
      return (note.textContent = suggestion
        ? `There is no such part; did you mean ${suggestion}?`
        : 'There is no such part.');
    }
    const before = history.state.rules.trimEnd();
    const head = `${before}${before && '\n\n'}chataibot-widget::part(${part.name}) {\n  `;
    history.change({ rules: `${head}\n}\n` });
    rules.focus();
    rules.setSelectionRange(head.length, head.length);
    rules.scrollTop = rules.scrollHeight;
  };
  name.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    insertRule();
  });
  const button = make('button', { type: 'button', class: 'quiet', onclick: insertRule }, 'Add a rule');
  return [make('div', { class: 'brand-row' }, make('label', { class: 'grow' }, make('span', { class: 'unseen' }, 'Part'), name), button), list, note];
}

export function partsPanel(studio) {
  const { history } = studio;
  const set = (name, value, gesture) => history.change({ attributes: { ...history.state.attributes, [name]: value } }, gesture);
  const selects = Object.entries(CHOICES).map(([name, { title, options }]) => {
    const select = make('select', { name, onchange: ({ target }) => set(name, target.value) }, ...Object.entries(options).map(([value, text]) => make('option', { value }, text)));
    return [name, select, make('label', { class: 'line' }, make('span', {}, title), select)];
  });
  const fields = Object.entries(WORDS).map(([name, [title, defaultText]]) => {
    const input = make('input', { type: 'text', name, placeholder: defaultText, oninput: ({ target }) => set(name, target.value, name) });
    return [name, input, make('label', { class: 'line' }, make('span', {}, title), input)];
  });
  const rules = make('textarea', { id: 'rules', rows: '14', spellcheck: 'false', placeholder: 'chataibot-widget::part(title) {\n  letter-spacing: 0.02em;\n}', oninput: ({ target }) => history.change({ rules: target.value }, 'rules') });
  const update = ({ attributes, rules: text }) => {
    for (const [name, control] of [...selects, ...fields]) if (document.activeElement !== control) control.value = attributes[name] ?? '';
    if (document.activeElement !== rules) rules.value = text;
  };
  history.subscribe(update);
  update(history.state);
  return [
    make('section', { class: 'block' }, make('h2', {}, 'Place'), ...selects.map(([, , row]) => row)),
    make('section', { class: 'block' }, make('h2', {}, 'Words'), ...fields.map(([, , row]) => row)),
    make('section', { class: 'block' }, make('h2', {}, make('label', { for: 'rules' }, 'Rules for parts')),
      make('p', { class: 'note' }, 'Plain CSS. Write a part’s name to begin a rule for it, or tick “Point at parts” above the preview to see which is which.'), ...addRule(studio, rules), rules),
  ];
}
