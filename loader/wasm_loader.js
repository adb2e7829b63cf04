// Fetches the program once for all elements of the page. Knows files and their addresses; does not know the element.

/** The folder this script came from. The script has no other way to know: `document.currentScript` is null in modules. */
const folder = new URL('.', import.meta.url);

/** Where the script came from; the proxy is there unless the page says otherwise. */
export const { origin } = folder;

let loading;
let attempts = 0;

/**
 * The program's module, ready to mount. Fetched when first asked for; after a failure that may pass, fetched again.
 * A failure is as [asProblem] says; `help` is the module `fallback.js`, where that can be fetched.
 */
export const load = () =>
  (loading ??= start().catch((problem) => {
    if (!problem.final) loading = undefined;
    throw problem;
  }));

// Some browsers remember a failed import for the life of the page: a later attempt needs another address.
const file = (name) => new URL(name + (attempts > 1 ? `?retry=${attempts}` : ''), folder).href;

/** The sentences for `host`, fetched beside the program like all that it begins with. A failure is the program's too, and told as its. */
export const words = (...whose) => import(file('chataibot-widget.js')).then((app) => app.prepare(app, ...whose)).catch(() => null);

/** What is needed only where a page asks for it: see extras.js. */
export const loadExtras = () => import(file('chataibot-beside.js'));

/** What is needed with a window, or when something fills the screen: see host_page.js. */
export const loadHostPage = () => import(file('chataibot-host-page.js'));

/** What is needed only when something is amiss. */
const loadHelp = () => import(file('chataibot-fallback.js'));

async function start() {
  attempts++;
  // What the page's Content-Security-Policy refuses meanwhile.
  const refusals = [];
  const note = (event) => refusals.push(event);
  document.addEventListener('securitypolicyviolation', note);
  try {
    const [app, module] = await Promise.all([import(file('chataibot-widget.js')), compile(file('chataibot-widget_bg.wasm'))]);
    await app.default({ module_or_path: module });
    return app;
  } catch (cause) {
    // A refusal is reported in a task of its own.
    await new Promise((resolve) => setTimeout(resolve));
    throw await asProblem(cause, refusals);
  } finally {
    document.removeEventListener('securitypolicyviolation', note);
  }
}

/** Says on the console why the chat could not start, and makes an error of it: `{code, message, final, help}`. */
export async function asProblem(cause, refusals) {
  const help = await loadHelp().catch(() => null);
  const problem = help?.explain(cause, refusals, origin) ?? {
    code: 'NETWORK',
    message: `${origin} cannot be reached, or script-src lacks it.`,
  };
  console.error(`[chataibot] the chat could not start: ${problem.message}`);
  return Object.assign(Error(problem.message), problem, { help });
}

async function compile(url) {
  const response = await fetch(url);
  try {
    return await WebAssembly.compileStreaming(response);
  } catch (cause) {
    if (response.bodyUsed) throw cause;
    // Another type than streaming takes, no success, a page's own `fetch`, or a browser that does not stream.
    return (await loadHelp()).compile(response);
  }
}
