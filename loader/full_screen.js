// Full screen: shows the launcher above an element of the host page that fills the screen.

const MEDIA = 'video,iframe,embed,object';
/** Elements that do not render their children. */
const REPLACED = `${MEDIA},canvas,img,svg,input,textarea,select`;

/** For each moved widget, functions that return it to its place and that watch it. */
const moves = new WeakMap();

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
  let fullElement = document.fullscreenElement;
  while (fullElement?.shadowRoot?.fullscreenElement) fullElement = fullElement.shadowRoot.fullscreenElement;
  if (!fullElement) moves.get(host)?.putBack();
  if (!fullElement || host.mode === 'inline') return;
  const focused = host.shadowRoot.activeElement;
  if (!contains(fullElement, host)) {
    if (isMedia(fullElement)) return;
    // Outside of the full-screen element Chromium shows it but leaves it inert.
    if (!moves.has(host)) markPlace(host, top);
    const inner = fullElement.shadowRoot;
    move(host, !inner || inner.querySelector('slot:not([name])') ? fullElement : inner, null);
    moves.get(host).observe(host.getRootNode());
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
function markPlace(host, top) {
  const placeholder = document.createComment('chataibot-widget');
  const observer = new MutationObserver((records) => {
    if (host.isConnected) return;
    const { removedNodes, addedNodes } = records.find((record) => [...record.removedNodes].includes(host)) ?? {};
    // Removed on its own, it was removed on purpose.
    const isIntended = removedNodes?.length === 1 && !addedNodes.length;
    putBack(!isIntended);
    if (host.isConnected) rise(host, top);
  });
  const putBack = (isReturning = true) => {
    observer.disconnect();
    moves.delete(host);
    // The mark may have been removed with a part of the page.
    if (isReturning && placeholder.isConnected) move(host, placeholder.parentNode, placeholder);
    placeholder.remove();
  };
  const observe = (root) =>
    [document, root].forEach((one) => observer.observe(one, { childList: true, subtree: true }));
  host.before(placeholder);
  moves.set(host, { putBack, observe });
}

function contains(fullElement, host) {
  let node = host;
  while (node && node !== fullElement) node = node.parentNode ?? node.host;
  return node;
}

/** Whether it is a video or picture, or an element around a large video. */
const isMedia = (fullElement) =>
  fullElement.matches(REPLACED) ||
  [...(fullElement.shadowRoot ?? fullElement).querySelectorAll(MEDIA)].some(
    (film) => film.offsetWidth * 2 > innerWidth && film.checkVisibility?.({ opacityProperty: true, visibilityProperty: true }) !== false,
  );
