//! What a screen reader would say: a recorder of every live region of a page, as the ARIA
//! specification treats them.
//!
//! It judges by the page alone, wherever the words stand: `aria-live`, the roles that imply it,
//! `aria-atomic`, and whether the region is there for a screen reader at all (not displayed,
//! `hidden`, `aria-hidden`, `inert`, beside an open modal dialog). Regions in shadow roots count,
//! also in closed ones. What the keyboard's focus makes a screen reader say is not its matter.

import assert from 'node:assert/strict';
import { until } from './wait.mjs';

/** Records on every page that `visitor` opens from now on. */
export async function listen(visitor) {
  await visitor.context.addInitScript(record);
}

/** All that was said since the page began, or since `forget`: what, and how, in order. */
export function announced(page) {
  return page.evaluate(() => window.announced);
}

/** Begins anew. */
export function forget(page) {
  return page.evaluate(() => void window.announced.splice(0));
}

/**
 * Waits until so much was said, gives the page time to say more, and fails when it is not just
 * this, in this order. A text is said politely; `{ assertive: text }` interrupts. Several sentences
 * may come in one breath: it is the sentences that are compared.
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
 * Waits until the page has rendered what it knew; whatever it had to say about that is said then.
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

  // Closed roots are known only to those who were there when they were made.
  const roots = [document];
  const modals = () => roots.flatMap((root) => [...root.querySelectorAll('[aria-modal="true"], dialog:modal')]).filter(isThere);

  const liveness = (element) => element.getAttribute('aria-live') ?? IMPLIED[role(element)];
  /** The region that a change here belongs to: the nearest element that says how live it is. */
  function region(node) {
    const element = [...ancestors(node)].find((one) => ['off', 'polite', 'assertive'].includes(liveness(one)));
    const how = element && liveness(element);
    if (!element || how === 'off' || element.getAttribute('aria-busy') === 'true' || !isThere(element)) return undefined;
    const open = modals();
    const covered = open.length > 0 && !open.some((modal) => [...ancestors(element)].includes(modal));
    return covered ? undefined : { element, how };
  }

  /**
   * What of the region is said when this changed: all of it, or the atomic part of it, or the
   * change alone.
   */
  function voice(node, element) {
    for (const one of ancestors(node)) {
      const atomic = one.getAttribute('aria-atomic') ?? (ATOMIC.includes(role(one)) ? 'true' : undefined);
      if (atomic === 'true') return one;
      if (atomic === 'false' || one === element) break;
    }
    return node;
  }

  /** The words in here that a screen reader finds. */
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
      // A region that comes with its words is not told from a page that was always so; an alert is.
      if (!live || (role(live.element) !== 'alert' && [...ancestors(live.element)].some((one) => added.has(one)))) return;
      const source = voice(node, live.element);
      if (spoken.has(source)) return;
      spoken.add(source);
      const text = words(source)
        .split('\n')
        .map((line) => line.replace(/\s+/g, ' ').trim())
        .filter(Boolean)
        .join('\n');
      // Words that go, or make place for others, while they are being said are never heard to their
      // end.
      const over = last?.source === source;
      // A region that is emptied a while later was heard of: a screen reader has taken the words by
      // then.
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
        // An alert is said when it comes, with its words in it.
        if (node.nodeType !== Node.ELEMENT_NODE) continue;
        for (const alert of node.querySelectorAll('[role="alert"]')) speak(alert);
      }
    }
  }

  /** Removals are not said, but they cut off what is being said. */
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
