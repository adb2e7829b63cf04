// Scroll anchoring by line: a reader further up in the list keeps the line at its top when the list
// is laid out again. The browser's own anchoring keeps a message at best, and not every browser has
// it.

/** Height of the fade above the first line, in pixels. */
const ABOVE = 16;

/** Keeps the line in every list below `place`. Returns a function that ends it. */
export function keepLine(place) {
  /**
   * The list; the line at its top, as an element or as a text node with an offset; and its distance
   * from the list's top.
   */
  let list, node, offset, distance;
  /** Size and scroll position of the list at the last check. */
  let size, top;

  const range = document.createRange();
  const topOf = (node, offset = 0) => {
    if (node.getBoundingClientRect) return node.getBoundingClientRect().top;
    range.setStart(node, Math.min(offset, Math.max(node.length - 1, 0)));
    range.setEnd(node, Math.min(offset + 1, node.length));
    return range.getBoundingClientRect().top;
  };

  /**
   * Binary search: the first index below `count` for which `is` holds, as it does for all that
   * follow; else `count`.
   */
  const first = (count, is) => {
    let low = 0;
    while (low < count) {
      const middle = (low + count) >> 1;
      if (is(middle)) count = middle;
      else low = middle + 1;
    }
    return low;
  };
  const reaching = (elements, edge) => elements[first(elements.length, (at) => elements[at].getBoundingClientRect().bottom > edge)];

  const note = () => {
    const from = topOf(list);
    const edge = from + ABOVE;
    node = reaching(list.firstElementChild.children, edge);
    node = (node && reaching(node.querySelectorAll('.row'), edge)) ?? node;
    if (!node) return;
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      const at = text.parentNode.closest('.unseen') ? text.length : first(text.length, (at) => topOf(text, at) >= edge);
      if (at < text.length) {
        node = text;
        offset = at;
        break;
      }
    }
    distance = topOf(node, offset) - from;
  };

  const keep = () => {
    const moved = topOf(node, offset) - topOf(list) - distance;
    if (Math.abs(moved) >= 1) list.scrollBy({ top: moved, behavior: 'instant' });
  };

  const look = (isResized) => {
    const now = `${list.clientWidth} ${list.clientHeight}`;
    // At its end, or at the start of something long, the list scrolls by itself. Scrolling caused
    // by a resize, which is reported before the resize, is not the reader's either.
    const isReaders = !list.classList.contains('list-follows');
    if (isReaders && node?.isConnected && (isResized || now !== size)) keep();
    else if (isReaders ? list.scrollTop !== top : list.scrollHeight - list.clientHeight - list.scrollTop > 1) note();
    size = now;
    top = list.scrollTop;
  };

  const watch = new ResizeObserver(() => look(true));
  const scrolled = ({ target }) => {
    if (!target.part?.contains('list')) return;
    if (target !== list) {
      watch.disconnect();
      list = target;
      size = `${list.clientWidth} ${list.clientHeight}`;
      watch.observe(list);
      watch.observe(list.firstElementChild);
    }
    look(false);
  };
  place.addEventListener('scroll', scrolled, { capture: true, passive: true });
  return () => {
    watch.disconnect();
    place.removeEventListener('scroll', scrolled, true);
  };
}
