//! Automated accessibility tests: every scene of the scenario player, in every mode of display,
//! without a violation of WCAG 2.2 AA that axe can detect.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { story } from './harness.mjs';
import { everything, player, show } from './scenes.mjs';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };

const EMULATED = 'only Playwright has a browser pretend so';
const MODES = {
  'with motion': { visitor: { reducedMotion: 'no-preference' } },
  light: {},
  dark: { visitor: { colorScheme: 'dark' }, page: { head: '<meta name="color-scheme" content="light dark">' } },
  'forced colours': { visitor: { forcedColors: 'active' }, chromium: EMULATED },
  'more contrast': { visitor: { contrast: 'more' }, chromium: EMULATED },
  'right to left': { page: { language: 'ar', direction: 'rtl' } },
  '320 px': { visitor: { viewport: { width: 320, height: 640 } }, chromium: EMULATED },
  '200 %': { visitor: { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 }, chromium: EMULATED },
};

const check = (page) =>
  page.evaluate(async (rules) => {
    const { violations } = await axe.run('chataibot-widget', rules);
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.flat().at(-1)} — ${node.failureSummary.replaceAll('\n', ' ')}`));
  }, RULES);

for (const [mode, settings] of Object.entries(MODES)) {
  story(`accessibility: ${mode}`, async (world) => {
    const page = await player(world, settings);
    await page.evaluate(AXE);
    const found = [];
    for (const [name, scene, attributes] of everything()) {
      await show(page, scene, attributes);
      found.push(...(await check(page)).map((line) => `${name}: ${line}`));
    }
    assert.deepEqual(found, [], `${found.length} violations`);
  }, { timeout: 480_000, chromium: settings.chromium });
}
