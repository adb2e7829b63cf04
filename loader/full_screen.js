// An element of the page that fills the screen, and the launcher above it.

const FILMS = 'video,iframe,embed,object';

/** Where a widget stands in the page while it is in what fills the screen. */
const places = new WeakMap();

/** Keeps focus and scrolling, where a browser can. */
const move = (host, parent, before) => (parent.moveBefore ? parent.moveBefore(host, before) : parent.insertBefore(host, before));

/** Has `top`, what `host` shows, above an element that has filled the screen since, but not above a film. */
export function rise(host, top) {
  let full = document.fullscreenElement;
  while (full?.shadowRoot?.fullscreenElement) full = full.shadowRoot.fullscreenElement;
  const place = places.get(host);
  if (!full && place) {
    places.delete(host);
    // It may have gone with a part of the page.
    if (place.isConnected) move(host, place.parentNode, place);
    place.remove();
  }
  if (!full || !top.popover || !top.showPopover) return;
  const focused = host.shadowRoot.activeElement;
  if (!isAround(full, host)) {
    if (isFilm(full) || place) return;
    // What is not in it is seen above it and cannot be reached: Chromium leaves it inert.
    const mark = document.createComment('chataibot-widget');
    host.before(mark);
    places.set(host, mark);
    move(host, full, null);
  }
  top.hidePopover();
  top.showPopover();
  focused?.focus({ preventScroll: true });
}

function isAround(full, host) {
  let at = host;
  while (at && at !== full) at = at.parentNode ?? at.host;
  return at;
}

/** Is it a film, a picture, or a box around a film? */
const isFilm = (full) =>
  full.matches(`${FILMS},canvas,img,svg`) ||
  [...(full.shadowRoot ?? full).querySelectorAll(FILMS)].some((film) => film.offsetWidth * 2 > innerWidth);
