// Tests of what the studio writes and reads: style sheet, design tokens, snippet, address, and
// undo.

import assert from 'node:assert/strict';
import test from 'node:test';
import { BEGIN, fromHash, isValue, toHash } from '../../studio/address.js';
import { toCss, toDtcg, toSnippet } from '../../studio/export.js';
import { History } from '../../studio/history.js';
import { formatShadow, parseShadow } from '../../studio/shadow.js';

const DEFAULTS = { accent: '#2f5bea', surface: 'light-dark(#ffffff, #16181d)', radius: '18px', font: 'system-ui, sans-serif', 'window-shadow': 'none' };
const KNOWN = { scenes: ['greeting', 'rich'], widths: ['desktop', 'phone'], themes: ['harbour'], locales: ['', 'de', 'ar'] };

test('the style sheet has only what differs, in the table\'s order, and the rules for parts after it', () => {
  const tokens = { radius: '4px', surface: DEFAULTS.surface, accent: '#0a7d5a', font: '' };
  assert.equal(toCss(tokens, DEFAULTS), 'chataibot-widget {\n  --chataibot-accent: #0a7d5a;\n  --chataibot-radius: 4px;\n}\n');
  assert.equal(toCss({}, DEFAULTS, 'chataibot-widget::part(title) { color: red }\n'), 'chataibot-widget::part(title) { color: red }\n');
  assert.equal(toCss({}, DEFAULTS), '');
});

test('the design tokens have the types of the DTCG format for both schemes', () => {
  const shadow = '0 1px 2px #00000080, inset 0 0 0 1px #ffffff';
  const { light, dark } = toDtcg({ accent: 'light-dark(#ff8000, #0080ff80)', radius: '4px', font: '"Iowan Old Style", serif', 'window-shadow': shadow, 'header-background': 'linear-gradient(red, blue)' }, DEFAULTS);
  assert.deepEqual(light.accent, { $type: 'color', $value: { colorSpace: 'srgb', components: [1, 0.502, 0], hex: '#ff8000' } });
  assert.deepEqual(dark.accent.$value, { colorSpace: 'srgb', components: [0, 0.502, 1], alpha: 0.502, hex: '#0080ff' });
  assert.deepEqual(light.radius, { $type: 'dimension', $value: { value: 4, unit: 'px' } });
  assert.deepEqual(light.font, { $type: 'fontFamily', $value: ['Iowan Old Style', 'serif'] });
  assert.equal(light['window-shadow'].$type, 'shadow');
  assert.deepEqual(light['window-shadow'].$value[1].inset, true);
  assert.deepEqual(light.$extensions, { 'chataibot.css': { 'header-background': 'linear-gradient(red, blue)' } });
});

test('the snippet cannot be left by a value', () => {
  const snippet = toSnippet({ heading: '"><script>alert(1)</script>', mode: '' }, 'https://chat.example.com/chataibot.js', 'theme.css');
  assert.equal(snippet.split('\n').at(-1), '<chataibot-widget heading="&quot;>&lt;script>alert(1)&lt;/script>"></chataibot-widget>');
});

test('an address brings back what it was made of', () => {
  const state = {
    ...BEGIN, scene: 'rich', width: 'phone', scheme: 'dark', rtl: true, zoom: 1.5, locale: 'ar', theme: 'harbour',
    rules: 'chataibot-widget::part(title) { color: red }', attributes: { mode: 'panel' }, tokens: { accent: 'light-dark(#000, #fff)', font: '"A & B", serif' },
  };
  assert.deepEqual(fromHash(`#${toHash(state)}`, KNOWN), state);
  assert.equal(toHash(BEGIN), '', 'nothing is said of what is as ever');
});

test('a foreign address sets nothing but looks, and no value can end its declaration', () => {
  const hostile = new URLSearchParams({
    scene: 'nowhere', width: '9999', zoom: '1e9', theme: '../../evil', locale: 'x', 'a-proxy-url': 'https://evil.example', 'a-mode': 'panel',
    't-accent': 'red; } * { display: none', 't-Bad Name': 'x', 't-radius': '3px', __proto__: 'x', 't-__proto__': 'x',
  });
  const state = fromHash(hostile.toString(), KNOWN);
  assert.deepEqual(state, { ...BEGIN, attributes: { mode: 'panel' }, tokens: { radius: '3px' } });
  assert.deepEqual(fromHash(`t-radius=${'1'.repeat(30_000)}`, KNOWN), BEGIN);
  assert.deepEqual(['a}', 'a;b', 'a/*b', 'x'.repeat(3_000), '0 0 1px rgb(0 0 0 / 0.5)'].map(isValue), [false, false, false, false, true]);
});

test('each step can be taken back and again, a slider\'s gesture as one', () => {
  const history = new History({ n: 0, scene: 'a' }, ['n']);
  const heard = [];
  history.subscribe(({ n }) => heard.push(n));
  history.change({ n: 1 });
  history.change({ n: 2 }, 'slider');
  history.change({ n: 3 }, 'slider');
  history.settle();
  history.change({ n: 4 }, 'slider');
  history.change({ n: 4 });
  history.change({ scene: 'b' });
  history.undo();
  history.undo();
  assert.deepEqual(history.state, { n: 1, scene: 'b' }, 'what is looked at stays');
  history.redo();
  assert.equal(history.state.n, 3);
  history.change({ n: 9 });
  assert.deepEqual([history.canRedo, history.canUndo], [false, true]);
  for (let step = 0; step < 9; step++) history.undo();
  assert.equal(history.state.n, 0);
  assert.deepEqual(heard, [1, 2, 3, 4, 4, 3, 1, 3, 9, 3, 1, 0]);
});

test('a shadow is read as layers and written as it was', () => {
  const shadow = '0 0 0 1px #0000000f, 0 12px 28px -6px rgb(16 24 40 / 0.14), inset 0 1px 2px #ffffff';
  assert.equal(formatShadow(parseShadow(shadow)), shadow);
  assert.deepEqual([parseShadow('none'), formatShadow([])], [[], 'none']);
  assert.equal(parseShadow('0 1px var(--x)'), null);
});
