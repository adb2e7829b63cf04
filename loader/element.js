// The custom element <chataibot-widget>: attributes, properties, methods, events and lifecycle.
// Behaviour is the program's.

import { build } from './dom.js';
import { hasStoredConversation, storagePrefixOf } from './stored_session.js';
import { asProblem, load, loadPart, origin } from './wasm_loader.js';
import { FLAGS, OBJECTS, SETTINGS, SWITCHES, isOff, isOn, textOf } from './settings.js';
import { buildLauncher, styles } from './launcher.js';
import { propertyOf } from './property_name.js';

// On a server there is no HTMLElement: there the class only needs a name.
const Base = globalThis.HTMLElement ?? class {};

/** Settings with code of their own, which is fetched only if one of them is set. */
const EXTRAS = 'launcher-for avoid attention teaser preload design'.split(' ');

/** Methods with code of their own, which is fetched when one of them is called: see page.js. */
const FETCHED = 'doctor metrics identify logout prefill transcript update'.split(' ');

/**
 * A promise with its resolvers. Its rejection needs no handler, since the event `chataibot-error`
 * has already told the host page.
 */
function deferred() {
  let resolve, reject;
  const promise = new Promise((...ends) => ([resolve, reject] = ends));
  promise.catch(() => {});
  return { promise, resolve, reject };
}

export class ChataibotWidget extends Base {
  /** Tells a second copy of this script that the registered element is ours. */
  static chataibot = true;
  static observedAttributes = ['open', ...SETTINGS];

  #root = this.attachShadow({ mode: 'open' });
  #internals = this.attachInternals?.();
  /** Settings that are objects, by name. */
  #objects = { __proto__: null };
  #ready = deferred();
  /** The mounted program, which early calls wait for. Replaced after a failure or a removal. */
  #mounting = deferred();
  /** Contains the launcher until the program is mounted. */
  #launcherContainer = null;
  /** Around that container, and later the program: the popover in the browser's top layer. */
  #top = null;
  /** A promise of the function that ends the EXTRAS. */
  #extras = null;
  /**
   * The window's stand-in: the shell while the program loads, the fallback panel after a failure.
   */
  #panel = null;
  #mounted = null;
  #isStarting;
  #isDestroyed = false;
  /** Whether the program was wanted: if so, it starts again when the element comes back. */
  #isWanted = false;
  /**
   * Whether the window is to be open, as host page, visitor or program last asked; then a failure
   * must be visible.
   */
  #shouldBeOpen = false;
  /** Whether the visitor asked for it: the click is then passed to the program. */
  #isClickPending = false;
  /** Whether the property `open` was read in this task. */
  #wasOpenRead = false;

  /* ---- lifecycle ---- */

