// Checks for the features that the chat needs: WebAssembly, storage, locks, a secure page, the top
// layer.

/** An empty WebAssembly module. */
const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** Notes what this browser lacks, or what the page or the visitor has disabled in it. */
export async function checkBrowser({ host, note, watch }) {
  if (typeof globalThis.WebAssembly?.Module !== 'function') {
    note('browser', 'failure', 'this browser has no WebAssembly: it is very old or in lockdown mode.', 'Nothing to change: visitors get a plain form.');
  } else {
    try {
      new WebAssembly.Module(EMPTY_MODULE);
      note('browser', 'ok', 'WebAssembly runs.');
    } catch {
      // The check of the policy names the header if the browser reported the refusal; old browsers
      // may not.
      if (!(await watch.refused('wasm-eval'))) {
        note('policy', 'failure', "the page's script-src refuses WebAssembly.", "Add to the header Content-Security-Policy: script-src 'wasm-unsafe-eval'");
      }
    }
  }
  if (globalThis.isSecureContext) note('secure', 'ok', 'the page is secure, so locks between tabs work.');
  else {
    const message = `the page uses ${location.protocol}//, where browsers have neither locks between tabs nor crypto.subtle.`;
    note('secure', 'warning', message, 'Serve the page by https://. Until then each tab works on its own.');
  }
  if (globalThis.isSecureContext && !navigator.locks) {
    note('locks', 'warning', 'this browser has no locks between tabs.', 'Nothing to change: each tab works on its own.');
  }
  checkStorage(host, note);
  if ('popover' in HTMLElement.prototype) note('popover', 'ok', 'the top layer works: no z-index of the page covers the chat.');
  else note('popover', 'warning', 'this browser has no top layer.', 'Set --chataibot-z-index higher than what covers the chat.');
}

function checkStorage(host, note) {
  if (host?.storage === 'memory') return note('storage', 'ok', 'nothing is stored, because storage="memory".');
  try {
    localStorage.setItem('chataibot-doctor', '1');
    localStorage.removeItem('chataibot-doctor');
    note('storage', 'ok', 'a conversation survives a reload.');
  } catch (cause) {
    const fix = 'Allow this site to store data; in a sandboxed frame add allow-same-origin. Until then the chat forgets the conversation at a reload.';
    note('storage', 'warning', `this page cannot store data (${cause.name}).`, fix);
  }
}
