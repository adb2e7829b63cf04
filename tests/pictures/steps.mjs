//! Draws the pictures of docs/theming.md: each applies the document's style sheets up to its own
//! place, so that it shows exactly what the text describes. Also draws the studio and design mode.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './camera.mjs';

const DOCUMENT = 'docs/theming.md';
const FOLDER = 'docs/theming';

const BOXES = `
body { display: grid; grid-template-columns: 1fr 1fr; margin: 0; }
div { contain: strict; height: 620px; }
.light { color-scheme: light; background: #eceef1; }
.dark { color-scheme: dark; background: #0c0d10; }
chataibot-widget { --chataibot-window-height: 500px; --chataibot-window-width: 372px; }`;

/** Returns the document's pictures in order, each with all the CSS above it: `[[name, css], …]`. */
export function illustrated(text) {
  const found = [];
  let css = '';
  for (const [, sheet, name] of text.matchAll(/```css\n(.*?)```|\]\(theming\/([\w-]+)\.webp\)/gs)) {
    if (sheet) css += `${sheet}\n`;
    else found.push([name, css]);
  }
  return found;
}

const SCENES = { parts: 'greeting', done: 'greeting' };

/** Pictures that show more than the widget. */
const OTHERS = { studio, wall, design, places };

export async function steps(camera) {
  const text = await readFile(join(ROOT, DOCUMENT), 'utf8');
  for (const [name, css] of illustrated(text)) {
    const path = `${FOLDER}/${name}.webp`;
    if (OTHERS[name]) {
      await OTHERS[name](camera, path, css);
      continue;
    }
    const elements = ['light', 'dark'].map((box) => ({ box, attributes: { demo: SCENES[name] ?? 'buttons-chosen', layer: 'page' } }));
    const page = await camera.stage({ width: 840, height: 620 }, `${BOXES}\n${css}`, elements);
    await camera.save(page, path, { width: 840 });
  }
}

/** Draws the studio with the document's brand colour. */
async function studio(camera, path) {
  const page = await openStudio(camera, '#scene=buttons-chosen');
  await page.getByLabel('Brand colour', { exact: true }).fill('#b4451f');
  await page.getByRole('button', { name: 'Use this palette' }).click();
  await settled(camera, page);
  await camera.save(page, path, { width: 1100 });
}

/** Draws the wall of all scenes in the document's look. */
async function wall(camera, path, css) {
  const tokens = Object.fromEntries([...css.matchAll(/--chataibot-([\w-]+): ([^;]+);/g)].map(([, name, value]) => [`t-${name}`, value.trim()]));
  const rules = css.replaceAll(/chataibot-widget \{[^}]*\}/g, '').trim();
  const page = await openStudio(camera, `#${new URLSearchParams({ scene: 'wall', rules, ...tokens })}`);
  await settled(camera, page);
  await camera.save(page, path, { width: 1100 });
}

async function openStudio(camera, hash) {
  const page = await camera.page({ width: 1280, height: 800, path: `/studio/index.html${hash}` });
  await page.locator('body[data-ready]').waitFor();
  await page.frameLocator('iframe').locator('chataibot-widget').first().waitFor({ state: 'attached' });
  return page;
}

/** Waits until the studio's preview has settled, and removes emoji. */
async function settled(camera, page) {
  const frame = page.frames().find((one) => one.url().endsWith('stage.html'));
  await camera.still(frame);
  await page.evaluate(() => document.querySelector('#said').classList.remove('fresh'));
}

/** Draws design mode on a bubble. */
async function design(camera, path, css) {
  const page = await camera.stage({ width: 900, height: 640 }, `:root { color-scheme: light; background: #eceef1; } chataibot-widget { --chataibot-window-height: 540px; }\n${css}`, [
    { box: 'page', attributes: { demo: 'greeting', design: '' } },
  ]);
  const bubble = page.locator('chataibot-widget [part~="bubble-bot"]').last();
  const { x, y, height } = await bubble.boundingBox();
  await page.mouse.move(x + 4, y + height / 2);
  await page.locator('chataibot-widget aside .card strong').waitFor();
  await camera.save(page, path, { width: 900 });
}

/** Draws the launcher with a label, and a side panel. */
async function places(camera, path, css) {
  const boxes = `body { display: grid; grid-template-columns: 1fr 1fr; margin: 0; background: #eceef1; } div { contain: strict; height: 460px; color-scheme: light; background: #eceef1; border-inline-start: 1px solid #fff; } chataibot-widget { --chataibot-window-width: 340px; }`;
  const page = await camera.stage({ width: 840, height: 460 }, `${boxes}\n${css}`, [
    { box: 'closed', attributes: { demo: 'unread', layer: 'page', launcher: 'label', 'launcher-label': 'Ask us' } },
    { box: 'panel', attributes: { demo: 'greeting', layer: 'page', mode: 'panel' } },
  ]);
  await camera.save(page, path, { width: 840 });
}
