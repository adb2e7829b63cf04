//! The keyboard and the focused element: its role and name as the browser exposes them to assistive
//! technology, and whether the focus is visible.

import assert from 'node:assert/strict';
import { until } from './wait.mjs';

export class Keys {
  #page;
  #session;

  constructor(page) {
    this.#page = page;
  }

  /**
   * Returns the focused element as `role "name"`, as the browser computes them; `the page` if
   * nothing has the focus.
   */
  async focus() {
    if (this.#page.computed) {
      const { role, name } = await this.#page.computed(`${deepest}`);
      const isBody = await this.#page.evaluate(`(${deepest})() === document.body`);
      return isBody ? 'the page' : `${role} "${name}"`;
    }
    this.#session ??= await this.#page.context().newCDPSession(this.#page);
    const { result } = await this.#session.send('Runtime.evaluate', { expression: `(${deepest})()` });
    const { nodes } = await this.#session.send('Accessibility.getPartialAXTree', { objectId: result.objectId, fetchRelatives: false });
    const [{ role, name }] = nodes;
    return role?.value === 'RootWebArea' || role?.value === 'none' || role?.value === 'generic' ? 'the page' : `${role?.value} "${name?.value ?? ''}"`;
  }

  /** Presses a key, and waits until the expected element has the focus, visibly. */
  async press(key, expected) {
    await this.#page.keyboard.press(key);
    await this.is(expected, key);
  }

  /** Waits until the expected element has the focus, visibly. */
  async is(expected, after = 'what was done') {
    let now;
    await until('the focus', async () => fits((now = await this.focus()), expected), 5_000).catch(() =>
      assert.fail(`after ${after}, ${now} has the focus, and not ${expected}`),
    );
    if (now !== 'the page') await until('the focus is seen', () => this.isSeen(), 3_000).catch(() => assert.fail(`nobody sees that ${now} has the focus`));
  }

  /**
   * Presses a key until the expected element has the focus; the focus must be visible at each stop
   * on the way. Returns all the stops.
   */
  async until(expected, key = 'Tab', most = 40) {
    const stops = [];
    while (stops.length < most) {
      await this.#page.keyboard.press(key);
      await this.#page.evaluate(twoFrames);
      const now = await this.focus();
      stops.push(now);
      if (now !== 'the page') await until('the focus is seen', () => this.isSeen(), 3_000).catch(() => assert.fail(`nobody sees that ${now} has the focus`));
      if (fits(now, expected)) return stops;
    }
    return assert.fail(`${key} never comes to ${expected}, but to ${stops.join(', ')}`);
  }

  /** Types a text. */
  type(text) {
    return this.#page.keyboard.type(text);
  }

  /**
   * Whether the focused element is visibly different from an unfocused one: by a ring of its own,
   * by an icon in it or, for a field, by its frame.
   */
  isSeen() {
    return this.#page.evaluate(`(${seen})(${deepest})`);
  }
}

function fits(focus, expected) {
  return expected instanceof RegExp ? expected.test(focus) : focus === expected;
}

/**
 * Runs in the page: waits until it has handled the scrolling caused by the focus, which may change
 * the next step.
 */
function twoFrames() {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
}

/** Returns the focused element, through shadow roots. Runs in the page. */
function deepest() {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active ?? document.body;
}

/**
 * Whether the focus on the element is visible. Runs in the page. For comparison it removes the
 * focus for a moment, which no frame shows and no listener notices.
 */
function seen(deepest) {
  const active = deepest();
  // The page's own elements look as page and browser decide.
  if (active.getRootNode() === document) return true;
  const frames = [active, active.parentElement, ...active.children].filter(Boolean);
  const box = active.getBoundingClientRect();
  if (box.width === 0 || box.height === 0 || !active.checkVisibility({ visibilityProperty: true })) return false;
  const looks = () =>
    frames.map((one) => {
      const { outlineStyle, outlineWidth, outlineColor, boxShadow, opacity } = getComputedStyle(one);
      return JSON.stringify([outlineStyle === 'none' ? '' : [outlineStyle, outlineWidth, outlineColor], boxShadow, opacity]);
    });
  const before = looks();
  const silent = (event) => event.stopImmediatePropagation();
  const kinds = ['focus', 'blur', 'focusin', 'focusout'];
  for (const kind of kinds) window.addEventListener(kind, silent, true);
  const moving = frames.map((one) => one.style.transition);
  for (const one of frames) one.style.transition = 'none';
  active.blur();
  const without = looks();
  active.focus({ preventScroll: true, focusVisible: true });
  frames.forEach((one, at) => (one.style.transition = moving[at]));
  for (const one of frames) if (one.getAttribute('style') === '') one.removeAttribute('style');
  for (const kind of kinds) window.removeEventListener(kind, silent, true);
  return before.some((look, at) => look !== without[at]);
}
