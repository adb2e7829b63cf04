// Clicks in the window, heard by no element. Of an element that listens to them browsers tell
// screen readers that it can be clicked, and of all that is in it as well: of the list, of titles,
// of each message.

const endings = new WeakMap();

/**
 * Has `root` hear the clicks that are listened to in `place` from now on; of one place at a time.
 */
export function hearClicks(place, root) {
  // What an earlier place has listened to.
  endings.get(root)?.abort();
  const ending = new AbortController();
  endings.set(root, ending);
  const { signal } = ending;
  place.addEventListener = (type, listener, options) => {
    if (!/^(click|mousedown)$/.test(type)) return Element.prototype.addEventListener.call(place, type, listener, options);
    root.addEventListener(type, (event) => event.composedPath().includes(place) && listener(event), { signal, ...options });
  };
}
