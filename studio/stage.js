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
let isFocusAllowed = false;
for (const [prototype, name] of [[HTMLElement.prototype, 'focus'], [HTMLDialogElement.prototype, 'showModal']]) {
  const original = prototype[name];
  prototype[name] = function (...options) {
    const isChat = this.getRootNode() instanceof ShadowRoot;
    if (!isChat || isFocusAllowed || (shownScene !== 'wall' && document.hasFocus())) original.apply(this, options);
  };
}

let shownScene = '';
let attributes = {};
let isPointing = false;
let tileObserver;
let tokenNames = [];

function configure(widget, scene, isTile) {
  const attributesToSet = {
    demo: scene,
    ...attributes,
    ...(isTile ? { layer: 'page' } : isPointing && { design: '' }),
  };
  for (const { name } of [...widget.attributes]) {
    if (!(name in attributesToSet) && name !== 'open') widget.removeAttribute(name);
  }
  for (const [name, value] of Object.entries(attributesToSet)) {
    if (widget.getAttribute(name) !== value) widget.setAttribute(name, value);
  }
  return widget;
}

function showWall() {
  tileObserver?.disconnect();
  // A tile's chat is created when it comes into view.
  tileObserver = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting || target.firstChild) continue;
      const widget = configure(document.createElement('chataibot-widget'), target.dataset.scene, true);
      target.append(widget);
      widget.ready.then(() => post({ type: 'shown', colours: colours(tokenNames) }));
    }
  }, { rootMargin: '600px' });
  const tiles = Object.entries(SCENES).map(([scene, title]) => {
    const figure = document.createElement('figure');
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = title;
    button.addEventListener('click', () => post({ type: 'scene', scene }));
    const tile = document.createElement('div');
    tile.className = 'tile';
    tile.dataset.scene = scene;
    figure.append(button, tile);
    tileObserver.observe(tile);
    return figure;
  });
  wall.replaceChildren(...tiles);
}

function show(state) {
  root.lang = state.locale || 'en';
  root.dir = state.rtl ? 'rtl' : 'ltr';
  sheet.replaceSync(`:root { color-scheme: ${state.scheme === 'dark' ? 'dark' : 'light'}; }\n${state.css}\n${state.forced ? FORCED : ''}`);
  ({ attributes, tokens: tokenNames, point: isPointing } = state);
  const before = shownScene;
  shownScene = state.scene;
  const isWall = shownScene === 'wall';
  root.classList.toggle('is-wall', isWall);
  if (isWall) {
    document.querySelector('body > chataibot-widget')?.remove();
    if (before !== 'wall') showWall();
    for (const widget of wall.querySelectorAll('chataibot-widget')) configure(widget, widget.parentNode.dataset.scene, true);
  } else {
    tileObserver?.disconnect();
    wall.replaceChildren();
    const one = document.querySelector('body > chataibot-widget');
    if (one) configure(one, state.scene, false);
    else document.body.append(configure(document.createElement('chataibot-widget'), state.scene, false));
  }
  const [one] = document.querySelectorAll('chataibot-widget');
  // On a wall there may be no widget yet.
  const ready = one?.state?.ready ? Promise.resolve() : customElements.whenDefined('chataibot-widget').then(() => one?.ready);
  ready.then(() => requestAnimationFrame(() => post({ type: 'shown', colours: colours(state.tokens) })));
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

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** Waits until the only chat on the page is rendered and no longer changes. */
async function settle() {
  const { shadowRoot, ready } = document.querySelector('body > chataibot-widget');
  await ready;
  const end = performance.now() + 5_000;
  for (let frames = 0, before; frames < 4 && performance.now() < end; ) {
    await nextFrame();
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
let latestCheck = 0;
async function check(state) {
  const checkId = ++latestCheck;
  const checkedControls = { light: new Set(), dark: new Set() };
  // A chat with a fixed scheme is never shown in the other.
  const fixedSchemes = ['light', 'dark'].filter((scheme) => scheme === state.attributes.theme);
  const combinations = (fixedSchemes.length ? fixedSchemes : ['light', 'dark']).flatMap((scheme) =>
    Object.keys(SCENES).map((scene) => ({ scheme, scene })),
  );
  for (const [at, { scheme, scene }] of combinations.entries()) {
    show({ ...state, scheme, scene, point: false });
    await settle();
    if (checkId !== latestCheck) return post({ type: 'checked', stopped: true });
    const widget = document.querySelector('body > chataibot-widget');
    const findings = checkScene(widget);
    const isLeftAlone = isBusy();
    if (!isLeftAlone) {
      isFocusAllowed = true;
      findings.push(...checkFocus(widget, checkedControls[scheme]));
      isFocusAllowed = false;
    }
    post({ type: 'checked', scheme, scene, findings, isLeftAlone, done: at + 1, all: combinations.length });
  }
  show(state);
}

const post = (message) => parent.postMessage(message, location.origin);

addEventListener('message', ({ origin, source, data }) => {
  if (origin !== location.origin || source !== parent) return;
  // Any message ends a running check, which is of the previous look.
  latestCheck++;
  if (data.type === 'show') show(data.state);
  else if (data.type === 'check') check(data.state);
});
// The studio's shortcuts work here, too.
addEventListener('keydown', (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z' && !event.composedPath()[0].matches?.('input, textarea')) {
    event.preventDefault();
    post({ type: event.shiftKey ? 'redo' : 'undo' });
  }
});
post({ type: 'ready' });