  connectedCallback() {
    // Another document cannot show the element: frameworks keep elements there between two pages.
    if (this.#isDestroyed || this.ownerDocument !== document) return;
    if (this.#top) {
      this.#mounted?.change('lang');
      return this.#updateLayer();
    }
    this.#takeEarlyProperties();
    this.#root.adoptedStyleSheets = [styles(), ...this.#foreignSheets];
    this.#showLauncher();
    this.#addExtras();
    // The parser may still be filling the element.
    addEventListener('DOMContentLoaded', () => this.#addExtras(), true);
    addEventListener('click', this.#onClick, true);
    this.#root.addEventListener('click', this.#onClick, true);
    addEventListener('fullscreenchange', this.#onFullScreenChange, true);
    if (isOn(this.getAttribute('open'))) this.#open();
    else if (this.#isWanted || this.demo || hasStoredConversation(this.#storagePrefix)) this.#start();
  }

  disconnectedCallback() {
    // An element that is only moved is connected again a microtask later.
    queueMicrotask(() => this.isConnected || this.#unmount());
  }

  /** Browsers drop adopted style sheets on the way to another document and back. */
  adoptedCallback() {
    this.#unmount();
  }

  attributeChangedCallback(name, old, value) {
    if (name === 'open') return this.#applyOpen(isOn(value));
    if (old === value) return;
    this.#applySetting(name);
    if (!this.#top) return;
    this.#updateLayer();
    this.#addExtras();
  }

  /** Properties set before the class was defined are on the element itself and would hide ours. */
  #takeEarlyProperties() {
    for (const property of Object.keys(this)) {
      if (property in ChataibotWidget.prototype) {
        const value = this[property];
        delete this[property];
        // Does nothing for a read-only property.
        Reflect.set(this, property, value);
      }
    }
  }

  #unmount() {
    if (this.#mounted) {
      this.#mounted.destroy();
      this.#mounting = deferred();
    }
    removeEventListener('click', this.#onClick, true);
    removeEventListener('fullscreenchange', this.#onFullScreenChange, true);
    this.#extras?.then((end) => end?.());
    this.#mounted = this.#launcherContainer = this.#panel = this.#extras = null;
    this.#shouldBeOpen = this.#isClickPending = false;
    this.#top?.remove();
    this.#top = null;
    this.#internals?.states?.clear();
  }

  /** Style sheets of browser extensions and of the host page. */
  get #foreignSheets() {
    return this.#root.adoptedStyleSheets.filter((one) => one !== styles());
  }

  /** Prefix of the storage keys; empty if nothing may be stored. */
  get #storagePrefix() {
    return storagePrefixOf(this, origin);
  }

  /* ---- position ---- */

  /** Puts the widget into the browser's top layer, again after a move, or back into the page. */
  #updateLayer() {
    const top = this.#top;
    top.popover = this.mode === 'inline' || this.layer === 'page' ? null : 'manual';
    // Older browsers have no top layer: there the z-index applies.
    if (top.popover) top.togglePopover?.(true);
  }

  /** Full screen began or ended. If this part cannot be fetched, the chat stays below. */
  #onFullScreenChange = () => loadPart('top-layer').then(({ rise }) => this.#top && rise(this, this.#top), () => {});

  #addExtras() {
    if (!this.#top) return;
    if (
      this.mode === 'inline' ||
      EXTRAS.some((name) => this.hasAttribute(name)) ||
      // Maybe the rest of a page inside a self-closed tag: see self_closed_tag.js.
      this.querySelector(':scope>:not([slot])') ||
      this.closest('dialog') ||
      /chataibot-doctor/.test(location)
    )
      // The chat works without the extras.
      this.#extras ??= loadPart('beside').then(({ attend }) => this.#top && attend(this, this.#storagePrefix), () => (this.#extras = null));
  }

  /* ---- the launcher before the program ---- */

  get #launcher() {
    return this.#launcherContainer?.querySelector('button');
  }

  #showLauncher() {
    const container = (this.#launcherContainer = buildLauncher());
    for (const sign of ['pointerover', 'focusin']) container.addEventListener(sign, load, { once: true });
    // Chromium exposes a popover to screen readers as a nameless group.
    this.#top = build(['div', { role: 'none' }, [container]]);
    this.#root.append(this.#top);
    performance.mark('chataibot-launcher');
    this.#updateLayer();
    this.#nameLauncher();
  }

  #nameLauncher() {
    const label = this.launcherLabel;
    if (label && this.#launcherContainer) {
      this.#launcherContainer.querySelector('span').textContent = this.#launcher.ariaLabel = label;
    }
  }

  /**
   * Heard on the window: a host page with a focus trap may stop clicks before they reach the
   * launcher. Also heard on the shadow root: the window does not see into closed roots around it. A
   * click that is not composed is made again by modal.js, for the program.
   */
  #onClick = (event) => {
    if (event.isHeard || !event.composed || !event.composedPath().includes(this.#launcher)) return;
    event.isHeard = true;
    if (this.#panel?.isOpen) this.close();
    else if (this.#tell('before-open', {})) {
      // No new attempt if a draft could be lost, or if trying again cannot help.
      if (this.#panel?.stays) this.#panel.open();
      else {
        this.#shouldBeOpen = this.#isClickPending = true;
        this.#start();
      }
    }
  };

  /* ---- start of the program ---- */

  async #start() {
    this.#isWanted = true;
    if (this.#isStarting || !this.#launcherContainer) return;
    this.#isStarting = true;
    this.#top.querySelector('.alert')?.remove();
    this.#setBusy(true);
    try {
      const { shell, app } = load();
      const { prepare, present, begin } = await shell.catch(() => app);
      const translation = await prepare(this, this.#storagePrefix);
      // The container may have been replaced or removed along with the element.
      if (this.#launcherContainer) {
        this.#panel ??= present(
          this,
          this.#top,
          this.#settings(),
          this.#storagePrefix,
          translation,
          this.#shouldBeOpen,
          this.#isClickPending,
        );
      }
      this.#setBusy(!this.#panel);
      const program = await app;
      await this.#panel?.settled?.();
      if (this.#launcherContainer) await this.#mount(begin, program, translation);
    } catch (cause) {
      this.#fail(cause.code ? cause : await asProblem(cause));
    } finally {
      this.#isStarting = false;
    }
  }

  #setBusy(busy) {
    this.#launcher?.setAttribute('aria-busy', busy);
  }

  async #mount(begin, app, translation) {
    const mounted = (this.#mounted = begin(
      app,
      this,
      this.#top,
      this.#settings(),
      this.#storagePrefix,
      translation,
      this.#tell,
      this.#panel,
    ));
    const launcher = await mounted.launcher();
    if (this.#mounted !== mounted) return;
    this.#launcherContainer = this.#panel = null;
    // A stored conversation opens its window without an event.
    const { open } = mounted.state();
    if (open) this.#reflectOpen(true);
    this.#setState('ready', true);
    this.#tell('ready', {});
    this.#ready.resolve(this);
    this.#mounting.resolve(mounted);
    // A click tells the program that it was the visitor. Skipped if a stored conversation has
    // already opened the window.
    if (this.#isClickPending && !open) launcher?.click();
    this.#isClickPending = false;
  }

  #fail(problem) {
    if (this.#isDestroyed) return;
    this.#setBusy(false);
    const needsFallback = this.#shouldBeOpen && this.#launcherContainer;
    this.#shouldBeOpen = this.#isClickPending = false;
    this.#mounting.reject(problem);
    this.#mounting = deferred();
    this.#tell('error', { code: problem.code, message: problem.message });
    if (needsFallback) this.#showFallback(problem);
  }

  #showFallback({ help, final }) {
    if (help) {
      // The text written in the shell is kept.
      const draft = this.#panel?.leave?.();
      if (draft != null) this.#panel = null;
      this.#panel ??= new help.Panel(this.#launcherContainer, this.#settings(), draft);
      return this.#panel.open(final);
    }
    // Not even the fallback can be fetched: show a sentence, which is read out, or the host page's
    // own fallback.
    const sentence = this.strings?.load_failed ?? 'The chat could not be loaded. Please check your connection and try again.';
    (this.#panel?.notices ?? this.#launcherContainer).append(
      build(['div', { class: 'alert', part: 'fallback', role: 'alert' }, [['slot', { name: 'fallback' }, [sentence]]]]),
    );
  }

  /* ---- settings ---- */

  #settings() {
    const settings = { 'proxy-url': origin };
    for (const name of SETTINGS) {
      const value = this.#settingValue(name);
      if (value != null) settings[name] = value;
    }
    return settings;
  }

  /** A property takes precedence over its attribute; a flag that is off counts as absent. */
  #settingValue(name) {
    const text = this.getAttribute(name);
    const value = FLAGS.includes(name) && !isOn(text) ? null : [...FLAGS, ...SWITCHES].includes(name) ? text : textOf(text);
    return this.#objects[name] ?? value;
  }

  #applySetting(name) {
    if (this.#mounted) this.#mounted.change(name, this.#settingValue(name));
    else this.#nameLauncher();
  }

  #setFlag(name, on) {
    if (on !== isOn(this.getAttribute(name))) this.#writeAttribute(name, on ? '' : null);
  }

  #writeAttribute(name, value) {
    if (value == null) this.removeAttribute(name);
    else this.setAttribute(name, value);
  }

