// Full screen: shows the launcher above an element of the host page that fills the screen.

const FILMS = 'video,iframe,embed,object';
/** Elements that do not render their children. */
const CLOSED = `${FILMS},canvas,img,svg,input,textarea,select`;

/** For each moved widget, functions that return it to its place and that watch it. */
const places = new WeakMap();

/**
 * Keeps focus and scrolling where the browser supports `moveBefore`. Not across trees, as Chromium
 * then does not paint the element.
 */
const move = (host, parent, before) => parent[parent.moveBefore && host.getRootNode() === parent.getRootNode() ? 'moveBefore' : 'insertBefore'](host, before);

/**
 * Shows `top`, the popover of `host`, above an element that has gone full screen, but not above a
 * video.
 */
export function rise(host, top) {
  let full = document.fullscreenElement;
  while (full?.shadowRoot?.fullscreenElement) full = full.shadowRoot.fullscreenElement;
  if (!full) places.get(host)?.leave();
  if (!full || host.mode === 'inline') return;
  const focused = host.shadowRoot.activeElement;
  if (!isAround(full, host)) {
    if (isFilm(full)) return;
    // Outside of the full-screen element Chromium shows it but leaves it inert.
    if (!places.has(host)) stay(host, top);
    const inner = full.shadowRoot;
    move(host, !inner || inner.querySelector('slot:not([name])') ? full : inner, null);
    places.get(host).look(host.getRootNode());
  }
  if (top.popover && top.showPopover) {
    top.hidePopover();
    top.showPopover();
  }
  focused?.focus({ preventScroll: true });
}

/**
 * Marks the place of `host`. It returns there when full screen ends, or when the full-screen
 * element is removed or rewritten.
 */
function stay(host, top) {
  const mark = document.createComment('chataibot-widget');
  const watch = new MutationObserver((records) => {
    if (host.isConnected) return;
    const { removedNodes, addedNodes } = records.find((record) => [...record.removedNodes].includes(host)) ?? {};
    // Removed on its own, it was removed on purpose.
    const isMeant = removedNodes?.length === 1 && !addedNodes.length;
    leave(!isMeant);
    if (host.isConnected) rise(host, top);
  });
  const leave = (returns = true) => {
    watch.disconnect();
    places.delete(host);
    // The mark may have been removed with a part of the page.
    if (returns && mark.isConnected) move(host, mark.parentNode, mark);
    mark.remove();
  };
  const look = (root) => [document, root].forEach((one) => watch.observe(one, { childList: true, subtree: true }));
  host.before(mark);
  places.set(host, { leave, look });
}

function isAround(full, host) {
  let at = host;
  while (at && at !== full) at = at.parentNode ?? at.host;
  return at;
}

/** Whether it is a video or picture, or an element around a large video. */
const isFilm = (full) =>
  full.matches(CLOSED) || [...(full.shadowRoot ?? full).querySelectorAll(FILMS)].some((film) => film.offsetWidth * 2 > innerWidth);
