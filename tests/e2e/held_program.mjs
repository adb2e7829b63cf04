//! A visitor who uses the shell while the program is held back.

import assert from 'node:assert/strict';
import { Widget } from './harness.mjs';

const FACE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4" fill="green"/></svg>';
export const PROGRAM = /chataibot-widget_bg\.wasm/;

/** Opens the page for a new visitor. The program waits for `release()`; `fail()` aborts it. */
export async function arrive(world, { visitor: options, page: settings = {}, hasToken = true } = {}) {
  const visitor = await world.visitor(options);
  if (!hasToken) await visitor.context.route('**/token', () => {});
  await visitor.context.route('**/face.svg', (route) => route.fulfill({ contentType: 'image/svg+xml', body: FACE }));
  let release, fail;
  const held = new Promise((go, cut) => ([release, fail] = [() => go('continue'), () => go('abort')]));
  await visitor.context.route(PROGRAM, async (route) => route[await held]());
  world.page(settings);
  const page = await visitor.tab(`${world.host.origin}/`);
  const widget = new Widget(page);
  const ready = () => page.waitForFunction(() => document.querySelector('chataibot-widget').state.ready);
  const arrived = async () => {
    release();
    await ready();
    // Lets the program finish the work of its arrival.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
  };
  return { visitor, page, widget, release, fail, ready, arrived };
}

/** As `arrive`, with the shell's window opened, or in view if it is inline. */
export async function begin(world, options) {
  const held = await arrive(world, options);
  if (/inline/.test(options?.page?.attributes)) await held.widget.part('window-open').waitFor();
  else await held.widget.open();
  assert.equal(await held.page.evaluate(() => document.querySelector('chataibot-widget').state.ready), false);
  return held;
}

export const inside = (page, look) => page.evaluate(`(() => { const root = document.querySelector('chataibot-widget').shadowRoot; return (${look})(root); })()`);

/** The part names of the focused element. */
export const focused = (page) => inside(page, (root) => root.activeElement?.part.value ?? null);
