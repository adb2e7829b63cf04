// Design mode: an inspector that shows for the element under the pointer its part and states, its
// box, the tokens that paint it with values and sources, and its contrast. A click copies the
// selector. Fetched only if the attribute `design` asks for it.

import { contrastOf } from './design/contrast.js';
import { css } from './design/css.js';
import { card } from './design/card.js';
import { paintedBy } from './design/tokens.js';
import { build } from './dom.js';

/** Returns the element's part and states: `{part, states, selector, exact}`. */
export function nameOf(element) {
  const [part, ...states] = element.part;
  return { part, states, selector: `chataibot-widget::part(${part})`, exact: `chataibot-widget::part(${[part, ...states].join(' ')})` };
}

const isSeen = (element) => {
  const { width, height } = element.getBoundingClientRect();
  return width > 0 && height > 0 && element.checkVisibility?.({ visibilityProperty: true }) !== false && !element.closest('.unseen');
};

/** Starts design mode in `host`. Returns a function that ends it. */
export function design(host) {
  const root = host.shadowRoot;
  const aside = build(['aside', {}]);
  const shadow = aside.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  shadow.adoptedStyleSheets = [sheet];
  const [frame, panel] = ['frame', 'card'].map((name) => build(['div', { class: name, part: name, hidden: '' }]));
  const status = build(['p', { class: 'unseen', role: 'status' }]);
  const toggle = build(['button', { type: 'button', class: 'toggle', 'aria-pressed': 'true', 'aria-label': 'Design mode' }, ['Design mode']]);
  shadow.append(frame, panel, toggle, status);
  // Positions are set in rules of the sheet, since no element gets a style attribute.
  const rule = (selector) => [...sheet.cssRules].find(({ selectorText }) => selectorText === selector).style;
  const [frameRule, panelRule] = [rule('.frame'), rule('.card')];

  let isActive = true;
  let current = null;
  /** Whether the keyboard selects elements: then a leaving pointer does not end the selection. */
  let isByKeyboard = false;
  let drawnGeometry;

  const controller = new AbortController();
  const on = (target, types, listener, options) => types.split(' ').forEach((type) => target.addEventListener(type, listener, { signal: controller.signal, ...options }));

  /* ---- position ---- */

  const raise = () => {
    if (host.mode === 'inline' || host.layer === 'page' || !aside.togglePopover) return;
    aside.popover = 'manual';
    aside.togglePopover(false);
    aside.togglePopover(true);
  };
  /** Later elements of the top layer cover earlier ones, so the panel is raised again. */
  const raiseAgain = ({ target, newState }) => target !== aside && newState === 'open' && raise();

  const updatePosition = () => {
    if (!current?.isConnected || !isSeen(current)) return show(null);
    const { left, top, width, height } = current.getBoundingClientRect();
    const geometry = [left, top, width, height, innerWidth, innerHeight].join();
    if (geometry === drawnGeometry) return;
    drawnGeometry = geometry;
    const set = (style, lengths) => Object.entries(lengths).forEach(([name, length]) => style.setProperty(name, `${length}px`));
    set(frameRule, { left, top, width, height });
    const panelBox = panel.getBoundingClientRect();
    const gap = 10;
    const clamp = (value, max) => Math.max(gap, Math.min(value, max - gap));
    // Beside the element if there is room, else below or above it, else over it.
    const freePosition = [
      [left - panelBox.width - gap, clamp(top, innerHeight - panelBox.height)],
      [left + width + gap, clamp(top, innerHeight - panelBox.height)],
      [clamp(left, innerWidth - panelBox.width), top + height + gap],
      [clamp(left, innerWidth - panelBox.width), top - panelBox.height - gap],
    ].find(([x, y]) => x >= 0 && y >= 0 && x + panelBox.width <= innerWidth && y + panelBox.height <= innerHeight);
    const [x, y] = freePosition ?? [
      clamp(left, innerWidth - panelBox.width),
      clamp(top + height, innerHeight - panelBox.height),
    ];
    set(panelRule, { left: x, top: y });
  };
  const followElement = () => {
    if (controller.signal.aborted || !current) return;
    updatePosition();
    requestAnimationFrame(followElement);
  };

  /* ---- content ---- */

  function show(element) {
    if (element === current) return;
    const previous = current;
    current = element;
    drawnGeometry = null;
    frame.hidden = panel.hidden = !element;
    if (!element) return (isByKeyboard = false);
    const facts = { ...nameOf(element), element, tokens: paintedBy(host, element), reading: contrastOf(element) };
    panel.replaceChildren(...card(facts).map((node) => build(node)));
    updatePosition();
    if (isByKeyboard) status.textContent = [facts.part, ...facts.states].join(', ') + (facts.reading ? `: ${facts.reading.verdict}` : '');
    if (!previous) requestAnimationFrame(followElement);
  }

  const parts = () => [...root.querySelectorAll('[part]')].filter(isSeen);

  function activate(active) {
    isActive = active;
    toggle.setAttribute('aria-pressed', active);
    if (!active) show(null);
    status.textContent = active ? 'Design mode is on' : 'Design mode is off';
  }

  async function copy(exact) {
    const { selector, exact: exactSelector } = nameOf(current);
    const text = exact ? exactSelector : selector;
    let message = `Copied: ${text}`;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // The page has no clipboard access: select the text, so that the designer's own shortcut
      // copies it.
      message = `Press your shortcut to copy ${text}`;
      const code = panel.querySelector(exact ? '.exact' : '.selector') ?? panel.querySelector('.selector');
      getSelection().selectAllChildren(code);
    }
    status.textContent = message;
    const hint = panel.querySelector('.hint');
    if (hint) hint.textContent = message;
  }

  /* ---- pointing ---- */

  /** The part at this point, ignoring what design mode draws. */
  const partAt = ({ clientX, clientY }) => {
    const found = root.elementsFromPoint(clientX, clientY).find((element) => element !== aside && element.getRootNode() === root && element !== root.host);
    const part = found?.closest('[part]');
    return part && isSeen(part) ? part : null;
  };
  const isInDesignMode = (event) => event.composedPath()[0].getRootNode() === shadow;

  on(globalThis, 'pointermove pointerdown', (event) => {
    if (!isActive || event.composedPath().includes(toggle) || event.altKey) return;
    if (event.composedPath().includes(panel)) return;
    const part = partAt(event);
    if (part) {
      isByKeyboard = false;
      show(part);
    } else if (!isByKeyboard) show(null);
  }, { capture: true });

  // The frame covers the inspected element, so a click hits the frame. With Alt it reaches the
  // chat.
  on(globalThis, 'pointermove keydown keyup', (event) => frame.classList.toggle('open', event.altKey || event.key === 'Alt'), { capture: true });
  on(frame, 'click', ({ shiftKey }) => current && copy(shiftKey));
  // A finger does not move before it touches: the events that follow would reach the chat.
  on(globalThis, 'touchend', (event) => {
    if (isActive && current && event.composedPath().includes(host) && !isInDesignMode(event)) {
      event.preventDefault();
      copy(false);
    }
  }, { capture: true, passive: false });
  on(toggle, 'click', ({ detail }) => {
    activate(!isActive);
    // Toggled by the keyboard: start at the first element.
    if (isActive && !detail) select(0);
  });

  /* ---- the keyboard ---- */

  function select(step) {
    const all = parts();
    if (!all.length) return;
    isByKeyboard = true;
    const at = all.indexOf(current);
    show(all[at < 0 ? 0 : (at + step + all.length) % all.length]);
    current.scrollIntoView({ block: 'nearest' });
  }
  const parentPart = () => current && parts().findLast((part) => part !== current && part.contains(current));
  const childPart = () => current && parts().find((part) => part !== current && current.contains(part));

  const KEYS = {
    ArrowDown: () => select(1),
    ArrowRight: () => select(1),
    ArrowUp: () => select(-1),
    ArrowLeft: () => select(-1),
    Tab: (event) => select(event.shiftKey ? -1 : 1),
    '[': () => (isByKeyboard = true) && show(parentPart() ?? current),
    ']': () => (isByKeyboard = true) && show(childPart() ?? current),
    Enter: (event) => copy(event.shiftKey),
    Escape: () => activate(false),
  };
  on(globalThis, 'keydown', (event) => {
    if (!isActive || event.altKey || event.ctrlKey || event.metaKey || !KEYS[event.key]) return;
    const isOnToggle = event.composedPath().includes(toggle);
    // The toggle is a button, and Enter must press it until an element is selected.
    if (!current && !(isOnToggle && event.key.startsWith('Arrow')) && event.key !== 'Escape') return;
    if (!current && event.key === 'Escape' && !event.composedPath().includes(host)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    KEYS[event.key](event);
  }, { capture: true });

  on(root, 'toggle', raiseAgain, { capture: true });
  root.append(aside);
  raise();
  return () => {
    controller.abort();
    current = null;
    aside.remove();
  };
}
