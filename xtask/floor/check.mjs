// Checks the features that the bundle uses against the oldest browsers in floor.json, by MDN's
// compatibility data. A feature that one of them lacks must be listed there with its fallback, or
// this fails; so does an entry that is no longer needed.
//
// Run by `cargo xtask dist`: `node xtask/floor/check.mjs DIST [SHEET]`, with a further sheet for a
// test. JavaScript syntax is handled by esbuild, which gets the same browsers.

import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as csstree from 'css-tree';
import { transformSync } from 'esbuild';

const root = new URL('../../', import.meta.url).pathname;
const text = (...path) => readFileSync(join(...path), 'utf8');
const { browsers, instead, also } = JSON.parse(text(root, 'xtask/floor/floor.json'));
const data = createRequire(import.meta.url)('@mdn/browser-compat-data');
const target = Object.entries(browsers).map(([name, version]) => name + version);

/** The used features, by their names in the data, and where they are used. */
const used = new Map();
const use = (feature, where) => used.has(feature) || used.set(feature, where);

/* ---- the data ---- */

const at = (path) => path.split('.').reduce((node, key) => node?.[key], data);
const number = (version) => (version === true ? 0 : parseFloat(String(version).replace('≤', '')));

/** The floor's browsers that lack this feature; `null` if the data does not know it. */
function lacking(feature, prefix) {
  if (prefix.endsWith('?')) return lacking(feature, '')?.filter((browser) => lacking(feature, prefix.slice(0, -1)).includes(browser)) ?? null;
  const compat = at(feature)?.__compat;
  if (!compat) return null;
  return Object.entries(browsers).flatMap(([browser, version]) => {
    const statements = [compat.support[browser] ?? []].flat();
    const has = statements.some(
      ({ version_added: added, version_removed: removed, flags, prefix: own, alternative_name: other }) =>
        added && added !== 'preview' && !removed && !flags && !other && (own ?? '') === prefix && number(added) <= number(version),
    );
    return has ? [] : [browser];
  });
}

/**
 * Finds every feature with this key in a part of the data, except inside features of the same name.
 */
function places(node, key, path, found = []) {
  for (const [name, inner] of Object.entries(node)) {
    if (name === '__compat' || typeof inner !== 'object') continue;
    if (name === key && inner.__compat) found.push(`${path}.${name}`);
    else places(inner, key, `${path}.${name}`, found);
  }
  return found;
}

/* ---- styles ---- */

const PREFIX = /^-(webkit|moz)-/;

/**
 * Records a property, pseudo-class or the like by name; the data has most prefixed ones under the
 * name without prefix.
 */
function named(group, name, where) {
  const [prefix = ''] = name.match(PREFIX) ?? [];
  const plain = `${group}.${name.slice(prefix.length)}`;
  use(at(`${group}.${name}`) || !at(plain) ? `${group}.${name}` : `${plain}#${prefix}`, where);
}

const functions = new Map();
function ofFunction(name, isRelative) {
  const key = `${name}${isRelative}`;
  if (!functions.has(key)) {
    let [place] = [`css.types.color.${name}`, `css.types.${name}`].filter((path) => at(path)?.__compat).concat(places(data.css.types, name, 'css.types'));
    if (name === 'color') place = 'css.types.color.color';
    functions.set(key, place && isRelative ? `${place}.relative_syntax` : place);
  }
  return functions.get(key);
}

