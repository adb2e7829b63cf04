// Fetches shell and program once for all elements of the page. Knows files and their addresses;
// does not know the element.

/**
 * The folder this script came from. The script has no other way to know: `document.currentScript`
 * is null in modules.
 */
const folder = new URL('.', import.meta.url);

/** Where the script came from; the proxy is there unless the page says otherwise. */
export const origin = folder.origin;

let loading;
let attempts = 0;

/**
 * `{shell, app}`: promises of the module shell.js, and of the program's module, ready to mount.
 * Fetched when first asked for; after a failure that may pass, fetched again. A failure is as
 * [asProblem] says; `help` is the module `fallback.js`, where that can be fetched.
 */
export function load() {
  if (loading) return loading;
  attempts++;
  const shell = loadPart('shell');
  const app = start(shell);
  app.catch(({ final }) => final || (loading = null));
  return (loading = { shell, app });
}

// Some browsers remember a failed import for the life of the page: a later attempt needs another
// address.
const file = (name) => new URL(name + (attempts > 1 ? `?retry=${attempts}` : ''), folder).href;

/** Another of the bundle's scripts, by its name there. */
export const loadPart = (name) => import(file(`chataibot-${name}.js`));

/** What is needed only when something is amiss. */
const loadHelp = () => loadPart('fallback');

async function start(shell) {
  // What the page's Content-Security-Policy refuses meanwhile.
  const refusals = [];
  const note = (event) => refusals.push(event);
  // Set out before the shell is there to ask for it, so that it comes when the shell stands, which
  // is first on the line for 100 milliseconds.
  const wasm = new Promise((begin) => setTimeout(begin, 100)).then(() => fetch(file('chataibot-widget_bg.wasm')));
  try {
    // Met where the shell waits for it.
    wasm.catch(() => {});
    addEventListener('securitypolicyviolation', note);
    return await (await shell).load(file, loadHelp, wasm);
  } catch (cause) {
    // A refusal is reported in a task of its own.
    await new Promise((resolve) => setTimeout(resolve));
    throw await asProblem(cause, refusals);
  } finally {
    removeEventListener('securitypolicyviolation', note);
  }
}

/**
 * Says on the console why the chat could not start, and makes an error of it: `{code, message,
 * final, help}`.
 */
export async function asProblem(cause, refusals) {
  const help = await loadHelp().catch(() => null);
  const problem = help?.explain(cause, refusals, origin) ?? {
    code: 'NETWORK',
    message: `${origin} cannot be reached, or script-src lacks it`,
  };
  console.error(`[chataibot] the chat could not start: ${problem.message}`);
  return Object.assign(Error(problem.message), problem, { help });
}
