// Selectors that a page gives in a setting: what they find, now and later.

/** Is `selector` one? Says so on the console where not. */
export function isSelector(setting, selector) {
  try {
    document.querySelector(selector);
    return true;
  } catch {
    console.warn(`[chataibot] ${setting}="${selector}" is not a selector.`);
    return false;
  }
}

/**
 * Calls `found(elements)` now and whenever elements have come or gone: pages are rebuilt while they
 * stand. Returns how to end it.
 */
export function follow(selector, found) {
  const look = () => found([...document.querySelectorAll(selector)]);
  const watch = new MutationObserver(look);
  watch.observe(document, { childList: true, subtree: true });
  look();
  return () => watch.disconnect();
}
