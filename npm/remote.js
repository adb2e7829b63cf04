// Defines <chataibot-widget> by files that lie elsewhere: nothing of the program becomes part of
// the page's own bundle.

/**
 * Fetches the element's script from `folder`: the address of the proxy, which serves the files, or
 * of a copy of `chataibot-widget/dist`. Resolves with the class when the element is defined; on a
 * server it does nothing and resolves with `undefined`.
 */
export async function define(folder) {
  if (!globalThis.customElements) return undefined;
  const base = new URL(String(folder).replace(/\/?$/, '/'), document.baseURI);
  const { href } = new URL('chataibot.js', base);
  await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ href);
  return customElements.get('chataibot-widget');
}
