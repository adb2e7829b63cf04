//! Tests of the theme checker: each of its rules finds a faulty theme, says where the fault is, and
//! accepts a correct one. Our own themes pass.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const ROOT = new URL('../../', import.meta.url).pathname;
const SCENES = 'greeting,buttons,typing';

/**
 * For each rule: a theme that breaks it, the expected message, and a theme that does the same
 * correctly.
 */
const THEMES = {
  'a token that there is not': {
    bad: '\nchataibot-widget {\n  --chataibot-acent: red;\n}',
    says: /^BAD:3: unknown-token: unknown token --chataibot-acent; did you mean --chataibot-accent\?$/m,
    good: 'chataibot-widget { --chataibot-accent: #a11; }',
  },
  'a token that there is not, read': {
    bad: 'chataibot-widget::part(title) {\n  color: var(--chataibot-mutedtext);\n}',
    says: /^BAD:2: unknown-token: .*--chataibot-mutedtext/m,
    good: 'chataibot-widget::part(title) { color: var(--chataibot-text-muted); }',
  },
  'a part that there is not': {
    bad: '/* a\n   comment with ::part(nothing) { */\nchataibot-widget::part(titel),\nchataibot-widget::part(status) { font-weight: 700; }',
    says: /^BAD:3: unknown-part: unknown part titel; did you mean title\?$/m,
    good: '/* ::part(nothing) { */ chataibot-widget::part(title) { font-weight: 700; }',
  },
  'a state that there is not': {
    bad: 'chataibot-widget:state(opened) { --chataibot-radius: 2px; }',
    says: /^BAD:1: unknown-state: unknown state opened; did you mean open\?$/m,
    good: 'chataibot-widget:state(open) { --chataibot-radius: 2px; }',
  },
  'a value of a token that does not parse': {
    bad: 'chataibot-widget {\n  --chataibot-accent: blurple;\n  --chataibot-radius: 0;\n  --chataibot-motion: slow;\n  --chataibot-window-shadow: 2px;\n  --chataibot-z-index: 1.5;\n}',
    says: /^BAD:2: value: --chataibot-accent: blurple is no <color>\nBAD:3: value: .* is no <length-percentage>; it needs a unit: 0px\nBAD:4: value: .*\nBAD:5: value: .*\nBAD:6: value: [^\n]*\n(?!BAD:\d)/m,
    good: 'chataibot-widget { --chataibot-accent: rgb(from #a11 r g b); --chataibot-radius: 0px; --chataibot-motion: 0.5; --chataibot-window-shadow: none; --chataibot-z-index: 3; --chataibot-font: "A; B", serif; --chataibot-surface: var(--mine, light-dark(#fff, #111)); --chataibot-text: inherit; }',
  },
  'a value of a property that does not parse': {
    bad: 'chataibot-widget::part(title) {\n  color: 12px;\n  font-wieght: 700;\n}',
    says: /^BAD:2: value: color does not take 12px\nBAD:3: value: there is no property font-wieght$/m,
    good: 'chataibot-widget::part(title) { color: inherit; font-weight: 700; -webkit-font-smoothing: auto; }\n@font-face { font-family: X; src: local("X"); ascent-override: 90%; }',
  },
  'what is no CSS': {
    bad: 'chataibot-widget {\n  --chataibot-accent #a11;\n  --chataibot-radius: 2px;\n}\n}\nchataibot-widget { --chataibot-accent: #a11;',
    says: /^BAD:2: syntax: .*\nBAD:5: syntax: .*\nBAD:6: syntax: .*$/m,
    good: '@media (width > 1px) { @supports (color: red) { chataibot-widget { --chataibot-radius: 2px; &::part(title) { font-weight: 700 } } } }',
  },
  'a contrast that is too low in light colours': {
    bad: 'chataibot-widget { --chataibot-text-muted: light-dark(#999, #a2a9b8); }',
    says: /^BAD: contrast: ::part\([^)]*\): contrast of text is [234]\.\d\d, under 4\.5, as of ".*" \(light, /m,
    not: /\(dark,/,
    good: 'chataibot-widget { --chataibot-text-muted: light-dark(#666, #a2a9b8); }',
  },
  'a contrast that is too low in dark colours': {
    bad: 'chataibot-widget { --chataibot-text-muted: light-dark(#5d6473, #666); }',
    says: /^BAD: contrast: .*\(dark, /m,
    not: /\(light,/,
    good: 'chataibot-widget { --chataibot-text-muted: light-dark(#5d6473, #999); }',
  },
  'a contrast that is too low at one end of a gradient': {
    bad: 'chataibot-widget::part(bubble-bot) {\n  background: linear-gradient(#fff, #888);\n  color: #222;\n}',
    says: /^BAD:3: contrast: ::part\(bubble [^)]*\)/m,
    good: 'chataibot-widget::part(bubble-bot) { background: linear-gradient(#fff, #ddd); color: #222; } chataibot-widget::part(bubble-foot) { color: inherit; }',
  },
  'a contrast that is too low by an opacity': {
    bad: 'chataibot-widget::part(time) { opacity: 0.5; }',
    says: /^BAD:1: contrast: ::part\(time\)/m,
    good: 'chataibot-widget::part(title) { opacity: 0.9; }',
  },
  'a sign that cannot be seen': {
    bad: 'chataibot-widget { --chataibot-launcher-color: #5b7df0; }',
    says: /^BAD: contrast: ::part\(launcher[^)]*\): contrast of a sign is 1\.\d\d, under 3/m,
    good: 'chataibot-widget { --chataibot-launcher-color: #eef; }',
  },
  'a target that is too small': {
    bad: 'chataibot-widget::part(close) {\n  width: 20px;\n  height: 20px;\n}',
    says: /^BAD:3: target-size: ::part\(header-button close\): a target of 20\.00 × 20\.00 px, under 24/m,
    good: 'chataibot-widget::part(close) { width: 24px; height: 24px; }',
  },
  'a text that is too small': {
    bad: 'chataibot-widget { --chataibot-font-size: 13px; }\nchataibot-widget::part(status) { font-size: 11px; }',
    says: /^BAD:2: text-size: ::part\(status[^)]*\): text of 11\.00 px, under 12.*\n(BAD: text-size: .*)/m,
    good: 'chataibot-widget { --chataibot-font-size: 16px; } chataibot-widget::part(status) { font-size: 12px; }',
  },
  'a focus that nothing shows': {
    bad: 'chataibot-widget::part(answer):focus-visible { outline: none; }',
    says: /^BAD:1: focus: ::part\(answer\): nothing shows that it has the focus/m,
    good: 'chataibot-widget::part(answer):focus-visible { outline: none; box-shadow: 0 0 0 3px light-dark(#036, #9cf); }',
  },
  'a focus that can hardly be seen': {
    bad: 'chataibot-widget { --chataibot-focus: light-dark(#ddd, #333); }',
    says: /^BAD: focus: ::part\(answer\): what shows the focus has a contrast under 3/m,
    good: 'chataibot-widget { --chataibot-focus: light-dark(#036, #9cf); }',
  },
  'motion that is not reduced': {
    bad: 'chataibot-widget::part(answer) {\n  transition: color 1s, transform 0.3s;\n}\nchataibot-widget::part(title) { animation: pulse 2s infinite; }\n@keyframes pulse { 50% { scale: 2; } }',
    says: /^BAD:2: motion: transition .*\nBAD:4: motion: animation [^\n]*\n(?!BAD)/m,
    good: 'chataibot-widget::part(answer) { transition: color 1s; }\n@media (prefers-reduced-motion: no-preference) { chataibot-widget::part(title) { animation: pulse 2s infinite; } }\nchataibot-widget::part(send) { transition: scale 1s; }\n@media (prefers-reduced-motion: reduce) { chataibot-widget::part(send) { transition: none; } }\n@keyframes pulse { 50% { scale: 1.01; } }',
  },
  'motion from a sheet that is imported': {
    bad: '@import "data:text/css,chataibot-widget::part(title){transition:translate 1s}";',
    says: /^BAD: motion: ::part\(title\): a transition of translate where motion is unwelcome/m,
    good: '@import "data:text/css,chataibot-widget::part(title){transition:color 1s}";',
  },
};

