// Keeps a wheel or touch gesture over the window from scrolling the page beneath.

/**
 * Keeps gestures on the window `section` from scrolling the page, unless an element of ours scrolls
 * (and contains the scrolling itself) or is dragged by them. `on` listens until the window ends.
 */
export function keepPageStill(host, section, on) {
  const preventPageScroll = (event, overflow, isSideways = event.touches) => {
    for (const node of event.composedPath()) {
      // An inline window lets scrolling continue in the page; a window over the page does not.
      if (node === section && host.mode === 'inline') return;
      if (node === section || node.showModal) break;
      const isLonger =
        node.scrollHeight > node.clientHeight + 1 || (isSideways && node.scrollWidth > node.clientWidth + 1);
      if (node.type === 'range' || (isLonger && /auto|scroll/.test(getComputedStyle(node)[overflow]))) return;
    }
    if (event.cancelable) event.preventDefault();
  };
  on(section, 'wheel', (event) => {
    // With Control the wheel zooms the page.
    if (event.ctrlKey) return;
    const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    preventPageScroll(event, isSideways ? 'overflowX' : 'overflowY', isSideways);
  });
  // Gestures of two fingers, or on a zoomed page, are left alone.
  on(section, 'touchmove', (event) => event.touches[1] || globalThis.visualViewport?.scale > 1 || preventPageScroll(event, 'overflow'));
}
