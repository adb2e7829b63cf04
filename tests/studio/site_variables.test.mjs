// A site's own variables become tokens: by name, with what they refer to put in their place. That
// a pasted sheet is read so is in tests/e2e/studio.test.mjs.

import assert from 'node:assert/strict';
import test from 'node:test';
import { resolve, suggest } from '../../studio/site_variables.js';

const tokens = (found) => Object.fromEntries(found.map(({ token, value }) => [token, value]));

test('variables of a framework that keeps colours as three numbers, with its dark ones', () => {
  const light = { '--background': '0 0% 100%', '--foreground': '222 47% 11%', '--primary': '262 83% 58%', '--primary-foreground': '0 0% 98%', '--muted-foreground': '215 16% 47%', '--border': '214 32% 91%', '--ring': '262 83% 58%', '--destructive': '0 84% 60%', '--radius': '0.5rem' };
  const dark = { '--background': '222 84% 5%', '--foreground': '210 40% 98%' };
  assert.deepEqual(tokens(suggest({ light, dark })), {
    accent: '#7c3bed', 'on-accent': '#fafafa', surface: 'light-dark(#ffffff, #020817)', text: 'light-dark(#0f1729, #f8fafc)',
    'text-muted': '#65758b', line: '#e1e7ef', focus: '#7c3bed', danger: '#ef4343', radius: '0.5rem',
  });
});

test('variables with a prefix, and references to one another', () => {
  const light = { '--bs-blue': '#0d6efd', '--bs-primary': 'var(--bs-blue)', '--bs-body-bg': '#fff', '--bs-body-color': '#212529', '--bs-border-radius': '.375rem', '--bs-link-color': '#0d6efd', '--bs-body-font-family': 'var(--bs-font-sans-serif)', '--bs-font-sans-serif': 'system-ui, "Segoe UI"' };
  const found = tokens(suggest({ light, dark: {} }));
  assert.deepEqual([found.accent, found.surface, found.text, found.radius, found.link, found.font], ['#0d6efd', '#ffffff', '#212529', '.375rem', '#0d6efd', 'system-ui, "Segoe UI"']);
});

test('a reference that leads nowhere or in a circle is no value', () => {
  const variables = { '--a': 'var(--b)', '--b': 'var(--a)', '--c': 'var(--none, 3px)', '--d': 'calc(var(--c) * 2)', '--e': 'var(--c' };
  const read = (name) => resolve(variables[name], variables);
  assert.deepEqual(['--a', '--c', '--d', '--e'].map(read), [null, '3px', 'calc(3px * 2)', null]);
  assert.equal(resolve('var(--none)', variables), null);
});
