//! A recorder of what a screen reader would announce: it observes every live region of a page and
//! treats it as the ARIA specification says.
//!
//! It judges by the DOM alone, wherever the text is: `aria-live`, the roles that imply it,
//! `aria-atomic`, and whether the region is exposed to a screen reader at all (not if it is not
//! displayed, `hidden`, `aria-hidden`, `inert`, or outside of an open modal dialog). It covers
//! regions in shadow roots, also in closed ones, but not what a screen reader says because of the
//! keyboard's focus.

import assert from 'node:assert/strict';
import { until } from './wait.mjs';

/** Makes every page that `visitor` opens from now on record. */
export async function listen(visitor) {
  await visitor.context.addInitScript(record);
}

/** Returns the announcements since the page began, or since `forget`: text and manner, in order. */
export function announced(page) {
  return page.evaluate(() => window.announced);
}

/** Discards what was recorded so far. */
export function forget(page) {
  return page.evaluate(() => void window.announced.splice(0));
}

/**
 * Waits until that many sentences were announced, lets the page settle, and fails unless they are
 * exactly these, in this order. A string means a polite announcement; `{ assertive: text }` an
 * interrupting one. One announcement may contain several sentences: sentences are compared.
 */
export async function says(page, ...expected) {
  const wanted = expected.map((one) => (typeof one === 'string' ? { polite: one } : one));
  let heard = [];
  const hear = async () => (heard = (await announced(page)).flatMap(sentences));
  await until('enough is said', async () => (await hear()).length >= wanted.length).catch(() => {});
  await settled(page);
  await hear();
  assert.deepEqual(heard, wanted, 'what a screen reader says');
}

function sentences({ how, text }) {
  return text.split('\n').map((sentence) => ({ [how]: sentence }));
}

/**
 * Waits until the page has rendered its state; all announcements about it have been made by then.
 */
export async function settled(page) {
  await page.evaluate(async () => {
    for (let frames = 0; frames < 6; frames += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
  });
}

/** Runs in the page, before its own scripts. */
function record() {
  const IMPLIED = { alert: 'assertive', status: 'polite', log: 'polite', timer: 'off', marquee: 'off' };
  const ATOMIC = ['alert', 'status'];
  const said = (window.announced = []);
  let last;

  const role = (element) => element.getAttribute('role') ?? (element.localName === 'output' ? 'status' : '');
  const above = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host;
  function* ancestors(node) {
    let at = node.nodeType === Node.ELEMENT_NODE ? node : above(node);
    for (; at; at = above(at)) yield at;
  }
  const hides = (element) =>
    element.hidden || element.inert || element.getAttribute('aria-hidden') === 'true' || getComputedStyle(element).display === 'none';
  const isThere = (element) =>
    element.isConnected && getComputedStyle(element).visibility === 'visible' && ![...ancestors(element)].some(hides);

  // Closed roots are reachable only for code that runs when they are created.
  const roots = [document];
  const modals = () => roots.flatMap((root) => [...root.querySelectorAll('[aria-modal="true"], dialog:modal')]).filter(isThere);

  const liveness = (element) => element.getAttribute('aria-live') ?? IMPLIED[role(element)];
  /** Returns the live region of a change in `node`: the nearest element with a liveness. */
  function region(node) {
    const element = [...ancestors(node)].find((one) => ['off', 'polite', 'assertive'].includes(liveness(one)));
    const how = element && liveness(element);
    if (!element || how === 'off' || element.getAttribute('aria-busy') === 'true' || !isThere(element)) return undefined;
    const open = modals();
    const covered = open.length > 0 && !open.some((modal) => [...ancestors(element)].includes(modal));
    return covered ? undefined : { element, how };
  }

  /**
   * Returns the node whose text is announced when `node` changed: the whole region, its atomic
   * part, or the changed node alone.
   */
  function voice(node, element) {
    for (const one of ancestors(node)) {
      const atomic = one.getAttribute('aria-atomic') ?? (ATOMIC.includes(role(one)) ? 'true' : undefined);
      if (atomic === 'true') return one;
      if (atomic === 'false' || one === element) break;
    }
    return node;
  }

  /** Returns the text in `node` that is exposed to a screen reader. */
  function words(node) {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.nodeType !== Node.ELEMENT_NODE || hides(node)) return '';
    return node.getAttribute('aria-label') ?? [...node.childNodes].map(words).join('');
  }

  function hear(records) {
    const spoken = new Set();
    const added = new Set(records.flatMap((one) => [...one.addedNodes]));
    const speak = (node) => {
      if (!node.isConnected) return;
      const live = region(node);
      // A region inserted together with its text is not announced: it cannot be told from static
      // content. An alert is.
      if (!live || (role(live.element) !== 'alert' && [...ancestors(live.element)].some((one) => added.has(one)))) return;
      const source = voice(node, live.element);
      if (spoken.has(source)) return;
      spoken.add(source);
      const text = words(source)
        .split('\n')
        .map((line) => line.replace(/\s+/g, ' ').trim())
        .filter(Boolean)
        .join('\n');
      // Text that is removed or replaced while it is being announced is never heard to its end.
      const over = last?.source === source;
      // A region that is emptied later was heard: by then the screen reader has read its text.
      const heard = !text && last && performance.now() - last.at > 900;
      if (over && !heard && last.text !== text) said.push({ how: 'cut off', text: last.text });
      if (text) said.push({ how: live.how, text });
      if (text || over) last = text ? { source, text, at: performance.now() } : undefined;
    };
    for (const { type, target, addedNodes } of records) {
      if (type === 'characterData') speak(target);
      else if (addedNodes.length === 0) speakOfGone(target, speak);
      for (const node of addedNodes) {
        speak(node);
        // An alert is announced when it is inserted, with its text.
        if (node.nodeType !== Node.ELEMENT_NODE) continue;
        for (const alert of node.querySelectorAll('[role="alert"]')) speak(alert);
      }
    }
  }

  /** Handles removals: they are not announced, but they cut off the current announcement. */
  function speakOfGone(target, speak) {
    if (last && [...ancestors(target)].includes(last.source)) speak(last.source);
  }

  const observer = new MutationObserver(hear);
  const observe = (root) => observer.observe(root, { subtree: true, childList: true, characterData: true });
  observe(document);
  const { attachShadow } = Element.prototype;
  Element.prototype.attachShadow = function (options) {
    const root = attachShadow.call(this, options);
    roots.push(root);
    observe(root);
    return root;
  };
}
