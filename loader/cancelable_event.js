// Cancelable events: ask the host page before an action that it may refuse.

/**
 * Dispatches `chataibot-<what>` and returns false if the host page cancelled it. The caller reads
 * `detail` again afterwards where the page may change it.
 */
export const ask = (host, what, detail) =>
  host.dispatchEvent(new CustomEvent(`chataibot-${what}`, { detail, bubbles: true, composed: true, cancelable: true }));
