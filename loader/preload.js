// Starts without a sign of intent: preloading on an idle page, and an inline window that scrolls
// into view.

/**
 * Fetches the program when the page is idle, if the setting `preload` says so. Returns a function
 * that cancels it.
 */
export function preload(host) {
  // The loader treats it as a sign of intent.
  const sign = new Event('pointerover', { bubbles: true });
  return host.preload === 'idle' ? whenIdle(() => host.shadowRoot.querySelector('[part~="launcher"]')?.dispatchEvent(sign)) : null;
}

/**
 * Opens an inline window, which has no launcher, when it scrolls into view. Returns a function that
 * ends it.
 */
export function openInView(host) {
  if (host.mode !== 'inline') return null;
  let isWaiting = false;
  const resizeObserver = new ResizeObserver(() => observer.observe(host));
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    const panel = !host.offsetHeight && collapsedPanelOf(host);
    // It may have a height once the panel is expanded.
    if (panel) {
      if (!isWaiting) for (const element of [host, panel]) resizeObserver.observe(element);
      isWaiting = true;
      return;
    }
    resizeObserver.disconnect();
    if (!host.offsetHeight) setMinHeight(host);
    host.open();
  });
  observer.observe(host);
  return () => [observer, resizeObserver].forEach((one) => one.disconnect());
}

/** The element around `host` without a height that hides what is higher, as an accordion's. */
function collapsedPanelOf(host) {
  for (let node = host.parentNode; node; node = node.parentNode ?? node.host) {
    if (node.offsetHeight === 0 && getComputedStyle(node).overflowY !== 'visible') return node;
  }
}

/**
 * Gives an inline window without a height a visible one. The page's own `min-height` takes
 * precedence.
 */
function setMinHeight(host) {
  console.warn('[chataibot] mode="inline" needs a height, its own or of its box. Now: 600px.');
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(':host{min-height:600px}');
  const root = host.shadowRoot;
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}

/**
 * Calls `callback` when the page is idle, or after four seconds, as some pages never are. Returns a
 * function that cancels it.
 */
function whenIdle(callback) {
  if (!globalThis.requestIdleCallback) {
    const timer = setTimeout(callback, 2000);
    return () => clearTimeout(timer);
  }
  const request = requestIdleCallback(callback, { timeout: 4000 });
  return () => cancelIdleCallback(request);
}
