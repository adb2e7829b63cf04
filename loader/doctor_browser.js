// Checks for the features that the chat needs: WebAssembly, storage, locks, a secure page, the top
// layer.

/** An empty WebAssembly module. */
const EMPTY = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** Notes what this browser lacks, or what the page or the visitor has disabled in it. */
export async function checkBrowser({ host, note, watch }) {
  if (typeof globalThis.WebAssembly?.Module !== 'function') {
    note('browser', 'failure', 'this browser runs no WebAssembly: it is very old or in lock-down mode.', 'Visitors get a plain form here; nothing can be done on the page.');
  } else {
    try {
      new WebAssembly.Module(EMPTY);
      note('browser', 'ok', 'WebAssembly runs.');
    } catch {
      // The check of the policy names the header if the browser reported the refusal; old browsers
      // may not.
      if (!(await watch.refused('wasm-eval'))) {
        note('policy', 'failure', "the page's script-src refuses WebAssembly.", "Add to the header Content-Security-Policy: script-src 'wasm-unsafe-eval'");
      }
    }
  }
  if (globalThis.isSecureContext) note('secure', 'ok', 'the page is secure, so locks between tabs are there.');
  else {
    const message = `the page came by ${location.protocol}//, where browsers have neither locks between tabs nor crypto.subtle.`;
    note('secure', 'warning', message, 'Serve the page by https://; until then each tab works for itself.');
  }
  if (globalThis.isSecureContext && !navigator.locks) {
    note('locks', 'warning', 'this browser has no locks between tabs.', 'Nothing to change: each tab works for itself.');
  }
  checkStorage(host, note);
  if ('popover' in HTMLElement.prototype) note('popover', 'ok', 'the top layer is there: no z-index of the page covers the chat.');
  else note('popover', 'warning', 'this browser has no top layer.', 'Set --chataibot-z-index above whatever of the page covers the chat.');
}

function checkStorage(host, note) {
  if (host?.storage === 'memory') return note('storage', 'ok', 'nothing is kept, as the setting `storage` says.');
  try {
    localStorage.setItem('chataibot-doctor', '1');
    localStorage.removeItem('chataibot-doctor');
    note('storage', 'ok', 'a conversation survives a reload.');
  } catch (cause) {
    const fix = 'Allow this site to keep data; in a sandboxed frame add allow-same-origin. The chat works without, and forgets at a reload.';
    note('storage', 'warning', `this browser keeps nothing for this page (${cause.name}).`, fix);
  }
}
