//! Draws docs/themes/NAME.webp: every theme of styles/themes, light beside dark, on a page with
//! variables of its own, to show what the theme makes of them.

import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './camera.mjs';

const SIZE = { width: 840, height: 600 };

/**
 * Two boxes, each of which acts as the screen of its content. The page has colours, for translucent
 * themes.
 */
const BOXES = `
body { display: grid; grid-template-columns: 1fr 1fr; margin: 0; }
div { contain: strict; height: 600px; }
.light { color-scheme: light; background: radial-gradient(circle at 20% 15%, #ffd9b0, transparent 55%), radial-gradient(circle at 90% 80%, #b9d4ff, transparent 60%), #f4f1ee; }
.dark { color-scheme: dark; background: radial-gradient(circle at 15% 20%, #4a2a5c, transparent 55%), radial-gradient(circle at 90% 80%, #123f5c, transparent 60%), #101116; }
chataibot-widget { --chataibot-window-height: 480px; --chataibot-window-width: 372px; }`;

/** The page's own variables, for the theme that follows them. */
const SITE = `
.light { --brand: #b4451f; --text: #2b211c; --background: #fffaf3; --radius: 12px; --font: "Iowan Old Style", "Palatino Linotype", P052, Georgia, serif; }
.dark { --brand: #d9693f; --text: #f5ebe2; --background: #231a16; --radius: 12px; --font: "Iowan Old Style", "Palatino Linotype", P052, Georgia, serif; }`;

const elements = ['light', 'dark'].map((box) => ({ box, attributes: { demo: 'buttons-chosen', layer: 'page' } }));

export async function themes(camera) {
  const folder = join(ROOT, 'styles/themes');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.css')).map((name) => name.slice(0, -4));
  for (const name of ['default', ...names.sort()]) {
    const css = name === 'default' ? '' : await readFile(join(folder, `${name}.css`), 'utf8');
    const page = await camera.stage(SIZE, `${BOXES}\n${name === 'follow' ? SITE : ''}\n${css}`, elements);
    await camera.save(page, `docs/themes/${name}.webp`, { width: 840 });
  }
}
