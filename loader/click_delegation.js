// Click listeners of the window, moved to the shadow root. Browsers tell screen readers that an
// element with a click listener is clickable, and so is everything in it: the list, titles, each
// message.

const controllers = new WeakMap();

/**
 * Moves click listeners that are added to `place` from now on to `root`. Serves one place at a
 * time.
 */
export function delegateClicks(place, root) {
  // Removes the listeners of an earlier place.
  controllers.get(root)?.abort();
  const controller = new AbortController();
  controllers.set(root, controller);
  const { signal } = controller;
  place.addEventListener = (type, listener, options) => {
    if (!/^(click|mousedown)$/.test(type)) return Element.prototype.addEventListener.call(place, type, listener, options);
    root.addEventListener(type, (event) => event.composedPath().includes(place) && listener(event), { signal, ...options });
  };
}
