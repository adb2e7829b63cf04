// Mounts the program in an element and passes it later settings. Bundled with the shell, as every
// page pays for the loader.

import { ask } from './ask.js';
import { hearClicks } from './clicks.js';
import { isolateEvents } from './event_isolation.js';
import { languageOf, tagOf } from './language.js';
import { sentences } from './locale.js';
import { note } from './moments.js';
import { nextTask } from './task.js';
import { dress } from './window_css.js';
import { follow, loadFrame } from './window_frame.js';

/** The origin of this module; the proxy is there unless the page says otherwise. */
const { origin } = new URL(import.meta.url);

/** Whether the visitor has chosen a size: then the window is not shown before it is known. */
function hasOwnSize(shelf) {
  try {
    return shelf && ['size', 'large'].some((name) => localStorage.getItem(shelf + name));
  } catch {
    // Storage that cannot be read counts as empty.
    return false;
  }
}

/**
 * Fetches what else `host`'s first window needs while the program loads. Resolves with the
 * sentences.
 */
export async function prepare(host, shelf) {
  // A failure is handled where the frame is used.
  if (hasOwnSize(shelf)) loadFrame().catch(() => {});
  // Before there is a field.
  isolateEvents(host);
  // The click that opens the chat may still be on its way to the launcher, where a program that is
  // already loaded would hear it again.
  const [words] = await Promise.all([wordsFor(host), nextTask()]);
  return words;
}

/** Everything that decides on the language of `host`. */
const wish = (host) => `${languageOf(host)} ${host.locale}`;

/** The sentences for `host`, and the [wish] that they were fetched for. */
async function wordsFor(host) {
  const wished = wish(host);
  return { ...(await sentences(languageOf(host), tagOf(host.locale))), wished };
}

/**
 * Resolves after Yew's first render, a microtask or two after it was requested and before the next
 * frame.
 */
const filled = (place) =>
  new Promise((resolve) => {
    if (place.firstChild) return resolve();
    new MutationObserver((_, observer) => resolve(observer.disconnect())).observe(place, { childList: true });
  });

/** Elements that open the window. */
const OPENS = '.launcher,.beside-text';

/**
 * Asks the host page before a visitor's click opens the window or follows a link. Listens on the
 * shadow root, as elements with click listeners are announced as clickable, and before the program,
 * which listens there, too. Returns a function that ends it.
 */
function askBefore(host, top) {
  const hear = (event) => {
    const { target, composed } = event;
    if (!top.contains(target)) return;
    const link = target.closest('a[href]');
    // Clicks that are not composed are synthetic: the page agreed to them before the program was
    // loaded.
    const isAgreed = link
      ? ask(host, 'before-link', { href: link.href, newTab: link.target === '_blank' })
      : !composed || host.hasAttribute('open') || !target.closest(OPENS) || ask(host, 'before-open', {});
    if (isAgreed) return;
    event.preventDefault();
    // The program must not hear it.
    event.stopImmediatePropagation();
  };
  const ending = new AbortController();
  for (const type of ['click', 'auxclick']) host.shadowRoot.addEventListener(type, hear, { capture: true, signal: ending.signal });
  return () => ending.abort();
}

/**
 * Starts the program for `host` in `top`, beside the launcher's stand. The program takes over the
 * launcher: a focused element is never replaced, or screen readers lose it. `app`: the program's
 * module; `shelf`: prefix of the storage keys, or empty; `words`: from [prepare]; `panel`: the
 * window's stand-in (shell or form), if any. Returns the program with two more methods:
 * `launcher()` renders it, waits for its launcher and returns an object that clicks it;
 * `change(name, value)` passes it a setting.
 */
export function begin(app, host, top, settings, shelf, words, tell, panel) {
  const shell = panel?.takeOver && panel;
  // Closing a form moves the focus to the launcher, which the program takes over.
  if (!shell) panel?.close();
  const launcher = top.querySelector('button');
  let place = document.createElement('div');
  // With a shell, the shell's nodes stay in the page.
  if (shell) shell.expect(place);
  else {
    hearClicks(place, host.shadowRoot);
    top.append(place);
  }
  const endAsking = askBefore(host, top);
  const hear = (type, detail) => {
    if (type === 'open') note('typing');
    if (type === 'message' && detail.author !== 'visitor') note('reply');
    return tell(type, detail);
  };
  const mounted = app.mount(place, launcher, settings, words, hear, true);
  dress(host.shadowRoot);
  // Messages sent in the shell go out while the window is rendered. The host page hears of them,
  // and may call the element.
  if (shell?.hasAsked) queueMicrotask(() => shell.connect(mounted));

  let wished = words.wished;
  /** Words, direction and dates change together, once the words are loaded. */
  const speak = () => {
    if (wished === wish(host)) return;
    wished = wish(host);
    wordsFor(host).then((words) => {
      if (words.wished !== wished || !top.parentNode) return;
      mounted.update({ locale: host.locale });
      mounted.speak(words);
    });
  };
  let endFrame, listen, deafen;
  const attend = () => {
    deafen?.();
    deafen = listen?.(host, speak);
  };
  mounted.launcher = async () => {
    // Starting, rendering and taking over the shell's nodes are separate tasks: each takes long on
    // a slow phone.
    await nextTask();
    // Nothing is rendered into an element that has been removed since.
    if (!top.parentNode) return null;
    // A program of the previous version has already rendered.
    mounted.render?.();
    await filled(place);
    await nextTask();
    await shell?.written();
    // The element has been removed or replaced since.
    if (!top.parentNode) return null;
    if (shell) {
      place = shell.takeOver(place, app.become, mounted);
      mounted.attached?.();
    }
    // The window's stand-in is removed a while after it lost the focus, also for screen readers.
    setTimeout(() => launcher.nextSibling?.remove(), 500);
    const followed = (shell?.frame ?? follow(place, top, host, shelf)).then((frame) => {
      if (!frame) return;
      ({ end: endFrame, listen } = frame);
      attend();
    });
    if (hasOwnSize(shelf)) await followed;
    // With a shell the window is open, so no click is needed, nor is one visible to the page.
    // Otherwise the click is not composed, so that a page that stops clicks does not see it.
    return { click: () => (shell ? mounted.open() : launcher.dispatchEvent(new MouseEvent('click', { bubbles: true }))) };
  };

  let changes;
  mounted.change = (name, value) => {
    if (name === 'locale') return speak();
    // The element was moved, so other ancestors may set the language.
    if (name === 'lang') return attend();
    if (name === 'proxy-url') value ??= origin;
    if (!changes) {
      changes = {};
      queueMicrotask(() => {
        if (top.parentNode) mounted.update(changes);
        changes = null;
      });
    }
    changes[name] = value;
  };

  const destroy = mounted.destroy.bind(mounted);
  mounted.destroy = () => {
    deafen?.();
    endAsking();
    destroy();
    try {
      endFrame?.();
    } catch {
      // In another document no style sheet can be set or removed.
    }
  };
  return mounted;
}
