// Loads the program: its module and its WASM.

import { nextTask } from './task.js';

/** Download time of most of the WASM from the shell's arrival, as a multiple of the shell's. */
const WASM_RATIO = 1.5;

/** The program's module, once the code for talking may be fetched. */
let program;
let isTalkWanted = false;

function fetchTalk() {
  // A program of another version may lack it.
  if (isTalkWanted) program?.fetchTalk?.();
}

/**
 * Called when the visitor writes: fetches the code for talking once nothing is in its way, before
 * the program can ask for it.
 */
export function wantTalk() {
  isTalkWanted = true;
  fetchTalk();
}

/**
 * Resolves with the program's module, ready to mount. `file` makes addresses; `loadHelp` fetches
 * the fallbacks; `wasm` is the promise of the response, if the loader has already asked for it.
 */
export async function load(file, loadHelp, wasm = fetch(file('chataibot-widget_bg.wasm'))) {
  const module = compile(wasm, loadHelp);
  const [app] = await Promise.all([import(file('chataibot-widget.js')), Promise.race([module, wasmNearlyArrived()])]);
  program = app;
  fetchTalk();
  await app.default({ module_or_path: await module });
  await nextTask();
  return app;
}

/**
 * Resolves when most of the WASM should have arrived, so that what is fetched next follows right
 * behind it. The line's speed is estimated from the shell's download; without timing data this
 * never resolves.
 */
const wasmNearlyArrived = () =>
  new Promise((resolve) => {
    const [{ responseEnd, duration } = {}] = performance.getEntriesByName(import.meta.url);
    if (duration) setTimeout(resolve, responseEnd + WASM_RATIO * duration - performance.now());
  });

async function compile(wasm, loadHelp) {
  const response = await wasm;
  try {
    return await WebAssembly.compileStreaming(response);
  } catch (cause) {
    if (response.bodyUsed) throw cause;
    // A type that streaming rejects, an error status, the page's own `fetch`, or a browser without
    // streaming.
    return (await loadHelp()).compile(response);
  }
}
