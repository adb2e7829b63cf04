//! Shows scenes of the scenario player in a page, one after the other, and waits until each has
//! settled.

import { SCENES } from '../../loader/scenes.js';

/**
 * Opens a page with a player for a visitor with these options. `before`: a script that runs before
 * the page's own, and its argument.
 */
export async function player(world, { visitor = {}, page: options = {}, before } = {}) {
  const address = world.page({ path: '/scenes', attributes: 'demo="empty"', ...options });
  // Without motion, unless a test is about it: then there is no animation to wait for.
  const profile = await world.visitor({ reducedMotion: 'reduce', ...visitor });
  // The scenes' film and sound do not exist.
  profile.expect(/walk\.mp4|waves\.mp3/);
  if (before) await profile.context.addInitScript(...before);
  const page = await profile.tab(address);
  await page.waitForFunction(() => document.querySelector('chataibot-widget').state.ready);
  return page;
}

/**
 * Looks that attributes alone decide, by style sheets or beside the program, with the scenes that
 * they affect.
 */
export const PLACES = {
  'side panel': { attributes: { mode: 'panel' }, scenes: ['greeting', 'home', 'unread'] },
  'side panel at the start': { attributes: { mode: 'panel', position: 'bottom-start' }, scenes: ['greeting'] },
  'in the page': { attributes: { mode: 'inline', style: 'height: 26em' }, scenes: ['greeting', 'buttons', 'consent', 'rating'] },
  'low in the page': { attributes: { mode: 'inline', style: 'height: 13em' }, scenes: ['maintenance', 'home', 'greeting'] },
  'at the top': { attributes: { position: 'top-start', launcher: 'label' }, scenes: ['greeting', 'unread'] },
  'without a launcher': { attributes: { launcher: 'none' }, scenes: ['greeting'] },
  'with a teaser': { attributes: { teaser: 'Can I help you to find a train?', 'teaser-delay': '0', 'teaser-phone': '' }, scenes: ['unopened'] },
};

/** Returns every scene, then every place: `[name, scene, attributes]`. */
export const everything = () => [
  ...Object.keys(SCENES).map((scene) => [scene, scene, {}]),
  ...Object.entries(PLACES).flatMap(([place, { attributes, scenes }]) => scenes.map((scene) => [`${place}, ${scene}`, scene, attributes])),
];

/** Shows a scene, in an element with exactly these attributes, and waits until it has settled. */
export async function show(page, scene, attributes = {}) {
  await page.evaluate(
    ([scene, attributes]) => {
      const widget = document.querySelector('chataibot-widget');
      widget.demo = scene;
      for (const { name } of [...widget.attributes]) if (!(name in attributes) && !['demo', 'open'].includes(name)) widget.removeAttribute(name);
    },
    [scene, attributes],
  );
  await still(page, scene);
  await page.evaluate((attributes) => {
    const widget = document.querySelector('chataibot-widget');
    for (const [name, value] of Object.entries(attributes)) widget.setAttribute(name, value);
  }, attributes);
  // A list that is scrolled and resized at the same time would base its position on the old size.
  if (Object.keys(attributes).length) await still(page, scene);
  await page.evaluate(() => {
    // The previous scene's scroll position must not affect this one.
    const list = document.querySelector('chataibot-widget').shadowRoot.querySelector('[part~="list"]');
    list?.scrollTo({ top: list.scrollHeight, behavior: 'instant' });
  });
  // The teaser appears after a delay of its own, later than the scene.
  if (attributes.teaser) await page.locator('chataibot-widget [part~="preview"]').waitFor();
  await still(page, scene);
}

/** Waits until the scene is complete, with everything that is fetched for it, and nothing moves. */
export const still = (page, scene) =>
  page.evaluate(async (scene) => {
    const { shadowRoot } = document.querySelector('chataibot-widget');
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    // Firefox reports animations as running that `content-visibility` has stopped.
    const isLeftOut = (animation) => animation.effect?.target?.checkVisibility?.({ contentVisibilityAuto: true }) === false;
    // A typing indicator never ends; transitions do.
    const isEndless = (animation) => animation.effect?.getComputedTiming().iterations === Infinity;
    const isQuiet = (animation) => animation.playState !== 'running' || isEndless(animation) || isLeftOut(animation);
    const picture = () => shadowRoot.textContent + shadowRoot.querySelector('[part~="list"]')?.scrollTop;
    const isWhole = () =>
      shadowRoot.querySelector('.app') &&
      !shadowRoot.querySelector('.on-demand.waits') &&
      // Images out of view may never be fetched.
      [...shadowRoot.querySelectorAll('img')].every((image) => image.complete || image.loading === 'lazy');
    const patience = performance.now() + 15_000;
    let before;
    for (let frames = 0; frames < 3; ) {
      if (performance.now() > patience) throw new Error(`the scene "${scene}" never stands still`);
      await frame();
      const now = picture();
      frames = isWhole() && now === before && [...document.getAnimations(), ...shadowRoot.getAnimations()].every(isQuiet) ? frames + 1 : 0;
      before = now;
    }
  }, scene);
