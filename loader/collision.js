// Collision avoidance: keeps the launcher clear of what the host page puts at the edge of the
// screen (cookie banners, cart bars). Driven by browser observers, without polling.

import { follow, isSelector } from './selector.js';

/** Space between the launcher and an obstacle, in pixels. */
const GAP = 12;

/** Observer thresholds, close enough to follow an element that slides in. */
const STEPS = Array.from({ length: 21 }, (_, at) => at / 20);

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
  let rest = null;
  let due = 0;

  const isThere = (element) => element.checkVisibility?.({ checkOpacity: true, checkVisibilityCSS: true }) ?? true;

  const move = () => {
    due = 0;
    const launcher = root.querySelector('[part~="launcher"]');
    const box = launcher?.getBoundingClientRect();
    const top = host.position?.startsWith('top');
    // Measured only while unshifted, since its position during a move means nothing. `offsetTop`
    // and `offsetHeight` ignore transforms.
    if (!shift && launcher?.offsetHeight) {
      rest = { edge: top ? launcher.offsetTop : innerHeight - launcher.offsetTop - launcher.offsetHeight, size: launcher.offsetHeight };
    }
    const { edge, size } = rest ?? { edge: 20, size: 60 };
    // Ranges are measured from the launcher's edge inwards, for top and bottom positions alike.
    const blocks = elements.filter(isThere).map((element) => element.getBoundingClientRect());
    const ranges = blocks
      .filter(({ left, right, height }) => height && (!box?.width || (left < box.right && right > box.left)))
      .map(({ top: above, bottom }) => (top ? [above, bottom] : [innerHeight - bottom, innerHeight - above]))
      .sort(([one], [other]) => one - other);
    let next = 0;
    for (const [begin, end] of ranges) {
      if (begin < edge + next + size + GAP && end + GAP > edge + next) next = end + GAP - edge;
    }
    // An obstacle that fills half of the screen is ignored.
    if (next > innerHeight / 2) next = 0;
    if (next === shift) return;
    shift = next;
    style.setProperty('--_shift', `${shift}px`);
  };
  const soon = () => {
    due ||= requestAnimationFrame(move);
  };

  const sizes = new ResizeObserver(soon);
  const places = new IntersectionObserver(soon, { threshold: STEPS });
  const unfollow = follow(selector, (found) => {
    if (found.length === elements.length && found.every((element, at) => element === elements[at])) return;
    elements = found;
    for (const observer of [sizes, places]) {
      observer.disconnect();
      for (const element of elements) observer.observe(element);
    }
    soon();
  });
  const ending = new AbortController();
  addEventListener('resize', soon, { signal: ending.signal });
  // A fade changes neither position nor size, so the observers miss it.
  for (const type of ['transitionend', 'animationend']) document.addEventListener(type, soon, { signal: ending.signal });

  return () => {
    ending.abort();
    unfollow();
    sizes.disconnect();
    places.disconnect();
    cancelAnimationFrame(due);
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet);
  };
}
