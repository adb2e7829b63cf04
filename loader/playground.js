// Script of the playground: an ordinary page that uses the widget only through its public
// attributes, methods, events and tokens.

import { SCENES as DEMOS } from './scenes.js';

const widget = document.querySelector('chataibot-widget');
const root = document.documentElement;
const form = document.querySelector('#looks form');

const ACCENTS = { Cobalt: '#2f5bea', Violet: '#7a4bd8', Rose: '#d6336c', Tangerine: '#e8590c', Moss: '#2b7a4b', Ink: '#1d2330' };

/** Keywords of the simulated bot, in its order. */
const KEYWORDS = {
  'The whole story': ['tour', 'handover', 'close', 'help'],
  Words: ['rich', 'long', 'long word', 'rtl', 'emoji', 'html', 'info'],
  'Pictures and files': ['image', 'video', 'audio', 'document', 'parts'],
  Choices: ['buttons', 'links', 'list', 'carousel', 'gallery'],
  Questions: ['name', 'email', 'phone', 'slider', 'date', 'upload', 'form', 'appointment'],
  'How replies arrive': ['typing', 'burst', 'twice', 'late', 'slow'],
  'When something goes wrong': ['fail', 'limit', 'lost', 'unavailable', 'blocked'],
};

const EVENTS = ['ready', 'open', 'close', 'conversation', 'sent', 'message', 'unread', 'status', 'feedback', 'rating', 'consent', 'error'];

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/* ---- looks ---- */

const swatches = document.querySelector('#swatches');
for (const [name, colour] of Object.entries(ACCENTS)) {
  const input = make('input', { type: 'radio', name: 'accent', value: colour });
  input.checked = name === 'Cobalt';
  const label = make('label', { title: name }, input, make('span', { class: 'unseen' }, name));
  label.style.setProperty('--swatch', colour);
  swatches.append(label);
}
const ownColour = make('input', { type: 'color', name: 'own', value: '#2f5bea', 'aria-label': 'A colour of your own' });
swatches.append(make('label', { class: 'own', title: 'A colour of your own' }, ownColour));

ownColour.addEventListener('input', () => {
  for (const input of form.querySelectorAll('[name="accent"]')) input.checked = false;
});

function apply() {
  const chosen = new FormData(form);
  const tokens = {
    accent: chosen.get('accent') ?? chosen.get('own'),
    radius: `${chosen.get('radius')}px`,
    'font-size': `${chosen.get('font-size')}px`,
  };
  const theme = chosen.get('theme');
  for (const [name, value] of Object.entries(tokens)) root.style.setProperty(`--chataibot-${name}`, value);
  for (const output of form.querySelectorAll('output')) output.value = `${output.previousElementSibling.value}px`;
  root.style.colorScheme = theme === 'auto' ? '' : theme;
  root.dir = chosen.has('rtl') ? 'rtl' : 'ltr';
  const attributes = { theme, position: chosen.get('position'), mode: chosen.get('mode'), launcher: chosen.get('launcher') };
  Object.assign(widget, attributes);
  showSnippet(tokens, attributes);
}

function showSnippet(tokens, chosen) {
  const defaultAttributes = { theme: 'auto', position: 'bottom-end', mode: 'floating', launcher: 'round' };
  const attributes = Object.entries(chosen).filter(([name, value]) => value !== defaultAttributes[name]).map(([name, value]) => `${name}="${value}"`);
  const defaults = { accent: '#2f5bea', radius: '18px', 'font-size': '15px' };
  const changed = Object.entries(tokens).filter(([name, value]) => value !== defaults[name]);
  const lines = [
    `<script type="module"`,
    `        src="${new URL('chataibot.js', location.href)}"></script>`,
    `<chataibot-widget${attributes.map((attribute) => ` ${attribute}`).join('')}></chataibot-widget>`,
  ];
  if (changed.length) {
    lines.push('', '<style>', '  chataibot-widget {', ...changed.map(([name, value]) => `    --chataibot-${name}: ${value};`), '  }', '</style>');
  }
  document.querySelector('#snippet').textContent = lines.join('\n');
}

form.addEventListener('input', apply);
form.addEventListener('submit', (event) => event.preventDefault());
// Some browsers keep the values of a form over a reload.
apply();

/* ---- words ---- */

for (const [title, words] of Object.entries(KEYWORDS)) {
  const chips = words.map((word) => make('li', {}, make('button', { type: 'button', 'data-say': word }, word)));
  document.querySelector('#scenes').append(make('h3', {}, title), make('ul', {}, ...chips));
}

document.addEventListener('click', async ({ target }) => {
  const { say, call, copy, clear } = target.closest?.('button')?.dataset ?? {};
  if (say) {
    widget.open();
    widget.send(say);
  } else if (call) {
    widget[call]();
  } else if (clear !== undefined) {
    log.replaceChildren();
  } else if (copy) {
    await copyText(document.getElementById(copy), target);
  }
});

async function copyText(source, button) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = 'Copied';
  } catch {
    // No clipboard access: select the text, so that the visitor's own shortcut copies it.
    getSelection().selectAllChildren(source);
    button.textContent = 'Selected';
  }
  setTimeout(() => (button.textContent = 'Copy'), 1600);
}

const demo = document.querySelector('#demo');
for (const [name, title] of Object.entries(DEMOS)) demo.append(make('option', { value: name }, `${title} (${name})`));
demo.addEventListener('change', () => {
  widget.demo = demo.value || null;
  widget.open();
});

/* ---- events ---- */

const log = document.querySelector('#log');
const clock = new Intl.DateTimeFormat([], { hour12: false, hour: '2-digit', minute: '2-digit', second: '2-digit' });

for (const name of EVENTS) {
  document.addEventListener(`chataibot-${name}`, ({ type, detail }) => {
    const text = JSON.stringify(detail, null, 1).replace(/\n\s*/g, ' ');
    log.append(make('li', { 'data-event': name }, make('time', {}, clock.format()), make('b', {}, type), make('code', {}, text === '{}' ? '' : text)));
    while (log.childElementCount > 100) log.firstChild.remove();
    log.scrollTop = log.scrollHeight;
  });
}