function readStyles(sheet, where) {
  const { code } = transformSync(sheet, { loader: 'css', minify: true, target });
  const tree = csstree.parse(code, { parseCustomProperty: true, onParseError: (error) => fail(`${where}: ${error.message}`) });
  csstree.walk(tree, function (node) {
    if (node.type === 'Atrule') {
      if (at(`css.at-rules.${node.name}`)) use(`css.at-rules.${node.name}`, where);
    } else if (node.type === 'Feature' && node.kind === 'media') {
      named('css.at-rules.media', node.name.replace(/^(min|max)-(width|height)$/, '$2'), where);
    } else if (node.type === 'PseudoClassSelector' || node.type === 'PseudoElementSelector') {
      named('css.selectors', node.name, where);
    } else if (node.type === 'Declaration' && !node.property.startsWith('--')) {
      const names = new Set(this.block?.children.toArray().map((one) => one.property));
      // Declared with and without a prefix: one of them is enough.
      const plain = node.property.replace(PREFIX, '');
      const isTwice = names.has(plain) && names.has(`-webkit-${plain}`);
      if (isTwice) use(`css.properties.${plain}#-webkit-?`, where);
      else named('css.properties', node.property, where);
      csstree.walk(node.value, (inner) => {
        const value = `css.properties.${node.property}.${inner.name}`;
        if (inner.type === 'Identifier' && !isTwice && at(value)?.__compat) use(value, where);
      });
    } else if (node.type === 'Function') {
      const first = node.children.first;
      const isRelative = first?.type === 'Identifier' && first.name === 'from';
      const feature = ofFunction(node.name, isRelative);
      if (feature) use(feature, where);
    } else if (node.type === 'Dimension' && /^[dsl]v(h|w|min|max|b|i)$/.test(node.unit)) {
      use('css.types.length.viewport_percentage_units_dynamic', where);
    }
  });
}

const sheets = (folder) => readdirSync(join(root, folder)).filter((name) => name.endsWith('.css') && name !== 'demo.css');
for (const folder of ['styles', 'styles/on-demand']) {
  for (const name of sheets(folder)) if (name !== 'transcript.css') readStyles(text(root, folder, name), `${folder}/${name}`);
}
for (const name of ['loader_css', 'extras_css', 'fallback_panel_css']) {
  const css = text(root, 'loader', `${name}.js`).split('`')[1];
  readStyles(css.replace(/^\$\{.*$/gm, ''), `loader/${name}.js`);
}

if (process.argv[3]) readStyles(text(process.argv[3]), process.argv[3]);

/* ---- scripts ---- */

/** Features by the last part of their name: members of any interface, and static ones. */
const members = new Map();
for (const group of ['api', 'javascript.builtins']) {
  for (const [owner, inside] of Object.entries(at(group))) {
    for (const name of Object.keys(inside)) {
      if (name === '__compat') continue;
      members.set(name, [...(members.get(name) ?? []), `${group}.${owner}.${name}`]);
    }
  }
}

const folder = process.argv[2];
// Design mode is for a site's developers only, and has property names that look like features.
const isForVisitors = (name) => name.startsWith('chataibot') && name.endsWith('.js') && name !== 'chataibot-design.js';
for (const name of readdirSync(folder).filter(isForVisitors)) {
  // Names inside strings do not count.
  const code = text(folder, name).replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '""');
  for (const [, member] of code.matchAll(/\.([A-Za-z]\w+)/g)) {
    const candidates = members.get(member) ?? [];
    // If several interfaces have such a member, it may be one that every browser has.
    if (candidates.length && candidates.every((one) => lacking(one, '')?.length)) use(candidates[0], name);
  }
  for (const [, type] of code.matchAll(/\bnew ([A-Z]\w+)/g)) if (data.api[type]) use(`api.${type}`, name);
}
for (const feature of also) use(feature, 'xtask/floor/floor.json');

/* ---- the verdict ---- */

let failures = 0;
function fail(line) {
  failures++;
  console.error(line);
}

const needed = new Set();
for (const [key, where] of used) {
  const [feature, prefix = ''] = key.split('#');
  const lacks = lacking(feature, prefix);
  if (lacks?.length === 0) continue;
  if (instead[key]) needed.add(key);
  else if (!lacks) fail(`${where}: nothing is known of ${key}; say in xtask/floor/floor.json what browsers without it do`);
  else fail(`${where}: ${key} is not in ${lacks.map((one) => `${one} ${browsers[one]}`).join(', ')}; say in xtask/floor/floor.json what they have instead`);
}
// Only styles are checked: quick and small builds differ in their scripts.
for (const key of Object.keys(instead).filter((key) => key.startsWith('css.'))) if (!needed.has(key)) fail(`xtask/floor/floor.json: nothing needs ${key} any more`);
if (failures) process.exit(1);
console.log(`${used.size} features, ${needed.size} of them with a stand-in, in ${target.join(', ')}`);
