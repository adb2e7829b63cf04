//! Scenes of the scenario player in a page: shown one after the other, each until nothing moves any more.

import { SCENES } from '../../loader/scenes.js';

/** A page with a player on it, in front of a visitor with these options. */
export async function player(world, { visitor = {}, page: options = {} } = {}) {
  const address = world.page({ path: '/scenes', attributes: 'demo="empty"', ...options });
  // Without motion, unless motion is the matter: nothing is to be waited for then.
  const profile = await world.visitor({ reducedMotion: 'reduce', ...visitor });
  // The scenes' film and sound are nowhere.
  profile.expect(/walk\.mp4|waves\.mp3/);
  const page = await profile.tab(address);
  await page.waitForFunction(() => document.querySelector('chataibot-widget').state.ready);
  return page;
}

/** What attributes decide by styles alone, or beside the program, and the scenes that look otherwise then. */
export const PLACES = {
  'side panel': { attributes: { mode: 'panel' }, scenes: ['greeting', 'home', 'unread'] },
  'side panel at the start': { attributes: { mode: 'panel', position: 'bottom-start' }, scenes: ['greeting'] },
  'in the page': { attributes: { mode: 'inline', style: 'height: 26em' }, scenes: ['greeting', 'buttons', 'consent', 'rating'] },
  'low in the page': { attributes: { mode: 'inline', style: 'height: 13em' }, scenes: ['maintenance', 'home', 'greeting'] },
  'at the top': { attributes: { position: 'top-start', launcher: 'label' }, scenes: ['greeting', 'unread'] },
  'without a launcher': { attributes: { launcher: 'none' }, scenes: ['greeting'] },
  'with a teaser': { attributes: { teaser: 'Can I help you to find a train?', 'teaser-delay': '0', 'teaser-phone': '' }, scenes: ['unopened'] },
};

/** Every scene, then every place: `[name, scene, attributes]`. */
export const everything = () => [
  ...Object.keys(SCENES).map((scene) => [scene, scene, {}]),
  ...Object.entries(PLACES).flatMap(([place, { attributes, scenes }]) => scenes.map((scene) => [`${place}, ${scene}`, scene, attributes])),
];

/** Shows a scene, in an element with these attributes and no others, and waits until it stands still. */
export const show = (page, scene, attributes = {}) =>
  page.evaluate(async ([scene, attributes]) => {
    const widget = document.querySelector('chataibot-widget');
    const { shadowRoot } = widget;
    widget.demo = scene;
    for (const { name } of [...widget.attributes]) if (!(name in attributes) && !['demo', 'open'].includes(name)) widget.removeAttribute(name);
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    // A typing sign moves for ever; what is on its way does not.
    const isQuiet = (animation) => animation.effect?.getComputedTiming().iterations === Infinity || animation.playState !== 'running';
    // The scenes are a part of their own; before it is there nothing moves either.
    const isHere = () => performance.getEntriesByType('resource').some(({ name }) => /\/chataibot-scenes-[^/]*\.wasm$/.test(name));
    const picture = () => shadowRoot.textContent + shadowRoot.querySelector('[part~="list"]')?.scrollTop;
    // It comes by a clock of its own, and after the scene.
    const isComplete = () => !attributes.teaser || shadowRoot.querySelector('[part~="preview"]');
    let still = 0;
    let before;
    let atEnd = false;
    const patience = performance.now() + 15_000;
    while (still < 3) {
      if (performance.now() > patience) throw new Error(`the scene "${scene}" never stands still`);
      await frame();
      const now = picture();
      // What is out of view may never be fetched.
      const loaded = [...shadowRoot.querySelectorAll('img')].every((image) => image.complete || image.loading === 'lazy');
      still = isHere() && now === before && loaded && (!atEnd || isComplete()) && [...document.getAnimations(), ...shadowRoot.getAnimations()].every(isQuiet) ? still + 1 : 0;
      before = now;
      if (still === 3 && !atEnd) {
        for (const [name, value] of Object.entries(attributes)) widget.setAttribute(name, value);
        // Where the scene before was read to is no part of this one.
        const list = shadowRoot.querySelector('[part~="list"]');
        list?.scrollTo({ top: list.scrollHeight, behavior: 'instant' });
        atEnd = true;
        still = 0;
      }
    }
  }, [scene, attributes]);
