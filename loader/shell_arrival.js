// The program's arrival in the window that stands already. Yew does what is due in several tasks
// when it takes long, so that something may be drawn between: nothing of it must be seen.

import { adopt } from './take_over.js';

/**
 * How long the program's own rows take the place of ours without coming in anew, in milliseconds.
 */
const QUIET = 700;

/** So long the program waits for the token, in milliseconds. */
const TOKEN = 200;

/** By then the program has opened its window, if it ever does, in milliseconds. */
const LATEST = 2_000;

/**
 * What follows the text in the field. The program writes it when it has the text, and it is right
 * already.
 */
const OF_TEXT = { TEXTAREA: ['dir'], BUTTON: ['disabled'], DIV: ['data-text'] };

/** What `begin` in mount.js asks of the shell. */
export function arrival({ shell, place, launcher, section, field, composer }) {
  let end;
  return {
    /**
     * Not while an input method puts a word together; with the token, if it is almost there: the
     * program would ask for it once more.
     */
    async settled() {
      await Promise.race([shell.asked, new Promise((resolve) => setTimeout(resolve, TOKEN))]);
      await composer.settled();
    },
    written: composer.written,

    /**
     * The program will be rendered into `made`, which is in no page: its listeners and style sheets
     * go where the shell's are.
     */
    expect(made) {
      composer.unstore();
      made.addEventListener = (...listener) => place.addEventListener(...listener);
      const root = place.getRootNode();
      Object.defineProperty(made, 'adoptedStyleSheets', { get: () => root.adoptedStyleSheets, set: (sheets) => (root.adoptedStyleSheets = sheets) });
      // The program opens its window when all else is done. Until then it cannot say on the
      // launcher that it is closed.
      launcher.setAttribute = (name, value) => {
        if (shell.isOpen && ((name === 'part' && value === 'launcher') || (name === 'aria-expanded' && value === 'false'))) return;
        Element.prototype.setAttribute.call(launcher, name, value);
        // The program moves the focus in the same breath.
        if (name === 'aria-expanded') queueMicrotask(() => end?.());
      };
    },

    /** The program has rendered. Returns the place that it goes on with. */
    takeOver(made, become, program) {
      const nodes = new Map();
      shell.appear();
      composer.end();
      shell.handOver?.();
      delete made.addEventListener;
      // The program opens its window a moment later.
      const ofWindow = shell.isOpen ? ['class', 'part', 'aria-modal'] : [];
      const holds = (node) => (node === section ? ofWindow : (OF_TEXT[node.nodeName] ?? []));
      adopt(made, place, nodes, holds, (node) => composer.own.includes(node));
      if (composer.own.length) keepOwn(place, composer.own);
      become(nodes);
      // What stands in the field is the conversation's draft from now on.
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));

      const elements = [section, field];
      // Nor can it move the focus, which is where the visitor has it.
      for (const element of elements) element.focus = () => {};
      end = () => {
        end = null;
        clearTimeout(latest);
        delete launcher.setAttribute;
        for (const element of elements) delete element.focus;
        const pressed = shell.isOpen && composer.pressed();
        // Not composed: the page has heard the click.
        if (pressed?.isConnected) pressed.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
      };
      const latest = setTimeout(() => end?.(), LATEST);
      // Where it was open when the program was left, it is open at once; where it is closed,
      // nothing is to be awaited.
      if (!shell.isOpen || made.querySelector('.window-open')) end();
      // What it was not told before.
      composer.connect(program);
      return place;
    },
  };
}

/**
 * The visitor's messages stand as they do until the program shows its own in their place, which do
 * not come in a second time. Before that the program has a greeting, and then plain lines of the
 * same words; and others, which are to be seen, of what is said from now on.
 */
function keepOwn(place, own) {
  const rows = own[0].parentNode;
  place.className = 'taken arriving';
  const look = () => {
    const lines = rows.querySelectorAll(':scope>p');
    if (lines.length && place.classList.contains('arriving')) {
      for (const line of lines) line.hidden = true;
      place.classList.remove('arriving');
    }
    if (own[0].isConnected) return;
    watch.disconnect();
    place.classList.remove('arriving');
    setTimeout(() => place.removeAttribute('class'), QUIET);
  };
  const watch = new MutationObserver(look);
  watch.observe(place, { childList: true, subtree: true });
  look();
}
