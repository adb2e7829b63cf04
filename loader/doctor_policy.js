// Collects what the page's Content-Security-Policy refuses during the checks, and builds a header
// that allows it.

/** Waits until the browser has reported its refusals, which it does in a later task. */
const nextReport = () => new Promise((resolve) => setTimeout(resolve, 20));

/**
 * Starts listening. `refused(address)` resolves with whether that address was refused; `end(about)`
 * notes all refusals and resolves with the header.
 */
export function watchPolicy() {
  const refusals = [];
  const onViolation = (event) => refusals.push(event);
  addEventListener('securitypolicyviolation', onViolation);
  return {
    async refused(address) {
      await nextReport();
      // For a file of another origin some browsers report only the origin.
      return refusals.some(({ blockedURI }) => blockedURI && (address.startsWith(blockedURI) || blockedURI.startsWith(address)));
    },
    async end({ note, folder, host }) {
      await nextReport();
      removeEventListener('securitypolicyviolation', onViolation);
      const origins = new Set([folder.origin]);
      if (host?.avatar) origins.add(new URL(host.avatar, location).origin);
      for (const name of ['proxyUrl', 'tokenUrl', 'apiUrl', 'eventsUrl']) {
        if (host?.[name] && host[name] !== 'none') origins.add(new URL(host[name], location).origin);
      }
      const missingSources = {};
      for (const { blockedURI, effectiveDirective } of refusals) {
        const isWasm = blockedURI === 'wasm-eval';
        if (!isWasm && ![...origins].some((origin) => blockedURI.startsWith(origin))) continue;
        const directive = isWasm ? 'script-src' : effectiveDirective.replace(/-(elem|attr)$/, '');
        (missingSources[directive] ??= new Set()).add(isWasm ? "'wasm-unsafe-eval'" : new URL(blockedURI).origin);
      }
      for (const [directive, sources] of Object.entries(missingSources)) {
        const isNeeded = directive !== 'img-src';
        const refused = sources.has("'wasm-unsafe-eval'") ? 'WebAssembly' : [...sources].join(' ');
        const fix = `Add to the header Content-Security-Policy: ${directive} ${[...sources].join(' ')}`;
        note('policy', isNeeded ? 'failure' : 'warning', `the page's ${directive} refuses ${refused}.`, fix);
      }
      if (!Object.keys(missingSources).length) {
        note('policy', 'ok', "the page's policy refuses nothing that the chat needs.");
        return null;
      }
      const originList = [...origins].join(' ');
      return `script-src ${folder.origin} 'wasm-unsafe-eval'; connect-src ${originList}; img-src ${originList}`;
    },
  };
}
