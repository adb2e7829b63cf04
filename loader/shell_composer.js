// Interaction with the shell's window: writing, sending and closing work before the program is
// there; any other pressed button is clicked again once it has started.

import { ask } from './ask.js';
import { build } from './dom.js';
import { wantTalk } from './program.js';
import { row } from './shell_markup.js';
import { filled } from './shell_words.js';
import { nextTask } from './task.js';

/** Maximum length of a message in characters, as in src/components/composer.rs. */
const LONGEST = 4000;

/** No visible character, as in crates/chataibot-wire/src/text.rs. */
const BLANK = /^[\s\p{Cc}\p{DI}\u2800\ufff9-\ufffb]*$/u;

/** Elements that Tab reaches, as in src/components/dom.rs. */
const REACHABLE = "button:not(:disabled),textarea,[tabindex='0']";

/** Resolves when the browser is idle, or soon in any case. */
const idle = () =>
  globalThis.requestIdleCallback ? new Promise((resolve) => requestIdleCallback(resolve, { timeout: 300 })) : nextTask();

/**
 * Listens in `place` until `end()`. `look()` reflects the field's text; `pressed()` is the button
 * to click again; `own` are the rows of the visitor's messages. `start()` returns what sends the
 * first one: see [prepareStart].
 */
export function compose({ host, place, section, field, sentences, beginsLine, isPhone, isInline, find, start }) {
  const ending = new AbortController();
  const on = (type, listener) => place.addEventListener(type, listener, { signal: ending.signal });
  const button = find('.send');
  const frame = find('.field');
  const rows = find('.rows');
  const greeting = find('.greeting');
  /** Messages not yet handed over: the text, and the early start of one that is being sent. */
  const waiting = [];
  const isSent = ({ early }) => early?.isSent;
  /** The program, once it accepts messages. */
  let program;
  const own = [];
  let composing = false;
  let composed = () => {};
  /** Resolves when no input method is composing: writing into the field would break the word. */
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
      // Consecutive messages are one turn.
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
   * The program could not be loaded: puts the messages back into the field, except those that the
   * proxy has accepted.
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

  /** Whether the message may be sent. The host page may change its text or refuse. */
  const isAgreed = (detail) =>
    !BLANK.test(detail.text) && [...detail.text].length <= LONGEST && ask(host, 'before-send', detail);

  const handOver = () => {
    for (const { text, early } of waiting.splice(0)) {
      if (early?.isFound) continue;
      const begun = early?.handOver();
      // A program of the previous version lacks `sendEarly`.
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
        // Also tries to load the program again after a failure.
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
    // 229: in Safari the Enter that ends a composition comes after `compositionend`.
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
    /** The program has started and takes over the messages. */
    connect(mounted) {
      program = mounted;
      // No message: the program makes its own requests.
      if (!waiting.length) start()?.handOver();
      handOver();
    },
    /** Called before the program reads storage. */
    unstore() {
      for (const { early } of waiting) early?.unstore();
    },
    /**
     * Another stand-in replaces the window. Returns the text of all messages, since replies are not
     * shown there.
     */
    leave() {
      if (!waiting.some(isSent)) start()?.discard();
      return textOf(waiting);
    },
    end: () => ending.abort(),
    isOver: () => ending.signal.aborted,
    pressed: () => pressed,
    /** Resolves when the visitor's last action is drawn, and [written]. */
    async settled() {
      await idle();
      await written();
    },
    written,
  };
}
