// The studio: one History holds the state; every part of the page shows and changes it,
// independently of the others.

import { SCENES } from '../scenes.js';
import { fromHash, toHash } from './address.js';
import { History } from './history.js';
import { LOCALES } from './locales.js';
import { copy, say } from './nodes.js';
import { addExports } from './panel_export.js';
import { addPanels } from './panels.js';
import { WIDTHS, addStage } from './stage_view.js';
import { loadTable } from './table.js';
import { THEMES, loadTheme } from './themes.js';

const known = { scenes: Object.keys(SCENES), widths: Object.keys(WIDTHS), themes: Object.keys(THEMES), locales: Object.keys(LOCALES) };
const table = await loadTable();
const fromAddress = fromHash(location.hash, known);
// A small screen starts with the phone preview.
const isSmall = innerWidth < 700 && !/[#&]width=/.test(location.hash);
const initialState = isSmall ? { ...fromAddress, width: 'phone' } : fromAddress;
const history = new History(initialState, ['theme', 'tokens', 'rules', 'attributes']);

/** Context of all parts: the table, the history, and the colours computed by the browser. */
const studio = {
  table,
  history,
  /** Computed colours of the tokens, as reported by the preview: `{name: {light, dark}}`. */
  colours: {},
  listeners: new Set(),
  /** Calls `listener(colours)` whenever the browser has computed the colours again. */
  onColours(listener) {
    this.listeners.add(listener);
  },
  tell(colours) {
    this.colours = colours;
    for (const listener of this.listeners) listener(colours);
  },
  setToken(name, value, gesture = null) {
    const tokens = { ...history.state.tokens };
    if (value === '' || value === null) delete tokens[name];
    else tokens[name] = value;
    history.change({ tokens }, gesture);
  },
  async begin(name) {
    const { tokens, rules } = name ? await loadTheme(name) : { tokens: {}, rules: '' };
    history.change({ theme: name, tokens, rules });
  },
};

// An address with a theme and no tokens begins with the theme's.
if (initialState.theme && !Object.keys(initialState.tokens).length) {
  const { tokens, rules } = await loadTheme(initialState.theme);
  history.state = { ...initialState, tokens, rules: initialState.rules || rules };
}

addStage(studio);
addPanels(studio);
addExports(studio);

/* ---- undo, redo, address ---- */

const [undo, redo] = ['undo', 'redo'].map((id) => document.getElementById(id));
undo.addEventListener('click', () => history.undo());
redo.addEventListener('click', () => history.redo());
addEventListener('keydown', (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return;
  // A text field has an undo of its own.
  if (event.target.matches('textarea, input[type="text"]')) return;
  event.preventDefault();
  if (event.shiftKey) history.redo();
  else history.undo();
});
// Another press or another control begins a new gesture.
for (const type of ['pointerdown', 'focusout']) addEventListener(type, () => history.settle(), true);

function update(state) {
  undo.disabled = !history.canUndo;
  redo.disabled = !history.canRedo;
  const hash = toHash(state);
  globalThis.history.replaceState(null, '', hash ? `#${hash}` : location.pathname + location.search);
}
history.subscribe(update);
update(history.state);

addEventListener('hashchange', () => history.change(fromHash(location.hash, known)));

document.getElementById('share').addEventListener('click', ({ target }) => copy(location.href, target).then(() => say('The link is copied')));

/* ---- small screens: one view at a time ---- */

for (const button of document.querySelectorAll('[data-view]')) {
  button.addEventListener('click', () => {
    document.body.dataset.view = button.dataset.view;
    for (const other of document.querySelectorAll('[data-view]')) if (other.matches('button')) other.setAttribute('aria-pressed', other === button);
  });
}
document.body.dataset.view = 'stage';
// Tests and designers' own scripts wait for this.
document.body.dataset.ready = '';
