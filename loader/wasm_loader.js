// Fetches shell and program once for all elements of the page. Knows files and their addresses;
// does not know the element.

/**
 * The folder this script came from. The script has no other way to know: `document.currentScript`
 * is null in modules.
 */
const folder = new URL('.', import.meta.url);

/** Origin of the script; the proxy is there unless the page says otherwise. */
export const origin = folder.origin;

let loads;
let attempts = 0;

/**
 * Returns `{shell, app}`: promises of the module shell.js and of the program's module, ready to
 * mount. Fetched on first use, and again after a failure that may pass. Failures are as [asProblem]
 * makes them; `help` is the module `fallback.js`, if it can be fetched.
 */
export function load() {
  if (loads) return loads;
  attempts++;
  const shell = loadPart('shell');
  const app = start(shell);
  app.catch(({ final }) => final || (loads = null));
  return (loads = { shell, app });
}

// Some browsers remember a failed import for the life of the page: a later attempt needs another
// address.
const addressOf = (name) => new URL(name + (attempts > 1 ? `?retry=${attempts}` : ''), folder).href;

/** Imports another script of the bundle by its name. */
export const loadPart = (name) => import(addressOf(`chataibot-${name}.js`));

/** The fallbacks, needed only after a failure. */
const loadHelp = () => loadPart('fallback');

async function start(shell) {
  // Refusals by the page's Content-Security-Policy during the start.
  const refusals = [];
  const recordRefusal = (event) => refusals.push(event);
  // Requested before the shell can ask for it, so that it arrives when the shell is shown; the
  // shell has the line to itself for the first 100 milliseconds.
  const wasm = new Promise((resolve) => setTimeout(resolve, 100)).then(() =>
    fetch(addressOf('chataibot-widget_bg.wasm')),
  );
  try {
    // Handled where the shell awaits it.
    wasm.catch(() => {});
    addEventListener('securitypolicyviolation', recordRefusal);
    return await (await shell).load(addressOf, loadHelp, wasm);
  } catch (cause) {
    // A refusal is reported in a task of its own.
    await new Promise((resolve) => setTimeout(resolve));
    throw await asProblem(cause, refusals);
  } finally {
    removeEventListener('securitypolicyviolation', recordRefusal);
  }
}

/**
 * Reports on the console why the chat could not start, and returns that as an error `{code,
 * message, final, help}`.
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
