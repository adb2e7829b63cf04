// What can be done in the window before the program is there: writing and sending, closing; every
// other button is pressed again when the program has it.

import { ask } from './ask.js';
import { build } from './dom.js';
import { wantTalk } from './program.js';
import { row } from './shell_markup.js';
import { filled } from './shell_words.js';
import { nextTask } from './task.js';

/** Characters in one message, as in src/components/composer.rs. */
const LONGEST = 4000;

/** Nothing that is seen, as in crates/chataibot-wire/src/text.rs. */
const BLANK = /^[\s\p{Cc}\p{DI}\u2800\ufff9-\ufffb]*$/u;

/** What Tab comes to, as in src/components/dom.rs. */
const REACHABLE = "button:not(:disabled),textarea,[tabindex='0']";

/** When nothing else is to be done; soon in any case. */
const idle = () =>
  globalThis.requestIdleCallback ? new Promise((resolve) => requestIdleCallback(resolve, { timeout: 300 })) : nextTask();

/**
 * Listens in `place` until `end()`. `look()` shows what stands in the field; `pressed()` is the
 * button to be pressed again; `own` are the visitor's own messages. `start()` is what sends the
 * first one, as of [prepareStart].
 */
export function compose({ host, place, section, field, sentences, beginsLine, isPhone, isInline, find, start }) {
  const ending = new AbortController();
  const on = (type, listener) => place.addEventListener(type, listener, { signal: ending.signal });
  const button = find('.send');
  const frame = find('.field');
  const rows = find('.rows');
  const greeting = find('.greeting');
  /** Messages that nobody has taken yet: their text, and what holds one that is on its way. */
  const waiting = [];
  const isSent = ({ early }) => early?.isSent;
  /** The program, once it takes them. */
  let program;
  const own = [];
  let composing = false;
  let composed = () => {};
  /** Resolves when no input method is at work: who writes into the field then breaks the word. */
  const written = async () => {
    while (composing) await new Promise((resolve) => (composed = resolve));
  };
  let pressed = null;

  const look = () => {
    const text = field.value;
    button.disabled = BLANK.test(text);
    frame.dataset.text = text;
    if (text) {
      wantTalk();
      field.dir = 'auto';
    } else field.removeAttribute('dir');
  };

  const add = (text) => {
    greeting.remove();
    const [element] = row.map((node) => build(filled(node, { ...sentences, text })));
    const before = own.at(-1);
    if (before) {
      // They are one turn.
      element.classList.remove('row-first');
      element.querySelector('.bubble').classList.remove('bubble-first');
      before.querySelector('.bubble').classList.remove('bubble-last');
    }
    own.push(element);
    rows.append(element);
    find('.list').scrollTo({ top: rows.scrollHeight, behavior: 'instant' });
    return element;
  };

  const textOf = (messages) => [...messages.map(({ text }) => text), field.value].filter((text) => !BLANK.test(text)).join('\n');

  /**
   * The program could not be had: what was said is in the field again, but for what the proxy has
   * taken.
   */
  const takeBack = () => {
    const sent = waiting.filter(isSent).length;
    const back = waiting.splice(sent);
    if (!back.length) return;
    field.value = textOf(back);
    for (const { early } of back) early?.discard();
    for (const element of own.splice(sent)) element.remove();
    if (!sent) rows.append(greeting);
    look();
  };

  /** Is it to be sent, as the page sees it too? It may change the words. */
  const isAgreed = (detail) =>
    !BLANK.test(detail.text) && [...detail.text].length <= LONGEST && ask(host, 'before-send', detail);

  const handOver = () => {
    for (const { text, early } of waiting.splice(0)) {
      if (early?.isFound) continue;
      const begun = early?.handOver();
      // A program of the version before knows nothing of it.
      if (begun && program.sendEarly) program.sendEarly(text, begun);
      else program.send(text);
    }
  };

  const send = () => {
    const detail = { text: field.value };
    if (isAgreed(detail)) {
      const text = String(detail.text);
      field.value = '';
      look();
      if (!BLANK.test(text)) {
        waiting.push({ text, early: own.length || program ? null : start()?.send(text) });
        add(text);
        if (program) handOver();
        // Asks for the program once more, where it could not be had.
        else host.open().catch(takeBack);
      }
    }
    field.focus({ preventScroll: true });
  };

  on('input', look);
  on('compositionstart', () => (composing = true));
  on('compositionend', () => {
    composing = false;
    composed();
  });
  on('submit', (event) => {
    event.preventDefault();
    send();
  });
  on('click', ({ target }) => {
    const chosen = target.closest('button');
    if (chosen?.matches('.close')) host.close();
    else if (chosen?.type === 'button') pressed = chosen;
  });
  on('keydown', (event) => {
    // 229: in Safari the Enter that ends a composition comes after it.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Escape' && !isInline) {
      event.stopPropagation();
      event.preventDefault();
      host.close();
    } else if (event.key === 'Enter' && event.target === field && (event.ctrlKey || event.metaKey || !(beginsLine || event.shiftKey))) {
      event.preventDefault();
      send();
    } else if (event.key === 'Tab' && isPhone) {
      const all = section.querySelectorAll(REACHABLE);
      const ends = [all[0], all[all.length - 1]];
      const [from, to] = event.shiftKey ? ends : ends.reverse();
      const focused = host.shadowRoot.activeElement;
      if (focused !== from && !(event.shiftKey && focused === section)) return;
      event.preventDefault();
      to.focus({ preventScroll: true });
    }
  });

  return {
    look,
    own,
    /** The program has started, and takes what was said. */
    connect(mounted) {
      program = mounted;
      // Nothing is said: the program asks for what it needs.
      if (!waiting.length) start()?.handOver();
      handOver();
    },
    /** The program is about to read what is stored. */
    unstore() {
      for (const { early } of waiting) early?.unstore();
    },
    /**
     * Something else stands in for the window. Returns all that was said: the replies are not heard
     * there.
     */
    leave() {
      if (!waiting.some(isSent)) start()?.discard();
      return textOf(waiting);
    },
    end: () => ending.abort(),
    isOver: () => ending.signal.aborted,
    pressed: () => pressed,
    /** Resolves when what the visitor did is drawn, and [written]. */
    async settled() {
      await idle();
      await written();
    },
    written,
  };
}
