// Fetches the program's module and its WASM.

/** The program's module, once all of it is there. */
let program;
let isWanted = false;

function fetchTalk() {
  // A program of another version may not know it.
  if (isWanted) program?.fetchTalk?.();
}

/** The visitor writes: what talking needs is fetched when nothing stands in the way, and before the program is there to ask for it. */
export function wantTalk() {
  isWanted = true;
  fetchTalk();
}

/** The program's module, ready to mount. `file` makes addresses, `loadHelp` fetches what is needed only when something is amiss. */
export async function load(file, loadHelp) {
  const [app, module] = await Promise.all([import(file('chataibot-widget.js')), compile(file('chataibot-widget_bg.wasm'), loadHelp)]);
  program = app;
  fetchTalk();
  await app.default({ module_or_path: module });
  // A task of its own for what follows: what the visitor does meanwhile goes first.
  await new Promise((resolve) => setTimeout(resolve));
  return app;
}

async function compile(url, loadHelp) {
  const response = await fetch(url);
  try {
    return await WebAssembly.compileStreaming(response);
  } catch (cause) {
    if (response.bodyUsed) throw cause;
    // Another type than streaming takes, no success, a page's own `fetch`, or a browser that does not stream.
    return (await loadHelp()).compile(response);
  }
}
