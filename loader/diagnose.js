// Why the chat could not start, in words a page's developer can act on. Knows how browsers say no;
// does not know the element.

/**
 * Makes `{code, message, final}` of what was thrown. `final`: trying again on this page cannot
 * help.
 */
export function explain(cause, refusals, origin) {
  // The page may have been refused things of its own meanwhile.
  const refusal = refusals?.find(({ blockedURI }) => blockedURI === 'wasm-eval' || blockedURI.startsWith(origin));
  const text = String(cause?.message ?? cause);
  const header = (rule) => `the page's policy refuses it. Add to the header Content-Security-Policy: ${rule}`;
  // Not `instanceof`: an element with id="WebAssembly" stands in for a missing one.
  if (typeof globalThis.WebAssembly?.compile !== 'function') {
    return { code: 'WASM_MISSING', message: 'this browser runs no WebAssembly: it is very old or in lock-down mode.', final: true };
  }
  if (refusal?.blockedURI === 'wasm-eval' || /unsafe-eval|content security policy|\bCSP\b/i.test(text)) {
    return { code: 'WASM_BLOCKED', message: header(`script-src ${origin} 'wasm-unsafe-eval'`), final: true };
  }
  if (refusal) {
    const directive = refusal.effectiveDirective.replace(/-elem$/, '');
    return { code: 'BLOCKED', message: header(`${directive} ${origin}`), final: true };
  }
  if (cause?.code === 'TOO_OLD') return { code: 'TOO_OLD', message: `this browser is too old for it: ${text}.`, final: true };
  if (cause?.code) return { code: cause.code, message: text, final: false };
  if (cause instanceof TypeError) {
    const message = `${origin} cannot be reached, or does not allow this page (Access-Control-Allow-Origin). ${text}`;
    return { code: 'NETWORK', message, final: false };
  }
  return { code: 'BROKEN', message: `its program does not run (are all files of one version?): ${text}`, final: false };
}
