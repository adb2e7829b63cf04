//! Every scene of the scenario player, in every way a page is seen, without a violation of WCAG 2.2 AA that a machine can find.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { SCENES } from '../../loader/scenes.js';
import { story } from './harness.mjs';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };
const LIGHT_AND_DARK = '<meta name="color-scheme" content="light dark">';

// Without motion where motion is not the matter: nothing is to be waited for then.
const MODES = {
  'with motion': { visitor: { reducedMotion: 'no-preference' } },
  light: {},
  dark: { visitor: { colorScheme: 'dark' }, page: { head: LIGHT_AND_DARK } },
  'forced colours': { visitor: { forcedColors: 'active' } },
  'more contrast': { visitor: { contrast: 'more' } },
  'right to left': { page: { language: 'ar', direction: 'rtl' } },
  '320 px': { visitor: { viewport: { width: 320, height: 640 } } },
  '200 %': { visitor: { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 } },
};

/** Shows a scene and waits until nothing moves any more. */
const show = (page, scene) =>
  page.evaluate(async (scene) => {
    const widget = document.querySelector('chataibot-widget');
    widget.demo = scene;
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const quiet = () => {
      const { shadowRoot } = widget;
      const moving = shadowRoot.getAnimations?.() ?? document.getAnimations();
      // A typing sign moves for ever; a picture that is on its way does not.
      return moving.every((animation) => animation.effect?.getComputedTiming().iterations === Infinity || animation.playState !== 'running');
    };
    let still = 0;
    let before;
    while (still < 3) {
      await frame();
      const now = widget.shadowRoot.textContent + widget.shadowRoot.querySelector('[part~="list"]')?.scrollTop;
      still = now === before && quiet() ? still + 1 : 0;
      before = now;
    }
  }, scene);

const check = (page) =>
  page.evaluate(async (rules) => {
    const { violations } = await axe.run('chataibot-widget', rules);
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.flat().at(-1)} — ${node.failureSummary.replaceAll('\n', ' ')}`));
  }, RULES);

for (const [mode, { visitor = {}, page: options = {} }] of Object.entries(MODES)) {
  story(`accessibility: ${mode}`, async (world) => {
    const address = world.page({ path: '/scenes', attributes: 'demo="empty"', ...options });
    const profile = await world.visitor({ reducedMotion: 'reduce', ...visitor });
    const page = await profile.tab(address);
    await page.waitForFunction(() => document.querySelector('chataibot-widget').state.ready);
    await page.evaluate(AXE);
    const found = [];
    for (const scene of Object.keys(SCENES)) {
      await show(page, scene);
      found.push(...(await check(page)).map((line) => `${scene}: ${line}`));
    }
    assert.deepEqual(found, [], `${found.length} violations`);
  }, { timeout: 240_000 });
}
