//! Tests of resizing: the widget renders after the browser has delivered its `ResizeObserver`
//! callbacks, never within one. Changing sizes there makes every engine report an error to the
//! page, "ResizeObserver loop completed with undelivered notifications".

import assert from 'node:assert/strict';
import { Widget, story } from './harness.mjs';

/** Records DOM changes during `ResizeObserver` callbacks, and the errors that browsers report. */
const WATCH = () => {
  window.loops = [];
  window.redrawn = [];
  addEventListener('error', ({ message }) => /ResizeObserver/.test(message) && window.loops.push(message));
  let isTelling = false;
  // Microtasks that a callback queues run before the browser goes on, some of them in a chain.
  const afterMicrotasks = async (many) => {
    while (many--) await null;
    isTelling = false;
  };
  const Own = window.ResizeObserver;
  window.ResizeObserver = class extends Own {
    constructor(call) {
      super((...told) => {
        isTelling = true;
        call(...told);
        afterMicrotasks(50);
      });
    }
  };
  const changed = ([{ target }]) => isTelling && window.redrawn.push(String(target.className));
  window.watch = (root) => new MutationObserver(changed).observe(root, { subtree: true, childList: true, attributes: true });
};

const size = ([width, height]) => Object.assign(document.querySelector('#box').style, { width: `${width}px`, height: `${height}px` });

story('nothing is drawn anew while a browser tells of sizes, and none reports a loop', async (world) => {
  world.host.script('/watch.js', `(${WATCH})()`);
  const body = '<div id="box" style="width: 1250px; height: 260px"><chataibot-widget mode="inline"></chataibot-widget></div>';
  const visitor = await world.visitor({ reducedMotion: 'reduce' });
  // Provoked on purpose below.
  visitor.expect(/ResizeObserver/);
  const page = await visitor.tab(world.page({ body, head: '<script src="/watch.js"></script>' }));
  const widget = new Widget(page);
  await widget.part('window-open').waitFor();
  await page.evaluate(() => window.watch(document.querySelector('chataibot-widget').shadowRoot));
  const isQuiet = async (when) => assert.deepEqual(await page.evaluate(() => [window.redrawn, window.loops]), [[], []], when);

  // When all cards fit, the buttons that scroll them are removed, and the list becomes shorter.
  await widget.say('carousel');
  await widget.part('cards').waitFor();
  await widget.part('turn').first().waitFor({ state: 'detached' });
  await isQuiet('a row of cards that fits');
  for (const [shape, state] of [[[400, 260], 'visible'], [[1250, 300], 'detached']]) {
    await page.evaluate(size, shape);
    await widget.part('turn').first().waitFor({ state });
    await isQuiet(`a row of cards in ${shape}`);
  }

  // A visitor has scrolled up, and the window becomes so high that the end is in view.
  const list = widget.part('list');
  await page.evaluate(size, [400, 260]);
  await widget.part('turn').first().waitFor();
  await list.evaluate((list) => list.scrollBy({ top: -120, behavior: 'instant' }));
  await widget.part('jump').waitFor();
  await page.evaluate(size, [400, 1600]);
  await widget.part('jump').waitFor({ state: 'detached' });
  await isQuiet('a list whose end has come into view');
  await page.evaluate(size, [300, 240]);
  await widget.part('jump').waitFor();
  await isQuiet('a list whose end is out of view again');
});
