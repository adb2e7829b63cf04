// Diagnosis of a failed start, in words that the host page's developer can act on. Knows browser
// errors, not the element.

/**
 * Turns what was thrown into `{code, message, final}`. `final`: trying again on this page cannot
 * help.
 */
export function explain(cause, refusals, origin) {
  // Refusals of the host page's own resources are ignored.
  const refusal = refusals?.find(({ blockedURI }) => blockedURI === 'wasm-eval' || blockedURI.startsWith(origin));
  const text = String(cause?.message ?? cause);
  const policyMessage = (rule) => `the page's policy refuses it. Add to the header Content-Security-Policy: ${rule}`;
  // No `instanceof`: if it is missing, an element with id="WebAssembly" becomes the global.
  if (typeof globalThis.WebAssembly?.compile !== 'function') {
    return { code: 'WASM_MISSING', message: 'this browser has no WebAssembly: it is very old or in lockdown mode.', final: true };
  }
  if (refusal?.blockedURI === 'wasm-eval' || /unsafe-eval|content security policy|\bCSP\b/i.test(text)) {
    return { code: 'WASM_BLOCKED', message: policyMessage(`script-src ${origin} 'wasm-unsafe-eval'`), final: true };
  }
  if (refusal) {
    const directive = refusal.effectiveDirective.replace(/-elem$/, '');
    return { code: 'BLOCKED', message: policyMessage(`${directive} ${origin}`), final: true };
  }
  if (cause?.code === 'TOO_OLD') return { code: 'TOO_OLD', message: `this browser is too old for it: ${text}.`, final: true };
  if (cause?.code) return { code: cause.code, message: text, final: false };
  if (cause instanceof TypeError) {
    const message = `${origin} cannot be reached, or does not allow this page (Access-Control-Allow-Origin). ${text}`;
    return { code: 'NETWORK', message, final: false };
  }
  return { code: 'BROKEN', message: `its program does not run (are all files of one build?): ${text}`, final: false };
}
