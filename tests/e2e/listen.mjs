//! Records events of a page from its start on, for tests.

/** Runs in each page before its own scripts. */
export function listen() {
  // What the widget reports to the page, in order. Installed from outside, so that no page needs an
  // inline script for it.
  window.told = [];
  for (const type of ['ready', 'open', 'close', 'conversation', 'sent', 'message', 'unread', 'status', 'consent', 'rating', 'error']) {
    document.addEventListener(`chataibot-${type}`, ({ detail }) => window.told.push({ type, ...detail }));
  }
  // The console does not name every policy violation; the event does.
  document.addEventListener('securitypolicyviolation', (event) => {
    console.error(`policy: ${event.violatedDirective} refused ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`);
  });
}
