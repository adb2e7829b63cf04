// The table of tokens, which the build makes from the code: what the controls are made of.

import { lightDark } from './colour.js';

const PREFIX = '--chataibot-';

/** Which control fits a kind of value. */
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

/** What a token is called by people. */
function titleOf(name) {
  const words = name.replaceAll('-', ' ');
  return words[0].toUpperCase() + words.slice(1);
}

/**
 * `{design, tokens, groups, defaults, colours}` of the table as the build writes it: tokens by
 * name, in groups by title; what holds without anybody, as CSS, empty where another token decides;
 * the names of the colours.
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

/**
 * Whether the browser takes `value` for this token; one that is made of variables is not known.
 */
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