  static {
    for (const name of SETTINGS) {
      const isFlag = FLAGS.includes(name);
      const isObject = OBJECTS.includes(name);
      Object.defineProperty(this.prototype, propertyOf(name), {
        get() {
          return isObject ? (this.#objects[name] ?? null) : isFlag ? isOn(this.getAttribute(name)) : this.#settingValue(name);
        },
        set(value) {
          if (isObject) {
            this.#objects[name] = value;
            this.#applySetting(name);
          } else if (isFlag) this.#setFlag(name, !isOff(value));
          else this.#writeAttribute(name, value);
        },
      });
    }
  }

  /* ---- methods and state ---- */

  static {
    for (const name of FETCHED) {
      this.prototype[name] = async function (...values) {
        return (await loadPart('page'))[name](this, this.#call, ...values);
      };
    }
  }

  /** Resolves when the program is ready; does not fetch it. */
  get ready() {
    return this.#ready.promise;
  }

  /** State for the host page: `{ready, open, unread, phase, link, conversation}`. */
  get state() {
    const ready = !!this.#mounted && !this.#launcherContainer;
    return { open: false, ready, link: 'idle', unread: 0, phase: 'new', conversation: null, ...this.#mounted?.state() };
  }

  #open = () => {
    this.#shouldBeOpen = true;
    this.#panel?.show?.();
    return this.#call('open');
  };

  /** Both a method and a property that frameworks set: `true` opens, `false` closes. */
  get open() {
    this.#wasOpenRead = true;
    queueMicrotask(() => (this.#wasOpenRead = false));
    return this.#open;
  }

  set open(value) {
    // An override of the method by the host page is no request to open.
    if (typeof value === 'function') return;
    // For `<… open>` some frameworks write `''` after reading the property; others write `''` to
    // unset it, without reading.
    const on = value === '' ? this.#wasOpenRead : !isOff(value);
    this.#setFlag('open', on);
    this.#applyOpen(on);
  }

  #applyOpen(on) {
    if (on !== this.#shouldBeOpen && (this.#launcherContainer || this.#mounted)) on ? this.#open() : this.close();
  }

  close() {
    this.#panel?.close();
    // Nothing was opened, so there is nothing to close.
    const needsClose = this.#mounted || this.#shouldBeOpen;
    this.#shouldBeOpen = this.#isClickPending = false;
    return needsClose ? this.#call('close') : Promise.resolve();
  }

  toggle() {
    if (this.#panel?.isOpen) return this.close();
    this.#shouldBeOpen = !this.#shouldBeOpen;
    return this.#call('toggle');
  }

  /** Hides the element; messages that arrive while it is hidden count as unread. */
  hide() {
    this.hidden = true;
    return this.close();
  }

  async show() {
    this.hidden = false;
  }

  /** Resolves with the message's id. */
  send(text) {
    return this.#call('send', String(text));
  }

  /** Forgets visitor and conversation, also in storage. */
  reset() {
    return this.#call('reset');
  }

  /**
   * Ends the widget permanently. The element stays in the page and shows nothing. Storage is kept.
   */
  async destroy() {
    this.#isDestroyed = true;
    this.#unmount();
    this.#root.adoptedStyleSheets = this.#foreignSheets;
    this.#mounting.reject(new DOMException('destroyed', 'InvalidStateError'));
  }

  /** Calls keep their order, since all wait for the same promise. */
  #call = (name, ...values) => {
    if (!this.#isDestroyed) this.#start();
    const result = this.#mounting.promise.then((mounted) => mounted[name](...values));
    result.catch(() => {});
    return result;
  };

  /* ---- events for the host page ---- */

  #tell = (type, detail) => {
    if (type === 'open' || type === 'close') this.#reflectOpen(type === 'open');
    if (type === 'unread') this.#setState('unread', detail.count > 0);
    return this.dispatchEvent(new CustomEvent(`chataibot-${type}`, { cancelable: /^b/.test(type), detail, bubbles: true, composed: true }));
  };

  #reflectOpen(open) {
    this.#shouldBeOpen = open;
    this.#setState('open', open);
    this.#setFlag('open', open);
  }

  #setState(state, on) {
    try {
      this.#internals?.states?.[on ? 'add' : 'delete'](state);
    } catch {
      // Some older browsers allow only states that begin with dashes, which the theming contract
      // does not use.
    }
  }
}
