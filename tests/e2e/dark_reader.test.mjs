//! Tests with the Dark Reader extension, which replaces a page's colours: text stays readable with
//! any brand colour, on light pages and on dark ones.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { story, until } from './harness.mjs';
import { player, show } from './scenes.mjs';

const resolve = createRequire(import.meta.url).resolve;
const [AXE, DARK_READER] = await Promise.all(['axe-core/axe.min.js', 'darkreader/darkreader.js'].map((file) => readFile(resolve(file), 'utf8')));

/** Returns text with too little contrast. */
const faint = (page) =>
  page.evaluate(async () => {
    const { violations } = await axe.run('chataibot-widget', { runOnly: ['color-contrast'] });
    return violations.flatMap(({ nodes }) => nodes.map((node) => `${node.target.flat().at(-1)}: ${node.failureSummary.replaceAll('\n', ' ')}`));
  });

/** Returns the icons of launcher and avatar with too little contrast; they are no text. */
const signs = (page) =>
  page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
    const luminance = (colour) => {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((byte) => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const { shadowRoot } = document.querySelector('chataibot-widget');
    return ['launcher', 'avatar'].flatMap((part) => {
      const { color, backgroundColor, backgroundImage } = getComputedStyle(shadowRoot.querySelector(`[part~="${part}"]`));
      // A gradient counts as its last colour, which covers most of it.
      const ground = backgroundImage === 'none' ? backgroundColor : backgroundImage.match(/(rgba?|color|oklab)\([^()]*\)/g).at(-1);
      const [one, other] = [color, ground].map(luminance).sort((one, other) => one - other);
      const contrast = (other + 0.05) / (one + 0.05);
      return contrast < 4.5 ? [`${part}: ${color} on ${ground}, ${contrast.toFixed(2)}`] : [];
    });
  });

for (const scheme of ['light', 'dark']) {
  story(`Dark Reader: what is written on a ${scheme} page is readable on every brand colour`, async (world) => {
    const found = [];
    for (const accent of ['#2f5bea', '#ffd400', '#0a7d5a', '#ffffff', '#111111', '#e0409a']) {
      const head = `<meta name="color-scheme" content="light dark"><style>chataibot-widget { --chataibot-accent: ${accent} }</style>`;
      const page = await player(world, { visitor: { colorScheme: scheme }, page: { head } });
      await page.evaluate(AXE);
      await page.evaluate(DARK_READER);
      await page.evaluate(() => {
        DarkReader.setFetchMethod(window.fetch);
        DarkReader.enable();
      });
      for (const scene of ['rich', 'home', 'form']) {
        await show(page, scene);
        // Dark Reader processes new elements asynchronously.
        await until('it has been here', () =>
          page.evaluate(() => {
            const { shadowRoot } = document.querySelector('chataibot-widget');
            return getComputedStyle(shadowRoot.querySelector('.app')).getPropertyValue('--darkreader-bg--_accent') && shadowRoot.adoptedStyleSheets.length % 2 === 0;
          }),
        );
        found.push(...[...(await faint(page)), ...(await signs(page))].map((line) => `${accent}, ${scene}: ${line}`));
      }
      await page.close();
    }
    assert.deepEqual(found, []);
  });
}
