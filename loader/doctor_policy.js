// Collects what the page's Content-Security-Policy refuses during the checks, and builds a header
// that allows it.

/** Waits until the browser has reported its refusals, which it does in a later task. */
const told = () => new Promise((resolve) => setTimeout(resolve, 20));

/**
 * Starts listening. `refused(address)` resolves with whether that address was refused; `end(about)`
 * notes all refusals and resolves with the header.
 */
export function watchPolicy() {
  const refusals = [];
  const hear = (event) => refusals.push(event);
  addEventListener('securitypolicyviolation', hear);
  return {
    async refused(address) {
      await told();
      // For a file of another origin some browsers report only the origin.
      return refusals.some(({ blockedURI }) => blockedURI && (address.startsWith(blockedURI) || blockedURI.startsWith(address)));
    },
    async end({ note, folder, host }) {
      await told();
      removeEventListener('securitypolicyviolation', hear);
      const places = new Set([folder.origin]);
      if (host?.avatar) places.add(new URL(host.avatar, location).origin);
      for (const name of ['proxyUrl', 'tokenUrl', 'apiUrl', 'eventsUrl']) {
        if (host?.[name] && host[name] !== 'none') places.add(new URL(host[name], location).origin);
      }
      const wanted = {};
      for (const { blockedURI, effectiveDirective } of refusals) {
        const isWasm = blockedURI === 'wasm-eval';
        if (!isWasm && ![...places].some((place) => blockedURI.startsWith(place))) continue;
        const directive = isWasm ? 'script-src' : effectiveDirective.replace(/-(elem|attr)$/, '');
        (wanted[directive] ??= new Set()).add(isWasm ? "'wasm-unsafe-eval'" : new URL(blockedURI).origin);
      }
      for (const [directive, sources] of Object.entries(wanted)) {
        const isNeeded = directive !== 'img-src';
        const what = sources.has("'wasm-unsafe-eval'") ? 'WebAssembly' : [...sources].join(' ');
        const fix = `Add to the header Content-Security-Policy: ${directive} ${[...sources].join(' ')}`;
        note('policy', isNeeded ? 'failure' : 'warning', `the page's ${directive} refuses ${what}.`, fix);
      }
      if (!Object.keys(wanted).length) {
        note('policy', 'ok', "the page's policy refuses nothing of the chat.");
        return null;
      }
      const all = [...places].join(' ');
      return `script-src ${folder.origin} 'wasm-unsafe-eval'; connect-src ${all}; img-src ${all}`;
    },
  };
}
