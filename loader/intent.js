// Signs that the program is wanted without anybody asking: a conversation that runs, and a page with nothing else to do.

/** Does this browser keep a conversation, or a message that waits to be sent? Reads only. Names as in src/session.rs. */
export function hasStoredConversation(element, origin) {
  if (element.storage === 'memory') return false;
  const [proxy] = (element.tokenUrl || element.proxyUrl || origin).match(/^\w+:\/\/[^/]+/) ?? [''];
  const prefix = `chataibot:${element.site || proxy}:`;
  try {
    return Object.keys(localStorage).some((key) => key === `${prefix}conversation` || key.startsWith(`${prefix}outbox:`));
  } catch {
    // Storage that may not be read keeps nothing.
    return false;
  }
}

/** Calls `then` when the page is idle, after four seconds at the latest: some pages never are. Returns how to cancel it. */
export function whenIdle(then) {
  if (!globalThis.requestIdleCallback) {
    const timer = setTimeout(then, 2000);
    return () => clearTimeout(timer);
  }
  const request = requestIdleCallback(then, { timeout: 4000 });
  return () => cancelIdleCallback(request);
}
