// The page in the preview's frame: shows one scene, or all of them. Communicates only with the
// studio, by messages of the same origin.

import { SCENES } from '../scenes.js';
import { checkFocus, checkScene } from './check_scene.js';

const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [sheet];
const wall = document.querySelector('#wall');
const root = document.documentElement;

/**
 * Imitates forced colours by system colours in the tokens. The browser's own mode does more: it
 * adds borders and removes background images.
 */
const FORCED = `:root { background: Canvas; --shape: Canvas; --paper: Canvas; }
chataibot-widget {
  --chataibot-accent: ButtonText !important; --chataibot-on-accent: ButtonFace !important; --chataibot-surface: Canvas !important;
  --chataibot-surface-raised: Canvas !important; --chataibot-text: CanvasText !important; --chataibot-text-muted: CanvasText !important;
  --chataibot-line: CanvasText !important; --chataibot-line-strong: CanvasText !important; --chataibot-link: LinkText !important;
  --chataibot-focus: Highlight !important; --chataibot-danger: CanvasText !important; --chataibot-warning: CanvasText !important;
  --chataibot-success: CanvasText !important; --chataibot-header-background: Canvas !important; --chataibot-header-color: CanvasText !important;
  --chataibot-window-shadow: 0 0 0 2px CanvasText !important; --chataibot-bubble-visitor-background: Canvas !important;
  --chataibot-bubble-visitor-color: CanvasText !important; --chataibot-bubble-bot-background: Canvas !important;
  --chataibot-bubble-bot-color: CanvasText !important; --chataibot-launcher-background: ButtonFace !important;
  --chataibot-launcher-color: ButtonText !important; --chataibot-avatar-background: Canvas !important; --chataibot-avatar-color: CanvasText !important;
  --chataibot-badge-background: Canvas !important; --chataibot-badge-color: CanvasText !important;
  --chataibot-composer-background: Canvas !important;
}
chataibot-widget::part(bubble), chataibot-widget::part(avatar), chataibot-widget::part(launcher) { outline: 1px solid CanvasText; outline-offset: -1px; }`;

// An opening chat takes the focus, as on any page, and defends it. Here it only gets it if the
// designer is in this frame: else it would take the focus from the studio's controls, and the chats
// of a wall would take it from each other. The checker focuses one control after the other.
let isGiven = false;
for (const [prototype, name] of [[HTMLElement.prototype, 'focus'], [HTMLDialogElement.prototype, 'showModal']]) {
  const original = prototype[name];
  prototype[name] = function (...options) {
    const isChat = this.getRootNode() instanceof ShadowRoot;
    if (!isChat || isGiven || (shown !== 'wall' && document.hasFocus())) original.apply(this, options);
  };
}

let shown = '';
let attributes = {};
let isPointing = false;
let looked;
let names = [];

function dress(widget, scene, isTile) {
  const wanted = { demo: scene, ...attributes, ...(isTile ? { layer: 'page' } : isPointing && { design: '' }) };
  for (const { name } of [...widget.attributes]) if (!(name in wanted) && name !== 'open') widget.removeAttribute(name);
  for (const [name, value] of Object.entries(wanted)) if (widget.getAttribute(name) !== value) widget.setAttribute(name, value);
  return widget;
}

function showWall() {
  looked?.disconnect();
  // A tile's chat is created when it comes into view.
  looked = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting || target.firstChild) continue;
      const widget = dress(document.createElement('chataibot-widget'), target.dataset.scene, true);
      target.append(widget);
      widget.ready.then(() => tell({ type: 'shown', colours: colours(names) }));
    }
  }, { rootMargin: '600px' });
  const tiles = Object.entries(SCENES).map(([scene, title]) => {
    const figure = document.createElement('figure');
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = title;
    button.addEventListener('click', () => tell({ type: 'scene', scene }));
    const tile = document.createElement('div');
    tile.className = 'tile';
    tile.dataset.scene = scene;
    figure.append(button, tile);
    looked.observe(tile);
    return figure;
  });
  wall.replaceChildren(...tiles);
}

