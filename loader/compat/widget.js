// Shared base of the compatibility layers: finds or creates the element, and queues calls until it
// is ready.

const NAME = 'chataibot-widget';

/** Resolves when the page has a body. */
const body = () =>
  new Promise((resolve) => (document.body ? resolve() : addEventListener('DOMContentLoaded', resolve, { once: true })));

/** Loads the element's script from the same folder, unless the page already does. */
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
  // As with the other chats, the page need not contain an element.
  const host = document.querySelector(NAME) ?? document.body.appendChild(document.createElement(NAME));
  await customElements.whenDefined(NAME);
  return host;
}

/**
 * `run(deed)` calls `deed(host)` once the element is ready, in the order of the calls, and resolves
 * with its result. `on(type, listener)` listens to `chataibot-TYPE` and returns a function that
 * ends that. `host`: the element, once it exists.
 */
export function widget(own = document.currentScript?.src ?? location.href) {
  const it = {
    host: null,
    /** Whether the window is visible. The shell shows it before the program opens it. */
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

/** Returns a function that warns once about each unsupported method, and does nothing else. */
export function unknown(name, seen = new Set()) {
  return (what) => {
    if (seen.has(what)) return;
    seen.add(what);
    console.warn(`[chataibot] ${name}: "${what}" has nothing that stands for it here.`);
  };
}

/** The entries of `all` that can be variables of the conversation: strings, numbers, booleans. */
export const plain = (all) =>
  Object.fromEntries(Object.entries(all ?? {}).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value)));
