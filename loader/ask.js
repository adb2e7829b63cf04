// Asks the page before something is done that it may refuse.

/**
 * May it be done? `detail` tells what, and is read again afterwards where the page may change it.
 */
export const ask = (host, what, detail) =>
  host.dispatchEvent(new CustomEvent(`chataibot-${what}`, { detail, bubbles: true, composed: true, cancelable: true }));
