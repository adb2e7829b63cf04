// Keeps the launcher clear of what the page puts at the edge of the screen: cookie banners, cart
// bars. Asks nobody in between: the browser says when something moves.

import { follow, isSelector } from './selector.js';

/** How much room stays between, in pixels. */
const GAP = 12;

/** Enough steps to follow something that slides in. */
const STEPS = Array.from({ length: 21 }, (_, at) => at / 20);

/**
 * Moves everything of `host` out of the way of the elements that the setting `avoid` names. Returns
 * how to end it.
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
  /** How far the launcher stands from its edge when nothing is in its way, and how high it is. */
  let rest = null;
  let due = 0;

  const isThere = (element) => element.checkVisibility?.({ checkOpacity: true, checkVisibilityCSS: true }) ?? true;

  const move = () => {
    due = 0;
    const launcher = root.querySelector('[part~="launcher"]');
    const box = launcher?.getBoundingClientRect();
    const top = host.position?.startsWith('top');
    // Measured while it stands at rest: on its way its place says nothing. Its own box has no
    // transform in it.
    if (!shift && launcher?.offsetHeight) {
      rest = { edge: top ? launcher.offsetTop : innerHeight - launcher.offsetTop - launcher.offsetHeight, size: launcher.offsetHeight };
    }
    const { edge, size } = rest ?? { edge: 20, size: 60 };
    // From the launcher's edge inwards, at the top and at the bottom alike.
    const blocks = elements.filter(isThere).map((element) => element.getBoundingClientRect());
    const ranges = blocks
      .filter(({ left, right, height }) => height && (!box?.width || (left < box.right && right > box.left)))
      .map(({ top: above, bottom }) => (top ? [above, bottom] : [innerHeight - bottom, innerHeight - above]))
      .sort(([one], [other]) => one - other);
    let next = 0;
    for (const [begin, end] of ranges) {
      if (begin < edge + next + size + GAP && end + GAP > edge + next) next = end + GAP - edge;
    }
    // What fills half of the screen is nothing to stand on.
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
  // What only fades keeps its place and its size.
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
