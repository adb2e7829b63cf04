// Repairs a self-closed tag, which HTML does not know: the rest of the page is then inside the
// element.

/** Shows the content that `host` has swallowed, and warns on the console. */
export function showSwallowedContent(host) {
  const root = host.shadowRoot;
  // If something follows the element, its content was put there on purpose, unless it is a page and
  // a script has appended what follows.
  if ((host.nextSibling && !host.querySelector('main,h1,nav,footer,script')) || !host.querySelector(':scope>:not([slot])') || root.querySelector('slot:not([name])')) return;
  root.append(document.createElement('slot'));
  console.warn('[chataibot] <chataibot-widget /> does not end in HTML: write <chataibot-widget></chataibot-widget>.');
}
