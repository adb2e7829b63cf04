// Selectors in a host page's settings, followed as the page changes.

/** Whether `selector` is valid; warns on the console if not. */
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
 * Calls `onChange(elements)` now and whenever elements come or go, as pages are rebuilt while they
 * are shown. Returns a function that ends it.
 */
export function follow(selector, onChange) {
  const update = () => onChange([...document.querySelectorAll(selector)]);
  const observer = new MutationObserver(update);
  observer.observe(document, { childList: true, subtree: true });
  update();
  return () => observer.disconnect();
}
