// Handover from the shell to the program while the window is open. Yew spreads long work over
// several tasks, so that frames may be drawn in between: none of the changes must be visible.

import { adopt } from './take_over.js';

/** How long the program's rows replace the shell's without an entry animation, in milliseconds. */
const QUIET_TIME = 700;

/** How long the program waits for the token, in milliseconds. */
const TOKEN_TIMEOUT = 200;

/** Time by which the program has opened its window, if it ever does, in milliseconds. */
const OPEN_TIMEOUT = 2_000;

/**
 * Attributes that depend on the field's text. They are already right; the program sets them once it
 * has the text.
 */
const TEXT_ATTRIBUTES = { TEXTAREA: ['dir'], BUTTON: ['disabled'], DIV: ['data-text'] };

/** The part of the stand-in `shell` that `begin` in mount.js calls. */
export function arrival({ place, launcher, section, field }, shell, composer) {
  let finish;
  return {
    /**
     * Resolves when no input method is composing, and the token has arrived or timed out: without
     * it the program would ask again.
     */
    async settled() {
      await Promise.race([shell.asked, new Promise((resolve) => setTimeout(resolve, TOKEN_TIMEOUT))]);
      await composer.settled();
    },
    written: composer.written,

    /**
     * Prepares for the program's render into `rendered`, which is in no page: its listeners and
     * style sheets go to the shell's place.
     */
    expect(rendered) {
      composer.unstore();
      rendered.addEventListener = (...listener) => place.addEventListener(...listener);
      const root = place.getRootNode();
      Object.defineProperty(rendered, 'adoptedStyleSheets', { get: () => root.adoptedStyleSheets, set: (sheets) => (root.adoptedStyleSheets = sheets) });
      // The program opens its window last. Until then it must not mark the launcher as closed.
      launcher.setAttribute = (name, value) => {
        if (shell.isOpen && ((name === 'part' && value === 'launcher') || (name === 'aria-expanded' && value === 'false'))) return;
        Element.prototype.setAttribute.call(launcher, name, value);
        // The program moves the focus in the same task.
        if (name === 'aria-expanded') queueMicrotask(() => finish?.());
      };
    },

    /** Takes over after the program's render. Returns the place that it continues in. */
    takeOver(rendered, become, program) {
      const nodes = new Map();
      shell.appear();
      composer.end();
      shell.handOver();
      delete rendered.addEventListener;
      // The program opens its window a moment later.
      const windowAttributes = shell.isOpen ? ['class', 'part', 'aria-modal'] : [];
      const keptAttributes = (node) => (node === section ? windowAttributes : (TEXT_ATTRIBUTES[node.nodeName] ?? []));
      adopt(rendered, place, nodes, keptAttributes, (node) => composer.own.includes(node));
      if (composer.own.length) keepOwnRows(place, composer.own);
      become(nodes);
      // From now on the field's text is the conversation's draft.
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));

      const elements = [section, field];
      // Nor may the program move the focus, which is where the visitor put it.
      for (const element of elements) element.focus = () => {};
      finish = () => {
        finish = null;
        clearTimeout(timer);
        delete launcher.setAttribute;
        for (const element of elements) delete element.focus;
        const button = shell.isOpen && composer.pressed();
        // Not composed: the host page has already heard the click.
        if (button?.isConnected) button.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
      };
      const timer = setTimeout(() => finish?.(), OPEN_TIMEOUT);
      // The program restored an open window at once, or it is closed: then there is nothing to wait
      // for.
      if (!shell.isOpen || rendered.querySelector('.window-open')) finish();
      // Hands over what was sent in the meantime.
      composer.connect(program);
      return place;
    },
  };
}

/**
 * Keeps the visitor's messages until the program shows its own in their place, without an entry
 * animation. Before that the program shows a greeting, then plain lines with the same text, which
 * are hidden; messages sent later are shown.
 */
function keepOwnRows(place, own) {
  const rows = own[0].parentNode;
  place.className = 'taken arriving';
  const update = () => {
    const lines = rows.querySelectorAll(':scope>p');
    if (lines.length && place.classList.contains('arriving')) {
      for (const line of lines) line.hidden = true;
      place.classList.remove('arriving');
    }
    if (own[0].isConnected) return;
    observer.disconnect();
    place.classList.remove('arriving');
    setTimeout(() => place.removeAttribute('class'), QUIET_TIME);
  };
  const observer = new MutationObserver(update);
  observer.observe(place, { childList: true, subtree: true });
  update();
}
