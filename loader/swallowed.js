// The rest of a page that lies in the element, because its tag was closed as HTML does not know it.

/** Shows what `host` has swallowed, and says so. */
export function giveBack(host) {
  const root = host.shadowRoot;
  // Where something follows it, what is inside was put there.
  if (host.nextSibling || !host.querySelector(':scope>:not([slot])') || root.querySelector('slot:not([name])')) return;
  root.append(document.createElement('slot'));
  console.warn('[chataibot] <chataibot-widget /> does not end in HTML: write <chataibot-widget></chataibot-widget>.');
}
