// The program's arrival in the window that stands already.

import { adopt } from './take_over.js';

/** How long the program's own rows take the place of ours without coming in anew, in milliseconds. */
const QUIET = 700;

/** What `begin` in mount.js asks of the shell. */
export function arrival({ shell, place, section, field, composer }) {
  return {
    /** Not while an input method puts a word together. */
    settled: composer.settled,

    /** The program will be rendered into `made`; what it listens to there, it hears in the shell's place. */
    expect(made) {
      for (const method of ['addEventListener', 'removeEventListener']) made[method] = (...listener) => place[method](...listener);
    },

    /** The program has rendered. Returns the place that it goes on with. */
    takeOver(made, become) {
      const nodes = new Map();
      composer.end();
      shell.handOver?.();
      delete made.addEventListener;
      delete made.removeEventListener;
      const { isOpen } = shell;
      // The program opens its window a moment later, before anything is drawn.
      const holds = (node) => (isOpen && node === section ? ['class', 'part', 'aria-modal'] : []);
      adopt(made, place, nodes, holds, (node) => composer.own.includes(node));
      made.remove();
      become(nodes);

      // The program must not move what has the focus already.
      for (const element of [section, field]) element.focus = () => {};
      const release = () => {
        for (const element of [section, field]) delete element.focus;
        const pressed = composer.pressed();
        // Not composed: the page has heard the click.
        if (pressed?.isConnected) pressed.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
      };
      setTimeout(release);
      // What stands in the field is the conversation's draft from now on.
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
      if (composer.own.length) keepOwn(place, composer.own);
      return place;
    },
  };
}

/** The visitor's messages stand as they do until the program shows its own in their place, which do not come in a second time. */
function keepOwn(place, own) {
  place.className = 'taken arriving';
  // Until what shows them is there the program has plain lines of the same words; and others, of what is said from now on.
  requestAnimationFrame(() => {
    for (const line of own[0].parentNode?.children ?? []) line.hidden = line.localName === 'p';
    place.classList.remove('arriving');
  });
  const watch = new MutationObserver(() => {
    if (own[0].isConnected) return;
    watch.disconnect();
    setTimeout(() => place.removeAttribute('class'), QUIET);
  });
  watch.observe(place, { childList: true, subtree: true });
}
