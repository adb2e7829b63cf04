// The program's first steps in an element, and its settings from then on. Bundled with the shell,
// so that the loader, which every page pays for, need not know them.

import { ask } from './ask.js';
import { hearClicks } from './clicks.js';
import { isolateEvents } from './event_isolation.js';
import { languageOf, tagOf } from './language.js';
import { sentences } from './locale.js';
import { note } from './moments.js';
import { nextTask } from './task.js';
import { dress } from './window_css.js';
import { follow, loadFrame } from './window_frame.js';

/** Where this module came from; the proxy is there unless the page says otherwise. */
const { origin } = new URL(import.meta.url);

/** Did the visitor choose a size here? Then the window is not shown without it. */
function hasOwnSize(shelf) {
  try {
    return shelf && ['size', 'large'].some((name) => localStorage.getItem(shelf + name));
  } catch {
    // Storage that may not be read keeps nothing.
    return false;
  }
}

/**
 * Fetches for `host` what else a window begins with, while the program is fetched. Resolves with
 * the sentences.
 */
export async function prepare(host, shelf) {
  // A failure is met where the frame is used.
  if (hasOwnSize(shelf)) loadFrame().catch(() => {});
  // There before a field is.
  isolateEvents(host);
  // The click that asks for the chat may still be on its way to the launcher, where a program that
  // is there already would hear it once more.
  const [words] = await Promise.all([wordsFor(host), nextTask()]);
  return words;
}

/** What decides on the language of `host`. */
const wish = (host) => `${languageOf(host)} ${host.locale}`;

/** The sentences for `host`, and for which wish. */
async function wordsFor(host) {
  const wished = wish(host);
  return { ...(await sentences(languageOf(host), tagOf(host.locale))), wished };
}

/**
 * Resolves when Yew has rendered for the first time, a microtask or two after it was asked to and
 * before the next frame.
 */
const filled = (place) =>
  new Promise((resolve) => {
    if (place.firstChild) return resolve();
    new MutationObserver((_, observer) => resolve(observer.disconnect())).observe(place, { childList: true });
  });

/** What opens the window. */
const OPENS = '.launcher,.beside-text';

/**
 * Asks the page before what a click of the visitor's would do: open the window, or follow a link.
 * Heard on the shadow root, as an element that listens is one that can be clicked to a screen
 * reader; and before the program, which hears clicks there, too. Returns how to end it.
 */
function askBefore(host, top) {
  const hear = (event) => {
    const { target, composed } = event;
    if (!top.contains(target)) return;
    const link = target.closest('a[href]');
    // What is not composed is of our own making: a click that the page has agreed to before the
    // program was there.
    const isAgreed = link
      ? ask(host, 'before-link', { href: link.href, newTab: link.target === '_blank' })
      : !composed || host.hasAttribute('open') || !target.closest(OPENS) || ask(host, 'before-open', {});
    if (isAgreed) return;
    event.preventDefault();
    // The program does not hear of it.
    event.stopImmediatePropagation();
  };
  const ending = new AbortController();
  for (const type of ['click', 'auxclick']) host.shadowRoot.addEventListener(type, hear, { capture: true, signal: ending.signal });
  return () => ending.abort();
}

/**
 * Starts the program for `host` in `top`, beside the launcher's stand. The launcher goes on as the
 * program's: what may have the focus is never replaced, or screen readers lose it. `app`: the
 * program's module; `shelf`: what keys in storage begin with, or empty; `words`: as of [prepare];
 * `panel`: what stands in for the window, the shell or a form, or nothing. Returns the program with
 * two more methods: `launcher()` renders it, waits until it has its launcher, and hands back what
 * clicks it; `change(name, value)` gives it a setting.
 */
export function begin(app, host, top, settings, shelf, words, tell, panel) {
  const shell = panel?.takeOver && panel;
  // A form gives the focus back to the launcher, which the program takes over.
  if (!shell) panel?.close();
  const launcher = top.querySelector('button');
  let place = document.createElement('div');
  // Where there is a shell, its nodes are what stands in the page.
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
  // What was said in the shell is on its way while the window is rendered. The page hears of it,
  // and may ask the element.
  if (shell?.hasAsked) queueMicrotask(() => shell.connect(mounted));

  let wished = words.wished;
  /** Words, direction and dates change together, once the words are there. */
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
    // Each of the three takes a slow phone long enough: to start, to render, and to go on with the
    // nodes of the shell.
    await nextTask();
    // Nothing is rendered in what was taken from the page meanwhile.
    if (!top.parentNode) return null;
    // A program of the version before has done so.
    mounted.render?.();
    await filled(place);
    await nextTask();
    await shell?.written();
    // The element is gone meanwhile, or another one.
    if (!top.parentNode) return null;
    if (shell) {
      place = shell.takeOver(place, app.become, mounted);
      mounted.attached?.();
    }
    // What stood in for the window; a while after it lost the focus, for the same reason.
    setTimeout(() => launcher.nextSibling?.remove(), 500);
    const followed = (shell?.frame ?? follow(place, top, host, shelf)).then((frame) => {
      if (!frame) return;
      ({ end: endFrame, listen } = frame);
      attend();
    });
    if (hasOwnSize(shelf)) await followed;
    // The window stands open: no click has to say so, to the page's listeners neither. Else it is
    // not composed: a page that stops clicks on their way does not hear of it.
    return { click: () => (shell ? mounted.open() : launcher.dispatchEvent(new MouseEvent('click', { bubbles: true }))) };
  };

  let changes;
  mounted.change = (name, value) => {
    if (name === 'locale') return speak();
    // Moved: another page may be around it now.
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
      // In another document no style sheet can be set, nor taken away.
    }
  };
  return mounted;
}