/** Runs the checker, and returns its output and exit code. */
const check = (...words) =>
  new Promise((resolve) => {
    execFile(process.execPath, ['xtask/theme/check.mjs', ...words], { cwd: ROOT, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      resolve({ code: error ? error.code : 0, told: stdout, complaints: stderr });
    });
  });

/** Checks all themes of a kind (`bad` or `good`), in a temporary folder. */
async function checkAll(kind) {
  const folder = await mkdtemp(join(tmpdir(), 'chataibot-themes-'));
  try {
    const files = Object.values(THEMES).map((_, at) => join(folder, `${at}.css`));
    await Promise.all(Object.values(THEMES).map((theme, at) => writeFile(files[at], theme[kind])));
    const { code, told, complaints } = await check('--scenes', SCENES, '--', ...files);
    const of = (at) => told.split('\n').filter((line) => line.startsWith(`${files[at]}:`)).map((line) => line.replace(files[at], 'BAD')).join('\n');
    return { code, complaints, told: files.map((_, at) => of(at)), last: told.trim().split('\n').at(-1) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('the theme checker finds what breaks one of its rules, and says where', { timeout: 240_000 }, async (t) => {
  const { code, told, complaints, last } = await checkAll('bad');
  assert.equal(code, 1, complaints);
  assert.match(last, /^\d+ findings in \d+ style sheets, 3 scenes, light and dark$/);
  for (const [at, [name, { says, not }]] of Object.entries(THEMES).entries()) {
    await t.test(name, () => {
      assert.match(`${told[at]}\n`, says);
      if (not) assert.doesNotMatch(told[at], not);
    });
  }
});

test('the theme checker lets pass what does the same rightly', { timeout: 240_000 }, async () => {
  const { code, told, complaints } = await checkAll('good');
  const names = Object.keys(THEMES);
  assert.deepEqual(told.flatMap((lines, at) => (lines ? [`${names[at]}: ${lines}`] : [])), []);
  assert.equal(code, 0, complaints);
});

test('every theme of ours, and the widget without one, passes in every scene, in light and in dark', { timeout: 600_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chataibot-themes-'));
  try {
    await writeFile(join(folder, 'none.css'), '/* nothing */');
    const names = await readdir(join(ROOT, 'styles/themes'));
    assert.ok(names.length > 1);
    const { code, told, complaints } = await check(join(folder, 'none.css'), ...names.map((name) => join(ROOT, 'styles/themes', name)));
    assert.match(told, /^0 findings in /, told);
    assert.equal(code, 0, complaints);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
