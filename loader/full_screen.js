// An element of the page that fills the screen, and the launcher above it.

const FILMS = 'video,iframe,embed,object';
/** What shows nothing of what is put into it. */
const CLOSED = `${FILMS},canvas,img,svg,input,textarea,select`;

/** Where a widget stands in the page while it is in what fills the screen, and how to end that. */
const places = new WeakMap();

/**
 * Keeps focus and scrolling, where a browser can. Chromium does not paint what has come from
 * another tree so.
 */
const move = (host, parent, before) => parent[parent.moveBefore && host.getRootNode() === parent.getRootNode() ? 'moveBefore' : 'insertBefore'](host, before);

/**
 * Has `top`, what `host` shows, above an element that has filled the screen since, but not above a
 * film.
 */
export function rise(host, top) {
  let full = document.fullscreenElement;
  while (full?.shadowRoot?.fullscreenElement) full = full.shadowRoot.fullscreenElement;
  if (!full) places.get(host)?.leave();
  if (!full || host.mode === 'inline') return;
  const focused = host.shadowRoot.activeElement;
  if (!isAround(full, host)) {
    if (isFilm(full)) return;
    // What is not in it is seen above it and cannot be reached: Chromium leaves it inert.
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
 * Marks the place of `host`, and has it back there when what fills the screen is left, taken from
 * the page or written anew.
 */
function stay(host, top) {
  const mark = document.createComment('chataibot-widget');
  const watch = new MutationObserver((records) => {
    if (host.isConnected) return;
    const { removedNodes, addedNodes } = records.find((record) => [...record.removedNodes].includes(host)) ?? {};
    // Taken from the page by itself, it was meant.
    const isMeant = removedNodes?.length === 1 && !addedNodes.length;
    leave(!isMeant);
    if (host.isConnected) rise(host, top);
  });
  const leave = (returns = true) => {
    watch.disconnect();
    places.delete(host);
    // It may have gone with a part of the page.
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

/** Is it a film, a picture, or a box around a film? */
const isFilm = (full) =>
  full.matches(CLOSED) || [...(full.shadowRoot ?? full).querySelectorAll(FILMS)].some((film) => film.offsetWidth * 2 > innerWidth);
