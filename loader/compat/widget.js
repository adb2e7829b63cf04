// Shared base of the compatibility layers: finds or creates the element, and queues calls until it
// is ready.

const NAME = 'chataibot-widget';

/** Resolves when the page has a body. */
const bodyParsed = () =>
  new Promise((resolve) => (document.body ? resolve() : addEventListener('DOMContentLoaded', resolve, { once: true })));

/** Loads the element's script from the same folder, unless the page already does. */
function loadScript(scriptUrl) {
  if (customElements.get(NAME) || document.querySelector('script[src*="/chataibot.js"]')) return;
  const script = document.createElement('script');
  script.type = 'module';
  script.src = new URL('chataibot.js', scriptUrl).href;
  document.head.append(script);
}

async function findOrCreateHost(scriptUrl) {
  await bodyParsed();
  loadScript(scriptUrl);
  // As with the other chats, the page need not contain an element.
  const host = document.querySelector(NAME) ?? document.body.appendChild(document.createElement(NAME));
  await customElements.whenDefined(NAME);
  return host;
}

/**
 * `run(action)` calls `action(host)` once the element is ready, in the order of the calls, and
 * resolves with its result. `on(type, listener)` listens to `chataibot-TYPE` and returns a function
 * that ends that. `host`: the element, once it exists.
 */
export function widget(scriptUrl = document.currentScript?.src ?? location.href) {
  const api = {
    host: null,
    /** Whether the window is visible. The shell shows it before the program opens it. */
    get isOpen() {
      return !!api.host?.shadowRoot.querySelector('[part~=window-open]');
    },
    run(action) {
      queue = queue.then(async (host) => {
        try {
          results.set(action, await action(host));
        } catch (cause) {
          console.warn(`[chataibot] ${cause.message}`);
        }
        return host;
      });
      return queue.then(() => results.get(action));
    },
    on(type, listener) {
      const controller = new AbortController();
      document.addEventListener(`chataibot-${type}`, (event) => listener(event.detail), { signal: controller.signal });
      return () => controller.abort();
    },
  };
  const results = new WeakMap();
  let queue = findOrCreateHost(scriptUrl).then((host) => (api.host = host));
  return api;
}

/** Returns a function that warns once about each unsupported method, and does nothing else. */
export function unknown(name, seen = new Set()) {
  return (what) => {
    if (seen.has(what)) return;
    seen.add(what);
    console.warn(`[chataibot] ${name}: "${what}" is not supported here.`);
  };
}

/** The entries of `all` that can be variables of the conversation: strings, numbers, booleans. */
export const plain = (all) =>
  Object.fromEntries(Object.entries(all ?? {}).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value)));
