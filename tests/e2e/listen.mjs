//! What a test wants to know of a page from its first moment on.

/** Runs in each page before its own scripts. */
export function listen() {
  // What the widget tells the page, in order. Set up from outside, so that no page needs an inline
  // script for it.
  window.told = [];
  for (const type of ['ready', 'open', 'close', 'conversation', 'sent', 'message', 'unread', 'status', 'consent', 'rating', 'error']) {
    document.addEventListener(`chataibot-${type}`, ({ detail }) => window.told.push({ type, ...detail }));
  }
  // The console does not name every refusal; the event does.
  document.addEventListener('securitypolicyviolation', (event) => {
    console.error(`policy: ${event.violatedDirective} refused ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`);
  });
}
