// Collision avoidance: keeps the launcher clear of what the host page puts at the edge of the
// screen (cookie banners, cart bars). Driven by browser observers, without polling.

import { follow, isSelector } from './selector.js';

/** Space between the launcher and an obstacle, in pixels. */
const GAP = 12;

/** Observer thresholds, close enough to follow an element that slides in. */
const THRESHOLDS = Array.from({ length: 21 }, (_, at) => at / 20);

/**
 * Moves the widget of `host` out of the way of the elements that the setting `avoid` names. Returns
 * a function that ends it.
 */
export function avoid(host) {
  const selector = host.avoid;
  if (!isSelector('avoid', selector)) return () => {};
  const root = host.shadowRoot;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(':host>div{}');
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const { style } = sheet.cssRules[0];
  let elements = [];
  let shift = 0;
  /** The launcher's distance from its edge without obstacles, and its height. */
  let unshifted = null;
  let frameRequest = 0;

  const isVisible = (element) => element.checkVisibility?.({ checkOpacity: true, checkVisibilityCSS: true }) ?? true;

  const updateShift = () => {
    frameRequest = 0;
    const launcher = root.querySelector('[part~="launcher"]');
    const box = launcher?.getBoundingClientRect();
    const top = host.position?.startsWith('top');
    // On a page with `zoom` lengths of ours are longer on the screen.
    const zoom = launcher?.currentCSSZoom ?? 1;
    // Measured only while unshifted, since its position during a move means nothing. `offsetTop`
    // and `offsetHeight` ignore transforms.
    if (!shift && launcher?.offsetHeight) {
      const [offset, size] = [launcher.offsetTop * zoom, launcher.offsetHeight * zoom];
      unshifted = { edge: top ? offset : innerHeight - offset - size, size };
    }
    const { edge, size } = unshifted ?? { edge: 20, size: 60 };
    // Ranges are measured from the launcher's edge inwards, for top and bottom positions alike.
    const boxes = elements.filter(isVisible).map((element) => element.getBoundingClientRect());
    const ranges = boxes
      .filter(({ left, right, height }) => height && (!box?.width || (left < box.right && right > box.left)))
      .map(({ top: above, bottom }) => (top ? [above, bottom] : [innerHeight - bottom, innerHeight - above]))
      .sort(([one], [other]) => one - other);
    let newShift = 0;
    for (const [begin, end] of ranges) {
      if (begin < edge + newShift + size + GAP && end + GAP > edge + newShift) newShift = end + GAP - edge;
    }
    // An obstacle that fills half of the screen is ignored.
    if (newShift > innerHeight / 2) newShift = 0;
    if (newShift === shift) return;
    shift = newShift;
    style.setProperty('--_shift', `${shift / zoom}px`);
  };
  const scheduleUpdate = () => {
    frameRequest ||= requestAnimationFrame(updateShift);
  };

  const resizeObserver = new ResizeObserver(scheduleUpdate);
  const intersectionObserver = new IntersectionObserver(scheduleUpdate, { threshold: THRESHOLDS });
  const unfollow = follow(selector, (found) => {
    if (found.length === elements.length && found.every((element, at) => element === elements[at])) return;
    elements = found;
    for (const observer of [resizeObserver, intersectionObserver]) {
      observer.disconnect();
      for (const element of elements) observer.observe(element);
    }
    scheduleUpdate();
  });
  const controller = new AbortController();
  addEventListener('resize', scheduleUpdate, { signal: controller.signal });
  // A fade changes neither position nor size, so the observers miss it.
  for (const type of ['transitionend', 'animationend']) {
    document.addEventListener(type, scheduleUpdate, { signal: controller.signal });
  }

  return () => {
    controller.abort();
    unfollow();
    resizeObserver.disconnect();
    intersectionObserver.disconnect();
    cancelAnimationFrame(frameRequest);
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet);
  };
}
