//! Scenes of the scenario player in a page: shown one after the other, each until nothing moves any more.

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

/** Shows a scene and waits until it stands still. */
export const show = (page, scene) =>
  page.evaluate(async (scene) => {
    const widget = document.querySelector('chataibot-widget');
    widget.demo = scene;
    const { shadowRoot } = widget;
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    // A typing sign moves for ever; what is on its way does not.
    const isQuiet = (animation) => animation.effect?.getComputedTiming().iterations === Infinity || animation.playState !== 'running';
    const picture = () => shadowRoot.textContent + shadowRoot.querySelector('[part~="list"]')?.scrollTop;
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
      still = now === before && loaded && [...document.getAnimations(), ...shadowRoot.getAnimations()].every(isQuiet) ? still + 1 : 0;
      before = now;
      if (still === 3 && !atEnd) {
        // Where the scene before was read to is no part of this one.
        const list = shadowRoot.querySelector('[part~="list"]');
        list?.scrollTo({ top: list.scrollHeight, behavior: 'instant' });
        atEnd = true;
        still = 0;
      }
    }
  }, scene);
