// What the scripts for pages of other chats have in common: the element, found or made, and calls
// that wait until it can do something.

const NAME = 'chataibot-widget';

/** Resolves when the page has a body. */
const body = () =>
  new Promise((resolve) => (document.body ? resolve() : addEventListener('DOMContentLoaded', resolve, { once: true })));

/** Loads the element's own script from the same folder, unless the page does that. */
function load(own) {
  if (customElements.get(NAME) || document.querySelector('script[src*="/chataibot.js"]')) return;
  const script = document.createElement('script');
  script.type = 'module';
  script.src = new URL('chataibot.js', own).href;
  document.head.append(script);
}

async function ready(own) {
  await body();
  load(own);
  // As the other chats do it, a page need not have an element.
  const host = document.querySelector(NAME) ?? document.body.appendChild(document.createElement(NAME));
  await customElements.whenDefined(NAME);
  return host;
}

/**
 * `run(deed)` calls `deed(host)` when the element can do something, in the order of the calls, and
 * resolves with what came of it. `on(type, listener)` hears `chataibot-TYPE` and returns how to end
 * that; `host` is the element, once it is there; `isOpen`: is its window?
 */
export function widget(own = document.currentScript?.src ?? location.href) {
  const it = {
    host: null,
    /** Does the visitor see the window? It stands before the program has opened it. */
    get isOpen() {
      return !!it.host?.shadowRoot.querySelector('[part~=window-open]');
    },
    run(deed) {
      last = last.then(async (host) => {
        try {
          result.set(deed, await deed(host));
        } catch (cause) {
          console.warn(`[chataibot] ${cause.message}`);
        }
        return host;
      });
      return last.then(() => result.get(deed));
    },
    on(type, listener) {
      const ending = new AbortController();
      document.addEventListener(`chataibot-${type}`, (event) => listener(event.detail), { signal: ending.signal });
      return () => ending.abort();
    },
  };
  const result = new WeakMap();
  let last = ready(own).then((host) => (it.host = host));
  return it;
}

/** A method that is not known here says so once, and does nothing: the page goes on. */
export function unknown(name, seen = new Set()) {
  return (what) => {
    if (seen.has(what)) return;
    seen.add(what);
    console.warn(`[chataibot] ${name}: "${what}" has nothing that stands for it here.`);
  };
}

/** Of `all`, what can be a variable of the conversation: texts, numbers, truths. */
export const plain = (all) =>
  Object.fromEntries(Object.entries(all ?? {}).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value)));
