//! Functions that run in a page: they find elements, also in open shadow roots, and act on one of
//! them once that is possible.

/**
 * Returns the elements found by these steps: `{ css }` searches below the previous result, `{ role,
 * name }` likewise; `{ text }` keeps those that contain it, `{ pattern }` those whose text matches,
 * `{ own }` those that have it in a text node of their own, `{ at }` the one at this index, from
 * the end when negative.
 */
export function find(steps) {
  const ROLES = {
    button: 'button, [role="button"]',
    link: 'a[href], [role="link"]',
    radio: 'input[type="radio"], [role="radio"]',
    checkbox: 'input[type="checkbox"], [role="checkbox"]',
  };
  const all = (scope, css) => {
    // As in Playwright, a descendant combinator also leads into shadow roots.
    const [, first, rest] = /^((?:[^\s[(,]|\[[^\]]*\]|\([^)]*\))+) ((?:[^>+~,[]|\[[^\]]*\])+)$/.exec(css) ?? [];
    if (first) return all(scope, first).flatMap((element) => all(element, rest));
    const found = [...scope.querySelectorAll(css)];
    for (const element of [scope, ...scope.querySelectorAll('*')]) if (element.shadowRoot) found.push(...all(element.shadowRoot, css));
    return found;
  };
  const named = (element) => element.ariaLabel ?? (element.labels?.length ? [...element.labels].map((label) => label.textContent).join(' ') : element.textContent);
  const plain = (words) => words.replace(/\s+/g, ' ').trim().toLowerCase();
  const once = (elements) => [...new Set(elements)];
  return steps.reduce((found, { css, role, name, text, pattern, own, at }) => {
    if (css) return once(found.flatMap((scope) => all(scope, css)));
    if (role) return once(found.flatMap((scope) => all(scope, ROLES[role]))).filter((element) => name === undefined || named(element).includes(name));
    if (text !== undefined) return found.filter((element) => plain(element.textContent).includes(plain(text)));
    if (pattern !== undefined) return found.filter((element) => new RegExp(pattern).test(element.textContent));
    if (own !== undefined) return found.filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && plain(node.data).includes(plain(own))));
    return found.slice(at).slice(0, 1);
  }, [document]);
}

/** Acts on the only element. Returns `{ done }`, or `{ why }` it is not possible yet. */
export async function act(elements, what, argument) {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const no = (why) => ({ why });
  if (elements.length !== 1) return no(`there are ${elements.length}`);
  const [element] = elements;
  if (element.disabled) return no('it is disabled');
  const box = () => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return { left, top, width, height };
  };
  if (what === 'focus') {
    element.focus();
    return { done: true };
  }
  if (what === 'fill') {
    if (!box().width) return no('it is not seen');
    element.focus();
    if (/^(date|time|range)$/.test(element.type)) {
      const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
      set.call(element, argument);
      element.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
      element.dispatchEvent(new Event('change', { bubbles: true }));
    } else {
      element.select();
      // Edits as a user would: the page receives `beforeinput` and `input`, and undo works.
      document.execCommand(argument === '' ? 'delete' : 'insertText', false, argument);
    }
    return element.value === argument ? { done: true } : no(`it holds ${JSON.stringify(element.value)}`);
  }
  const inView = () => {
    const { left, top, width, height } = box();
    return left >= 0 && top >= 0 && left + width <= innerWidth && top + height <= innerHeight;
  };
  if (!inView()) element.scrollIntoView({ block: 'center', behavior: 'instant' });
  const before = box();
  await frame();
  await frame();
  const now = box();
  if (now.width === 0 || now.height === 0) return no('it is not seen');
  if (Object.keys(now).some((key) => now[key] !== before[key])) return no('it moves');
  const [x, y] = [now.left + now.width / 2, now.top + now.height / 2];
  let hit = document.elementFromPoint(x, y);
  while (hit?.shadowRoot) {
    const deeper = hit.shadowRoot.elementFromPoint(x, y);
    if (!deeper || deeper === hit) break;
    hit = deeper;
  }
  for (let at = hit; at; at = at.parentElement ?? at.getRootNode().host) if (at === element) return { done: { x, y } };
  return no(`${hit?.localName ?? 'nothing'}[${hit?.part ?? ''}] is before it`);
}
