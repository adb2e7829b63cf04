//! Checks files for editors and design tools against the schemas of their formats: those that the
//! build generates from the tables, and what the studio exports. Needs no proxy, browser or bundle.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { validator } from '@exodus/schemasafe';
import { toDtcg } from '../../studio/export.js';
import { read as readTable } from '../../studio/table.js';
import { designTokens, vscodeCss, vscodeHtml, webTypes } from '../formats/schemas.mjs';

const ROOT = new URL('../../', import.meta.url);
const read = async (path) => JSON.parse(await readFile(new URL(path, ROOT), 'utf8'));
const manifest = JSON.parse(await readFile(createRequire(import.meta.url).resolve('custom-elements-manifest/schema.json'), 'utf8'));

/** Returns the violations of a schema by a document, one line each. */
function misfits(schema, document) {
  const holds = validator(schema, { mode: 'lax', includeErrors: true, allErrors: true, allowUnusedKeywords: true });
  return holds(document) ? [] : holds.errors.map(({ keywordLocation, instanceLocation }) => `${instanceLocation}: ${keywordLocation}`);
}

/** Yields every `{group.token}` in a document, with the value that it refers to. */
function* aliases(document, node = document) {
  for (const value of Object.values(node ?? {})) {
    if (typeof value === 'object') yield* aliases(document, value);
    else if (/^\{.*\}$/.test(value)) yield [value, value.slice(1, -1).split('.').reduce((at, name) => at?.[name], document)];
  }
}

for (const [path, schema] of Object.entries({
  'loader/custom-elements.json': manifest,
  'editors/vscode.html-data.json': vscodeHtml,
  'editors/vscode.css-data.json': vscodeCss,
  'editors/web-types.json': webTypes,
  'styles/tokens.json': designTokens,
})) {
  test(`${path} is what its format says`, async () => {
    assert.deepEqual(misfits(schema, await read(path)), []);
  });
}

test('an alias in the design tokens names a token of the same type', async () => {
  const document = await read('styles/tokens.json');
  const found = [...aliases(document)];
  assert.ok(found.length > 3, 'there are some');
  for (const [alias, token] of found) assert.ok(token?.$type, `${alias} is no token`);
  for (const group of Object.values(document.chataibot)) {
    for (const [name, token] of Object.entries(group).filter(([name]) => !name.startsWith('$'))) {
      const named = new Map(found).get(token.$value);
      if (named) assert.equal(named.$type, token.$type, name);
    }
  }
});

test('what the studio exports are design tokens, whatever was chosen', async () => {
  const { tokens, defaults } = readTable(await read('styles/design.json'));
  const chosen = {
    accent: 'oklch(0.7 0.4 150)',
    surface: 'light-dark(color(display-p3 1 0.2 0), #111)',
    radius: '0px',
    density: '0.6',
    font: '"Iowan Old Style", serif',
    'window-shadow': '0 2px 6px rgb(0 0 0 / 0.2), inset 0 0 2px #000',
    'header-background': 'linear-gradient(#fff, #000)',
    'launcher-radius': '30% 2px',
  };
  for (const name of Object.keys(chosen)) assert.ok(tokens[name], name);
  const document = toDtcg(chosen, defaults);
  assert.deepEqual(misfits(designTokens, document), []);
  for (const scheme of [document.light, document.dark]) {
    const said = [...Object.keys(scheme).filter((name) => !name.startsWith('$')), ...Object.keys(scheme.$extensions['chataibot.css'])];
    assert.deepEqual(said.sort(), Object.keys(chosen).sort(), 'nothing is left out');
  }
});

test('a document that is not what its format says is found out', async () => {
  const change = async (path, change) => {
    const document = await read(path);
    change(document);
    return document;
  };
  const color = (wrong) => change('styles/tokens.json', ({ chataibot }) => Object.assign(chataibot.brand.accent.$value, wrong));
  for (const wrong of [{ components: [2, 0, 0] }, { components: [0, 0] }, { alpha: -1 }, { hex: '#12345678' }, { space: 'srgb' }]) {
    assert.notDeepEqual(misfits(designTokens, await color(wrong)), [], JSON.stringify(wrong));
  }
  assert.notDeepEqual(misfits(designTokens, { 'a.b': { $type: 'number', $value: 1 } }), [], 'a point in a name');
  assert.notDeepEqual(misfits(webTypes, await change('editors/web-types.json', ({ contributions }) => delete contributions.html.elements[0].name)), []);
  assert.notDeepEqual(misfits(vscodeCss, await change('editors/vscode.css-data.json', ({ properties }) => (properties[0].name = 'accent'))), []);
  assert.notDeepEqual(misfits(vscodeHtml, await change('editors/vscode.html-data.json', (data) => (data.version = 1))), []);
  assert.notDeepEqual(misfits(manifest, await change('loader/custom-elements.json', ({ modules }) => delete modules[0].path)), []);
});
