// Tests of how a site's own variables become tokens: by name, with references resolved.
// tests/e2e/studio.test.mjs tests how a pasted style sheet is read.

import assert from 'node:assert/strict';
import test from 'node:test';
import { complete } from '../../studio/complete.js';
import { contrast, parse, schemes } from '../../studio/colour.js';
import { PAIRS } from '../../studio/palette.js';
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

test('a site without variables says its brand by its body, its links and its buttons', () => {
  const light = { 'background-color of body': '#fdf8f3', 'color of body': '#2a1d17', 'font-family of body': 'Georgia, serif', 'color of the link': '#a33b20', 'background-color of the button': '#b5482a', 'color of the button': '#fff', 'border-radius of the button': '6px' };
  assert.deepEqual(tokens(suggest({ light, dark: {} })), { accent: '#b5482a', 'on-accent': '#ffffff', surface: '#fdf8f3', text: '#2a1d17', link: '#a33b20', radius: '6px', font: 'Georgia, serif' });
});

test('typefaces and shadows by the names that sites give them', () => {
  for (const name of ['--ff-body', '--wp--preset--font-family--body', '--font-sans', '--typeface-text']) assert.equal(tokens(suggest({ light: { [name]: 'Inter, sans-serif' }, dark: {} })).font, 'Inter, sans-serif', name);
  const light = { '--shadow-sm': '0 1px 2px #0000001a', '--shadow-lg': '0 10px 30px rgb(60 30 10 / 0.2)' };
  assert.equal(tokens(suggest({ light, dark: {} }))['window-shadow'], '0 10px 30px rgb(60 30 10 / 0.2)');
  assert.equal(tokens(suggest({ light: { '--ink': '#2a1d17', '--ink-soft': '#6b574d' }, dark: {} }))['text-muted'], '#6b574d');
});

test('what a site leaves open is made of its background and text, and is read on both, in each scheme', () => {
  const sites = [
    { surface: '#fdf8f3', text: '#2a1d17', accent: '#b5482a' },
    { surface: '#0b0b0f', text: '#f2f2f2', accent: '#7cf' },
    { surface: 'light-dark(#ffffff, #212529)', text: 'light-dark(#212529, #dee2e6)', accent: '#6f42c1' },
    { surface: '#fffbe6', text: '#333', accent: '#ffd400', 'surface-raised': '#ffefa8' },
    { surface: '#14301f', text: '#e9f5ec', accent: '#1d7a3c' },
  ];
  for (const site of sites) {
    const made = complete(site);
    assert.deepEqual(Object.keys(made).filter((name) => name in site), [], 'what it says stays');
    const all = { ...site, ...made };
    for (const at of [0, 1]) {
      const colour = (name) => parse(schemes(all[name])[at]);
      for (const [upper, lower, ratio] of PAIRS.filter(([upper, lower]) => upper in all && lower in all && upper in made)) {
        assert.ok(contrast(colour(upper), colour(lower)) >= ratio, `${upper} ${all[upper]} on ${lower} ${all[lower]}, ${ratio}`);
      }
    }
  }
  assert.deepEqual(complete({ surface: '#ffffff' }), {}, 'half of it is not enough');
});
