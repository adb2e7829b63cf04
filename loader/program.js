// Fetches the program's module and its WASM.

import { nextTask } from './task.js';

/** How many times as long as the shell most of the WASM takes, from when the shell was there. */
const SHELLS = 1.5;

/** The program's module, once what talking needs may set out. */
let program;
let isWanted = false;

function fetchTalk() {
  // A program of another version may not know it.
  if (isWanted) program?.fetchTalk?.();
}

/**
 * The visitor writes: what talking needs is fetched when nothing stands in the way, and before the
 * program is there to ask for it.
 */
export function wantTalk() {
  isWanted = true;
  fetchTalk();
}

/**
 * The program's module, ready to mount. `file` makes addresses, `loadHelp` fetches what is needed
 * only when something is amiss; `wasm` is the promise of an answer, where the loader has asked for
 * it.
 */
export async function load(file, loadHelp, wasm = fetch(file('chataibot-widget_bg.wasm'))) {
  const module = compile(wasm, loadHelp);
  const [app] = await Promise.all([import(file('chataibot-widget.js')), Promise.race([module, almost()])]);
  program = app;
  fetchTalk();
  await app.default({ module_or_path: await module });
  await nextTask();
  return app;
}

/**
 * Resolves when most of the WASM should be there: what is asked for then comes right behind it, and
 * is not waited for after it. How fast the line is, the shell's way here says; where the browser
 * does not tell of it, this never resolves.
 */
const almost = () =>
  new Promise((resolve) => {
    const [{ responseEnd, duration } = {}] = performance.getEntriesByName(import.meta.url);
    if (duration) setTimeout(resolve, responseEnd + SHELLS * duration - performance.now());
  });

async function compile(wasm, loadHelp) {
  const response = await wasm;
  try {
    return await WebAssembly.compileStreaming(response);
  } catch (cause) {
    if (response.bodyUsed) throw cause;
    // Another type than streaming takes, no success, a page's own `fetch`, or a browser that does
    // not stream.
    return (await loadHelp()).compile(response);
  }
}
