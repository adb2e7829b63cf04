// The program's first steps in an element, and its settings from then on. Bundled with the program's module, so that the loader, which
// every page pays for, need not know them.

import { languageOf, tagOf } from './language.js';
import { css as loaderCss } from './loader_css.js';
import { isOlder } from './mend_older.js';

/** Where this module came from; the proxy is there unless the page says otherwise. */
const { origin } = new URL(import.meta.url);

/** What browsers of some years ago need besides. The very old ones are turned away here, as by a file that does not run. */
const older = isOlder && (await import('./chataibot-older.js')).meet();

/** What follows the window, and the styles of what is not seen at once: not in the way of the first open. */
const loadFrame = () => import('./chataibot-frame.js');

/** What keeps the page's handlers from our fields: there before a window is, and shared with the plain form. */
const loadHostPage = () => import('./chataibot-host-page.js');

/** Did the visitor choose a size here? Then the window is not shown without it. */
function hasOwnSize(shelf) {
  try {
    return shelf && ['size', 'large'].some((name) => localStorage.getItem(shelf + name));
  } catch {
    // Storage that may not be read keeps nothing.
    return false;
  }
}

/** Fetches for `host` what else the program begins with, while that is compiled. Resolves with the sentences. */
export function prepare(app, host, shelf) {
  // A failure is met where the frame is used.
  if (hasOwnSize(shelf)) loadFrame().catch(() => {});
  loadHostPage().catch(() => {});
  return wordsFor(app, host);
}

/** What decides on the language of `host`. */
const wish = (host) => `${languageOf(host)} ${host.locale}`;

/** The sentences for `host`, and for which wish. */
async function wordsFor(app, host) {
  const wished = wish(host);
  return { ...(await app.sentences(languageOf(host), tagOf(host.locale))), wished };
}

/** Resolves when Yew has rendered for the first time, a microtask or two after mounting and before the next frame. */
const filled = (place) =>
  new Promise((resolve) => {
    if (place.firstChild) return resolve();
    new MutationObserver((_, observer) => resolve(observer.disconnect())).observe(place, { childList: true });
  });

/**
 * Starts the program for `host` in `top`, beside the launcher's stand. The launcher goes on as the program's: what may have the focus is
 * never replaced, or screen readers lose it. `app`: the program's module; `shelf`: what keys in storage begin with, or empty; `words`: as
 * of [prepare], or nothing where even that could not be had. Returns the program with two more methods: `launcher()` waits until the
 * program has its launcher, and `change(name, value)` gives it a setting.
 */
export function begin(app, host, top, settings, shelf, words, tell) {
  const root = host.shadowRoot;
  // Others may have put theirs before it.
  const sheet = root.adoptedStyleSheets.find((one) => 'full' in one);
  // In the place of the launcher's styles, which are a part of these; all widgets of the page share them.
  if (sheet.full !== app.css) sheet.replaceSync((sheet.full = app.css) + loaderCss);
  const launcher = top.querySelector('button');
  const place = document.createElement('div');
  const mounted = app.mount(place, launcher, settings, tell);
  mounted.speak(words);
  top.append(place);
  if (older) older.mend(root);

  let wished = words?.wished;
  /** Words, direction and dates change together, once the words are there. */
  const speak = () => {
    if (wished === wish(host)) return;
    wished = wish(host);
    wordsFor(app, host).then((words) => {
      if (words.wished !== wished || !top.parentNode) return;
      mounted.update({ locale: host.locale });
      mounted.speak(words);
    });
  };
  let endFrame, listen, deafen;
  const hear = () => {
    deafen?.();
    deafen = listen?.(host, speak);
  };
  mounted.launcher = async () => {
    await filled(place);
    await loadHostPage().then(({ isolateEvents }) => isolateEvents(host), () => {});
    // The element is gone meanwhile, or another one.
    if (!top.parentNode) return null;
    // What stood in for the window; a while after it lost the focus, for the same reason.
    setTimeout(() => launcher.nextSibling?.remove(), 500);
    const follow = loadFrame().then(
      (module) => {
        if (!top.parentNode) return;
        endFrame = module.frame(place, host, shelf);
        ({ listen } = module);
        hear();
      },
      // The browser has named the file. Without it the window keeps its size, and some of its looks are plainer.
      () => {},
    );
    if (hasOwnSize(shelf)) await follow;
    return launcher;
  };

  let changes;
  mounted.change = (name, value) => {
    if (name === 'locale') return speak();
    // Moved: another page may be around it now.
    if (name === 'lang') return hear();
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
    endFrame?.();
    deafen?.();
    destroy();
  };
  return mounted;
}
