// `cargo xtask theme FILE…`: holds style sheets for the widget to the rules of studio/check_css.js
// and studio/check_scene.js, in Chromium, with the real widget in every scene, in light and in dark
// colours. Prints a line for each finding and ends with 1 where there is one.
//
//     node xtask/theme/check.mjs [--scenes NAME,NAME] FILE…        with CHATAIBOT_DIST and CHROMIUM

import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { launch } from '../../tests/e2e/chromium.mjs';
import { everything, show } from '../../tests/e2e/scenes.mjs';

const ROOT = new URL('../../', import.meta.url).pathname;
const TYPES = { '.js': 'text/javascript', '.json': 'application/json', '.css': 'text/css', '.svg': 'image/svg+xml', '.wasm': 'application/wasm', '.html': 'text/html' };

const { values: options, positionals: files } = parseArgs({ allowPositionals: true, options: { scenes: { type: 'string' } } });
if (!files.length) {
  console.error('usage: cargo xtask theme FILE…');
  process.exit(2);
}
const themes = await Promise.all(files.map(async (path, at) => ({ path, at, folder: resolve(dirname(path)), css: await readFile(path, 'utf8') })));
const design = JSON.parse(await readFile(join(ROOT, 'styles/design.json'), 'utf8'));
const chosen = options.scenes?.split(',');
const scenes = everything().filter(([name]) => !chosen || chosen.includes(name));
if (!scenes.length) throw new Error(`there is no scene of these: ${options.scenes}`);

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>Themes</title>
${themes.map(({ at, path }) => `<link rel="stylesheet" class="theme" href="/theme/${at}/${encodeURIComponent(basename(path))}">`).join('\n')}
<script type="module" src="/dist/chataibot.js"></script><chataibot-widget demo="empty"></chataibot-widget>`;

/** Where a file that the page asks for lies; undefined outside of the folders that are served. */
function place(path) {
  const [, first, ...rest] = path.split('/').map(decodeURIComponent);
  const theme = first === 'theme' && themes[Number(rest.shift())];
  const folder = { dist: process.env.CHATAIBOT_DIST, studio: join(ROOT, 'studio'), theme: theme?.folder }[first];
  const file = folder && resolve(folder, ...rest);
  return file?.startsWith(resolve(folder) + sep) ? file : undefined;
}

const server = createServer(async ({ url }, response) => {
  const { pathname } = new URL(url, 'http://localhost');
  if (pathname === '/') return response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
  const file = place(pathname);
  if (!file || !(await stat(file).then((found) => found.isFile(), () => false))) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(await readFile(file));
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const origin = `http://127.0.0.1:${server.address().port}`;

const browser = await launch({ args: ['--disable-dev-shm-usage'] });
/** What was found in a theme: by what it says, where. */
const found = themes.map(() => new Map());
const note = (at, { rule, line, message, parts, example }, where) => {
  const what = `${parts?.length ? `::part(${parts.join(' ')}): ` : ''}${message}`;
  const key = `${line ?? ''} ${rule} ${what}`;
  const entry = found[at].get(key) ?? { rule, line, what: example ? `${what}, as of "${example}"` : what, where: [] };
  if (where) entry.where.push(where);
  found[at].set(key, entry);
};

try {
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce', viewport: { width: 1000, height: 800 } });
    const page = await context.newPage();
    await page.goto(origin);
    await page.waitForFunction(() => document.querySelector('chataibot-widget').state.ready);
    await page.evaluate(async (themes) => {
      const [css, scene] = await Promise.all([import('/studio/check_css.js'), import('/studio/check_scene.js')]);
      Object.assign(globalThis, { ...css, ...scene, focused: themes.map(() => new Set()) });
    }, themes.map(({ css }) => css));
    if (colorScheme === 'light') {
      for (const { at, css } of themes) {
        for (const finding of await page.evaluate(([css, design]) => checkCss(css, design), [css, design])) note(at, finding);
      }
    }
    for (const [name, scene, attributes] of scenes) {
      await show(page, scene, attributes);
      for (const { at, css } of themes) {
        const findings = await page.evaluate(([at, css]) => {
          // Of the sheet: a link that is turned on again is fetched again.
          document.querySelectorAll('link.theme').forEach(({ sheet }, place) => (sheet.disabled = place !== at));
          const widget = document.querySelector('chataibot-widget');
          for (const animation of widget.shadowRoot.getAnimations()) if (animation.effect.getComputedTiming().iterations !== Infinity) animation.finish();
          const findings = [...checkScene(widget), ...checkFocus(widget, focused[at])];
          return findings.map((finding) => ({ ...finding, line: lineOf(css, finding.parts, new RegExp(finding.properties)) }));
        }, [at, css]);
        const isStatic = (line) => [...found[at].values()].some((entry) => entry.rule === 'motion' && entry.line === line && !entry.where.length);
        for (const finding of findings) if (finding.rule !== 'motion' || !isStatic(finding.line)) note(at, finding, `${colorScheme}, ${name}`);
      }
    }
    await context.close();
  }
} finally {
  await browser.close();
  server.close();
}

let count = 0;
for (const { path, at } of themes) {
  const entries = [...found[at].values()].sort((one, other) => (one.line ?? Infinity) - (other.line ?? Infinity));
  for (const { rule, line, what, where } of entries) {
    const places = where.length ? ` (${where[0]}${where.length > 1 ? `, and in ${where.length - 1} more` : ''})` : '';
    console.log(`${path}${line ? `:${line}` : ''}: ${rule}: ${what}${places}`);
  }
  count += entries.length;
}
console.log(`${count} ${count === 1 ? 'finding' : 'findings'} in ${files.length === 1 ? files[0] : `${files.length} style sheets`}, ${scenes.length} scenes, light and dark`);
process.exitCode = count ? 1 : 0;
