// Interaction with the shell's window: writing, sending and closing work before the program is
// there; any other pressed button is clicked again once it has started.

import { ask } from './cancelable_event.js';
import { build } from './dom.js';
import { wantTalk } from './program.js';
import { row } from './shell_markup.js';
import { filled } from './shell_words.js';
import { nextTask } from './task.js';

/** Maximum length of a message in characters, as in src/components/composer.rs. */
const MAX_LENGTH = 4000;

/** No visible character, as in crates/chataibot-wire/src/text.rs. */
const BLANK = /^[\s\p{Cc}\p{DI}\u2800\ufff9-\ufffb]*$/u;

/** Elements that Tab reaches, as in src/components/dom.rs. */
const TABBABLE = "button:not(:disabled),textarea,[tabindex='0']";

/** Resolves when the browser is idle, or soon in any case. */
const idle = () =>
  globalThis.requestIdleCallback ? new Promise((resolve) => requestIdleCallback(resolve, { timeout: 300 })) : nextTask();

/**
 * Listens in the window's `place` until `end()`. `look()` reflects the field's text; `pressed()` is
 * the button to click again; `own` are the rows of the visitor's messages. `start()` returns what
 * sends the first one: see [prepareStart].
 */
export function compose({ host, place, section, field, sentences, beginsLine, isPhone, isInline, find }, start) {
  const controller = new AbortController();
  const on = (type, listener) => place.addEventListener(type, listener, { signal: controller.signal });
  const button = find('.send');
  const frame = find('.field');
  const rows = find('.rows');
  const greeting = find('.greeting');
  /** Messages not yet handed over: the text, and the early start of one that is being sent. */
  const pending = [];
  const isSent = ({ early }) => early?.isSent;
  /** The program, once it accepts messages. */
  let program;
  const ownRows = [];
  let isComposing = false;
  let onComposed = () => {};
  /** Resolves when no input method is composing: writing into the field would break the word. */
  const compositionEnd = async () => {
    while (isComposing) await new Promise((resolve) => (onComposed = resolve));
  };
  let pressedButton = null;

  const updateField = () => {
    const text = field.value;
    button.disabled = BLANK.test(text);
    frame.dataset.text = text;
    if (text) {
      wantTalk();
      field.dir = 'auto';
    } else field.removeAttribute('dir');
  };

  const addRow = (text) => {
    greeting.remove();
    const [element] = row.map((node) => build(filled(node, { ...sentences, text })));
    const previous = ownRows.at(-1);
    if (previous) {
      // Consecutive messages are one turn.
      element.classList.remove('row-first');
      element.querySelector('.bubble').classList.remove('bubble-first');
      previous.querySelector('.bubble').classList.remove('bubble-last');
    }
    ownRows.push(element);
    rows.append(element);
    find('.list').scrollTo({ top: rows.scrollHeight, behavior: 'instant' });
    return element;
  };

  const textOf = (messages) => [...messages.map(({ text }) => text), field.value].filter((text) => !BLANK.test(text)).join('\n');

  /**
   * The program could not be loaded: puts the messages back into the field, except those that the
   * proxy has accepted.
   */
  const restoreToField = () => {
    const sentCount = pending.filter(isSent).length;
    const unsent = pending.splice(sentCount);
    if (!unsent.length) return;
    field.value = textOf(unsent);
    for (const { early } of unsent) early?.discard();
    for (const element of ownRows.splice(sentCount)) element.remove();
    if (!sentCount) rows.append(greeting);
    updateField();
  };

  /** Whether the message may be sent. The host page may change its text or refuse. */
  const isAgreed = (detail) =>
    !BLANK.test(detail.text) && [...detail.text].length <= MAX_LENGTH && ask(host, 'before-send', detail);

  const handOver = () => {
    for (const { text, early } of pending.splice(0)) {
      if (early?.isFound) continue;
      const handover = early?.handOver();
      // A program of the previous version lacks `sendEarly`.
      if (handover && program.sendEarly) program.sendEarly(text, handover);
      else program.send(text);
    }
  };

  const send = () => {
    const detail = { text: field.value };
    if (isAgreed(detail)) {
      const text = String(detail.text);
      field.value = '';
      updateField();
      if (!BLANK.test(text)) {
        pending.push({ text, early: ownRows.length || program ? null : start()?.send(text) });
        addRow(text);
        if (program) handOver();
        // Also tries to load the program again after a failure.
        else host.open().catch(restoreToField);
      }
    }
    field.focus({ preventScroll: true });
  };

  on('input', updateField);
  on('compositionstart', () => (isComposing = true));
  on('compositionend', () => {
    isComposing = false;
    onComposed();
  });
  on('submit', (event) => {
    event.preventDefault();
    send();
  });
  on('click', ({ target }) => {
    const clicked = target.closest('button');
    if (clicked?.matches('.close')) host.close();
    else if (clicked?.type === 'button') pressedButton = clicked;
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
      const all = section.querySelectorAll(TABBABLE);
      const ends = [all[0], all[all.length - 1]];
      const [from, to] = event.shiftKey ? ends : ends.reverse();
      const focused = host.shadowRoot.activeElement;
      if (focused !== from && !(event.shiftKey && focused === section)) return;
      event.preventDefault();
      to.focus({ preventScroll: true });
    }
  });

  return {
    look: updateField,
    own: ownRows,
    /** The program has started and takes over the messages. */
    connect(mounted) {
      program = mounted;
      // No message: the program makes its own requests.
      if (!pending.length) start()?.handOver();
      handOver();
    },
    /** Called before the program reads storage. */
    unstore() {
      for (const { early } of pending) early?.unstore();
    },
    /**
     * Another stand-in replaces the window. Returns the text of all messages, since replies are not
     * shown there.
     */
    leave() {
      if (!pending.some(isSent)) start()?.discard();
      return textOf(pending);
    },
    /** The element is gone before the program started. */
    abandon: () => start()?.end(),
    end: () => controller.abort(),
    isOver: () => controller.signal.aborted,
    pressed: () => pressedButton,
    /** Resolves when the visitor's last action is drawn, and as [compositionEnd]. */
    async settled() {
      await idle();
      await compositionEnd();
    },
    written: compositionEnd,
  };
}
