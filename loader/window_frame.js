// What follows the window, and the styles of what is not seen at once: not in the way of the first
// open.

export const loadFrame = () => import('./chataibot-frame.js');

/**
 * Follows the window in `place`, in `top`. Resolves with how to end that and with how to listen to
 * the page's language; with null where the element is gone meanwhile, or the file cannot be had:
 * the browser has named it. Without it the window keeps its size, and some of its looks are
 * plainer.
 */
export async function follow(place, top, host, shelf) {
  const module = await loadFrame().catch(() => null);
  if (!module || !top.parentNode) return null;
  return { end: module.frame(place, host, shelf), listen: module.listen };
}
