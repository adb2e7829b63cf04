// When the program comes without anybody reaching for it: a page with nothing else to do, a window
// in the page that comes into view.

/**
 * Fetches the program when the page is idle, where the setting `preload` says so. Returns how to
 * cancel it.
 */
export function preload(host) {
  // The loader takes it for a sign of intent.
  const sign = new Event('pointerover', { bubbles: true });
  return host.preload === 'idle' ? whenIdle(() => host.shadowRoot.querySelector('[part~="launcher"]')?.dispatchEvent(sign)) : null;
}

/**
 * Opens a window in the page when it comes into view: it has no launcher. Returns how to end it.
 */
export function openInView(host) {
  if (host.mode !== 'inline') return null;
  const watch = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watch.disconnect();
    if (!host.offsetHeight) heighten(host);
    host.open();
  });
  watch.observe(host);
  return () => watch.disconnect();
}

/**
 * A window without a height would be there and not be seen. A page's own `min-height` goes before
 * this one.
 */
function heighten(host) {
  console.warn('[chataibot] mode="inline" needs a height, its own or of its box. Now: 600px.');
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(':host{min-height:600px}');
  const root = host.shadowRoot;
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}

/**
 * Calls `then` when the page is idle, after four seconds at the latest: some pages never are.
 * Returns how to cancel it.
 */
function whenIdle(then) {
  if (!globalThis.requestIdleCallback) {
    const timer = setTimeout(then, 2000);
    return () => clearTimeout(timer);
  }
  const request = requestIdleCallback(then, { timeout: 4000 });
  return () => cancelIdleCallback(request);
}
