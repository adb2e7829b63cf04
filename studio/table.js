// The table of tokens, generated from the code, from which the controls are made.

import { lightDark } from './colour.js';

const PREFIX = '--chataibot-';

/** The control for each kind of value. */
const CONTROLS = {
  color: 'color',
  length: 'length',
  'length-percentage': 'length',
  corners: 'length',
  background: 'background',
  'font-family': 'font',
  number: 'number',
  shadow: 'shadow',
};

/** Human-readable title of a token. */
function titleOf(name) {
  const words = name.replaceAll('-', ' ');
  return words[0].toUpperCase() + words.slice(1);
}

/**
 * Reads the generated table into `{design, tokens, groups, defaults, colours}`: tokens by name;
 * groups by title; default values as CSS, empty if another token decides; names of the colours.
 */
export function read(design) {
  const { groups, tokens: rows } = design;
  const tokens = {};
  const grouped = Object.fromEntries(groups.map(({ name }) => [name, []]));
  for (const row of rows) {
    const name = row.name.slice(PREFIX.length);
    const token = {
      name,
      title: titleOf(name),
      paints: row.description,
      kind: CONTROLS[row.kind] ?? 'text',
      default: row.default,
      number: row.light,
      check: row.check,
      css: row.follows ? '' : lightDark(row.light, row.dark),
    };
    tokens[name] = token;
    grouped[row.group].push(token);
  }
  const all = Object.values(tokens);
  return {
    design,
    tokens,
    groups: Object.fromEntries(groups.map(({ name, title }) => [title.split(':')[0], grouped[name]])),
    defaults: Object.fromEntries(all.map(({ name, css }) => [name, css])),
    colours: all.filter(({ kind }) => kind === 'color').map(({ name }) => name),
  };
}

/** Whether the browser accepts `value` for this token; always true for values with variables. */
export function takes({ check }, value) {
  if (/\bvar\(/.test(value) || !check) return true;
  const [property, form] = check.split(/: (.*)/s);
  return CSS.supports(property, form.replaceAll('VALUE', value));
}

export async function loadTable() {
  const response = await fetch(new URL('design.json', import.meta.url));
  if (!response.ok) throw new Error(`the table of tokens cannot be fetched: ${response.status}`);
  return read(await response.json());
}
