// Mounts the program in an element and passes it later settings. Bundled with the shell, as every
// page pays for the loader.

import { ask } from './cancelable_event.js';
import { delegateClicks } from './click_delegation.js';
import { isolateEvents } from './event_isolation.js';
import { languageOf, tagOf } from './language.js';
import { sentences } from './locale.js';
import { mark } from './performance_marks.js';
import { hasOwnSize } from './device_storage.js';
import { nextTask } from './task.js';
import { dress } from './window_css.js';
import { follow, loadFrame } from './window_frame.js';

/** The origin of this module; the proxy is there unless the page says otherwise. */
const { origin } = new URL(import.meta.url);

/**
 * Fetches what else `host`'s first window needs while the program loads. Resolves with the
 * sentences.
 */
export async function prepare(host, storagePrefix) {
  // A window of the visitor's size is not shown before the frame is there. A failure is handled
  // where the frame is used.
  if (hasOwnSize(storagePrefix)) loadFrame().catch(() => {});
  // Before there is a field.
  isolateEvents(host);
  // In an earlier task than the window, as both take long on a slow phone.
  dress(host.shadowRoot);
  // The click that opens the chat may still be on its way to the launcher, where a program that is
  // already loaded would hear it again.
  const [translation] = await Promise.all([translationFor(host), nextTask()]);
  return translation;
}

/** Everything that decides on the language of `host`. */
const languageKeyOf = (host) => `${languageOf(host)} ${host.locale}`;

/** The sentences for `host`, and the language key that they were fetched for. */
async function translationFor(host) {
  const languageKey = languageKeyOf(host);
  return { ...(await sentences(languageOf(host), tagOf(host.locale))), key: languageKey };
}

/**
 * Resolves after Yew's first render, a microtask or two after it was requested and before the next
 * frame.
 */
const firstRender = (place) =>
  new Promise((resolve) => {
    if (place.firstChild) return resolve();
    new MutationObserver((_, observer) => resolve(observer.disconnect())).observe(place, { childList: true });
  });

/** Elements that open the window. */
const OPENERS = '.launcher,.beside-text';

/**
 * Asks the host page before a visitor's click opens the window or follows a link. Listens on the
 * shadow root, as elements with click listeners are announced as clickable, and before the program,
 * which listens there, too. Returns a function that ends it.
 */
function askBefore(host, top) {
  const onClick = (event) => {
    const { target, composed } = event;
    if (!top.contains(target)) return;
    const link = target.closest('a[href]');
    // Clicks that are not composed are synthetic: the page agreed to them before the program was
    // loaded.
    const isAgreed = link
      ? ask(host, 'before-link', { href: link.href, newTab: link.target === '_blank' })
      : !composed || host.hasAttribute('open') || !target.closest(OPENERS) || ask(host, 'before-open', {});
    if (isAgreed) return;
    event.preventDefault();
    // The program must not hear it.
    event.stopImmediatePropagation();
  };
  const controller = new AbortController();
  for (const type of ['click', 'auxclick']) {
    host.shadowRoot.addEventListener(type, onClick, { capture: true, signal: controller.signal });
  }
  return () => controller.abort();
}

/**
 * Starts the program for `host` in `top`, beside the launcher's container. The program takes over
 * the launcher: a focused element is never replaced, or screen readers lose it. `app`: the
 * program's module; `storagePrefix`: prefix of the storage keys, or empty; `translation`: from
 * [prepare]; `panel`: the window's stand-in (shell or form), if any. Returns the program with two
 * more methods: `launcher()` renders it, waits for its launcher and returns an object that clicks
 * it, unless the element has been removed since; `change(name, value)` passes it a setting.
 */
export function begin(app, host, top, settings, storagePrefix, translation, dispatch, panel) {
  const shell = panel?.takeOver && panel;
  // Closing a form moves the focus to the launcher, which the program takes over.
  if (!shell) panel?.close();
  const launcher = top.querySelector('button');
  let place = document.createElement('div');
  // With a shell, the shell's nodes stay in the page.
  if (shell) shell.expect(place);
  else {
    delegateClicks(place, host.shadowRoot);
    top.append(place);
  }
  const endAsking = askBefore(host, top);
  const onEvent = (type, detail) => {
    if (type === 'open') mark('typing');
    if (type === 'message' && detail.author !== 'visitor') mark('reply');
    return dispatch(type, detail);
  };
  // The program takes the first address if it rejects the page's.
  const mounted = app.mount(place, launcher, { proxyUrl: origin, ...settings }, translation, onEvent, true);
  // The element may have been moved since.
  dress(host.shadowRoot);

  let languageKey = translation.key;
  /** Words, direction and dates change together, once the words are loaded. */
  const updateLanguage = () => {
    if (languageKey === languageKeyOf(host)) return;
    languageKey = languageKeyOf(host);
    translationFor(host).then((translation) => {
      if (translation.key !== languageKey || !top.parentNode) return;
      mounted.update({ locale: host.locale });
      mounted.speak(translation);
    });
  };
  let endFrame, listen, restore, endListening;
  const watchLanguage = () => {
    endListening?.();
    endListening = listen?.(host, updateLanguage);
  };
  mounted.launcher = async () => {
    // In the task of [begin], before the window is rendered: what the visitor has sent is not in
    // storage in between, and would be lost with the page.
    if (shell?.hasAsked) shell.connect(mounted);
    // Preparing, rendering and taking over the shell's nodes are separate tasks: each takes long on
    // a slow phone.
    await nextTask();
    // Nothing is rendered for an element that has been removed since.
    if (!top.parentNode) return;
    // A program of the previous version renders here.
    mounted.render?.(true);
    await nextTask();
    if (!top.parentNode) return;
    // A program before that has already rendered.
    mounted.render?.();
    await firstRender(place);
    await nextTask();
    await shell?.written();
    // The element has been removed or replaced since.
    if (!top.parentNode) return;
    if (shell) {
      place = shell.takeOver(place, app.become, mounted);
      mounted.attached?.();
    }
    // The window's stand-in is removed a while after it lost the focus, also for screen readers.
    setTimeout(() => launcher.nextSibling?.remove(), 500);
    const frameReady = (shell?.frame ?? follow(place, top, host, storagePrefix)).then((frame) => {
      if (!frame) return;
      ({ end: endFrame, listen, restore } = frame);
      watchLanguage();
    });
    if (hasOwnSize(storagePrefix)) await frameReady;
    // With a shell the window is open, so no click is needed, nor is one visible to the page.
    // Otherwise the click is not composed, so that a page that stops clicks does not see it.
    return { click: () => (shell ? mounted.open() : launcher.dispatchEvent(new MouseEvent('click', { bubbles: true }))) };
  };

  let pendingChanges;
  mounted.change = (name, value) => {
    if (name === 'locale') return updateLanguage();
    if (name === 'lang') {
      // The element was moved, so other ancestors may set the language. It is shown in this task.
      queueMicrotask(() => restore?.());
      return watchLanguage();
    }
    if (!pendingChanges) {
      pendingChanges = {};
      queueMicrotask(() => {
        if (top.parentNode) mounted.update(pendingChanges);
        pendingChanges = null;
      });
    }
    if (name === 'proxy-url') {
      pendingChanges.proxyUrl = origin;
      value ??= origin;
    }
    pendingChanges[name] = value;
  };

  const destroy = mounted.destroy.bind(mounted);
  mounted.destroy = () => {
    endListening?.();
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
