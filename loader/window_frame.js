// Loads viewport.js, with behaviour and styles that the first opening does not wait for.

export const loadFrame = () => import('./chataibot-frame.js');

/**
 * Follows the window in `place`, in `top`. Resolves with functions that end that, that listen to
 * the page's language, and that scroll the list back after a move in the page; with null if the element is gone, or if the file cannot be fetched, which
 * the browser reports. Without it the window keeps its size, and some of its looks are plainer.
 */
export async function follow(place, top, host, storagePrefix) {
  const module = await loadFrame().catch(() => null);
  if (!module || !top.parentNode) return null;
  return { ...module.frame(place, host, storagePrefix), listen: module.listen };
}
