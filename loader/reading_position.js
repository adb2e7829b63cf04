// Scroll anchoring by line: a reader further up in the list keeps the line at its top when the list
// is laid out again. The browser's own anchoring keeps a message at best, and not every browser has
// it.

/** Height of the fade above the first line, in pixels. */
const FADE_HEIGHT = 16;

/**
 * Keeps the line in every list below `place`, until `end()`. `on` adds a listener until the same
 * moment. `restore()` scrolls the list to where it was before it was moved in the page, where
 * browsers begin at its top again.
 */
export function keepLine(place, on) {
  /**
   * The list; the line at its top, as an element or as a text node with an offset; and its distance
   * from the list's top.
   */
  let list, node, offset, distance;
  /** Size and scroll position of the list at the last check, and whether that was its end. */
  let lastSize, lastScrollTop, isAtEnd;

  const range = document.createRange();
  const topOf = (node, offset = 0) => {
    if (node.getBoundingClientRect) return node.getBoundingClientRect().top;
    range.setStart(node, Math.min(offset, Math.max(node.length - 1, 0)));
    range.setEnd(node, Math.min(offset + 1, node.length));
    return range.getBoundingClientRect().top;
  };

  /**
   * Binary search: the first index below `count` for which `predicate` holds, as it does for all
   * that follow; else `count`.
   */
  const firstIndex = (count, predicate) => {
    let low = 0;
    while (low < count) {
      const middle = (low + count) >> 1;
      if (predicate(middle)) count = middle;
      else low = middle + 1;
    }
    return low;
  };
  const firstReaching = (elements, edge) =>
    elements[firstIndex(elements.length, (at) => elements[at].getBoundingClientRect().bottom > edge)];

  const recordLine = () => {
    const listTop = topOf(list);
    const edge = listTop + FADE_HEIGHT;
    node = firstReaching(list.firstElementChild.children, edge);
    node = (node && firstReaching(node.querySelectorAll('.row'), edge)) ?? node;
    if (!node) return;
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      const at = text.parentNode.closest('.unseen')
        ? text.length
        : firstIndex(text.length, (at) => topOf(text, at) >= edge);
      if (at < text.length) {
        node = text;
        offset = at;
        break;
      }
    }
    distance = topOf(node, offset) - listTop;
  };

  const restoreLine = () => {
    const shift = topOf(node, offset) - topOf(list) - distance;
    if (Math.abs(shift) >= 1) list.scrollBy({ top: shift, behavior: 'instant' });
  };

  const update = (isResized) => {
    // Positions are fractions of pixels, and a smooth scroll's last ones are not reported.
    isAtEnd = list.scrollHeight - list.clientHeight - list.scrollTop < 4;
    const newSize = `${list.clientWidth} ${list.clientHeight}`;
    // At its end, or at the start of something long, the list scrolls by itself. Scrolling caused
    // by a resize, which is reported before the resize, is not the reader's either.
    const isReadersPosition = !list.classList.contains('list-follows');
    if (isReadersPosition && node?.isConnected && (isResized || newSize !== lastSize)) restoreLine();
    else if (isReadersPosition ? list.scrollTop !== lastScrollTop : !isAtEnd) recordLine();
    lastSize = newSize;
    lastScrollTop = list.scrollTop;
  };

  const observer = new ResizeObserver(() => update(true));
  const onScroll = ({ target }) => {
    if (!target.matches('.list')) return;
    if (target !== list) {
      observer.disconnect();
      list = target;
      observer.observe(list);
      observer.observe(list.firstElementChild);
    }
    update(false);
  };
  on(place, 'scroll', onScroll, true);
  // It may have been scrolled before this file arrived.
  onScroll({ target: place.querySelector('.list') ?? place });
  return {
    end: () => observer.disconnect(),
    restore: () => list?.scrollTo({ top: isAtEnd ? list.scrollHeight : lastScrollTop, behavior: 'instant' }),
  };
}