function show(state) {
  root.lang = state.locale || 'en';
  root.dir = state.rtl ? 'rtl' : 'ltr';
  sheet.replaceSync(`:root { color-scheme: ${state.scheme === 'dark' ? 'dark' : 'light'}; }\n${state.css}\n${state.forced ? FORCED : ''}`);
  ({ attributes, tokens: names, point: isPointing } = state);
  const before = shown;
  shown = state.scene;
  const isWall = shown === 'wall';
  root.classList.toggle('is-wall', isWall);
  if (isWall) {
    document.querySelector('body > chataibot-widget')?.remove();
    if (before !== 'wall') showWall();
    for (const widget of wall.querySelectorAll('chataibot-widget')) dress(widget, widget.parentNode.dataset.scene, true);
  } else {
    looked?.disconnect();
    wall.replaceChildren();
    const one = document.querySelector('body > chataibot-widget');
    if (one) dress(one, state.scene, false);
    else document.body.append(dress(document.createElement('chataibot-widget'), state.scene, false));
  }
  const [one] = document.querySelectorAll('chataibot-widget');
  // On a wall there may be no widget yet.
  const ready = one?.state?.ready ? Promise.resolve() : customElements.whenDefined('chataibot-widget').then(() => one?.ready);
  ready.then(() => requestAnimationFrame(() => tell({ type: 'shown', colours: colours(state.tokens) })));
}

/** Computed colours of the tokens: `{name: {light, dark}}`. */
function colours(names) {
  const [top] = document.querySelector('chataibot-widget')?.shadowRoot?.querySelectorAll('div') ?? [];
  if (!top) return {};
  const probe = document.createElement('i');
  top.append(probe);
  const found = {};
  for (const name of names) {
    found[name] = {};
    for (const scheme of ['light', 'dark']) {
      probe.style.colorScheme = scheme;
      probe.style.color = `var(--_${name})`;
      found[name][scheme] = getComputedStyle(probe).color;
    }
  }
  probe.remove();
  return found;
}

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** Waits until the only chat on the page is rendered and no longer changes. */
async function settled() {
  const { shadowRoot, ready } = document.querySelector('body > chataibot-widget');
  await ready;
  const end = performance.now() + 5_000;
  for (let frames = 0, before; frames < 4 && performance.now() < end; ) {
    await frame();
    const now = shadowRoot.textContent;
    frames = now === before && !shadowRoot.querySelector('.on-demand.waits') ? frames + 1 : 0;
    before = now;
  }
  for (const animation of shadowRoot.getAnimations()) if (animation.effect.getComputedTiming().iterations !== Infinity) animation.finish();
}

/** Whether the designer is using a field of the studio, from which the focus is not taken. */
const isBusy = () => parent.document.activeElement?.matches('input, textarea, select') ?? false;

/**
 * Checks every scene, light and dark, and reports the findings of each. Ends early if another check
 * or scene is requested.
 */
let checking = 0;
async function check(state) {
  const own = ++checking;
  const focused = { light: new Set(), dark: new Set() };
  // A chat with a fixed scheme is never shown in the other.
  const fixed = ['light', 'dark'].filter((scheme) => scheme === state.attributes.theme);
  const all = (fixed.length ? fixed : ['light', 'dark']).flatMap((scheme) => Object.keys(SCENES).map((scene) => ({ scheme, scene })));
  for (const [at, { scheme, scene }] of all.entries()) {
    show({ ...state, scheme, scene, point: false });
    await settled();
    if (own !== checking) return tell({ type: 'checked', stopped: true });
    const widget = document.querySelector('body > chataibot-widget');
    const findings = checkScene(widget);
    const isLeftAlone = isBusy();
    if (!isLeftAlone) {
      isGiven = true;
      findings.push(...checkFocus(widget, focused[scheme]));
      isGiven = false;
    }
    tell({ type: 'checked', scheme, scene, findings, isLeftAlone, done: at + 1, all: all.length });
  }
  show(state);
}

const tell = (message) => parent.postMessage(message, location.origin);

addEventListener('message', ({ origin, source, data }) => {
  if (origin !== location.origin || source !== parent) return;
  // Any message ends a running check, which is of the previous look.
  checking++;
  if (data.type === 'show') show(data.state);
  else if (data.type === 'check') check(data.state);
});
// The studio's shortcuts work here, too.
addEventListener('keydown', (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z' && !event.composedPath()[0].matches?.('input, textarea')) {
    event.preventDefault();
    tell({ type: event.shiftKey ? 'redo' : 'undo' });
  }
});
tell({ type: 'ready' });
