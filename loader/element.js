// The element <chataibot-widget>: attributes, properties, methods and events, and its life in the
// page. Behaviour is the program's.

import { build } from './dom.js';
import { hasStoredConversation, shelfOf } from './stored_session.js';
import { asProblem, load, loadPart, origin } from './wasm_loader.js';
import { FLAGS, OBJECTS, SETTINGS, isOff, isOn, propertyOf } from './settings.js';
import { buildLauncher, styles } from './launcher.js';

// On a server there is no HTMLElement; the class is then only a name.
const Base = globalThis.HTMLElement ?? class {};

/** Settings with code of their own, which is fetched where one of them is set. */
const EXTRAS = 'launcher-for avoid attention teaser preload design'.split(' ');

/** Methods with code of their own, which is fetched when one of them is called: see page.js. */
const FETCHED = 'doctor identify logout metrics prefill transcript'.split(' ');

/**
 * A promise with its ends. Its rejection needs no listener: the event `chataibot-error` has told
 * the page already.
 */
function deferred() {
  let resolve, reject;
  const promise = new Promise((...ends) => ([resolve, reject] = ends));
  promise.catch(() => {});
  return { promise, resolve, reject };
}

export class ChataibotWidget extends Base {
  /** Tells a second copy of this script that the name is taken by the same thing. */
  static chataibot = true;
  static observedAttributes = ['open', ...SETTINGS];

  #root = this.attachShadow({ mode: 'open' });
  #internals = this.attachInternals?.();
  /** Settings that are objects, as properties. */
  #objects = { __proto__: null };
  #ready = deferred();
  /** What early calls wait for: the mounted program. Replaced after a failure or a removal. */
  #arrival = deferred();
  /** Holds the launcher while the program is not there. */
  #stand = null;
  /** Around the stand, and then around the program: what is in the browser's top layer. */
  #top = null;
  /** A promise of how to end what belongs to EXTRAS. */
  #extras = null;
  /**
   * What stands in for the window: the shell while the program comes, something else after a
   * failure.
   */
  #panel = null;
  #mounted = null;
  #starting;
  #destroyed = false;
  /** Somebody wanted the program: it comes back when the element does. */
  #wanted = false;
  /**
   * Is the window to be open? As page, visitor or program said last; a failure must then show
   * something.
   */
  #wish = false;
  /** … and it was the visitor: the click is given on to the program. */
  #clicked = false;
  /** Was the property `open` looked at just now? */
  #looked = false;

  /* ---- life in the page ---- */

  connectedCallback() {
    // In another document nothing can be shown: frameworks keep elements there between two pages.
    if (this.#destroyed || this.ownerDocument !== document) return;
    if (this.#top) {
      this.#mounted?.change('lang');
      return this.#rise();
    }
    this.#takeEarlyProperties();
    this.#root.adoptedStyleSheets = [styles(), ...this.#others];
    this.#showLauncher();
    this.#addExtras();
    addEventListener('click', this.#click, true);
    addEventListener('fullscreenchange', this.#fill, true);
    if (isOn(this.getAttribute('open'))) this.#open();
    else if (this.#wanted || this.demo || hasStoredConversation(this.#shelf)) this.#start();
  }

  disconnectedCallback() {
    // Only moved, when it is back a microtask later.
    queueMicrotask(() => this.isConnected || this.#leave());
  }

  /** A browser takes our style sheets away on the way to another document and back. */
  adoptedCallback() {
    this.#leave();
  }

  attributeChangedCallback(name, old, value) {
    if (name === 'open') return this.#follow(isOn(value));
    if (old === value) return;
    this.#changed(name);
    if (!this.#top) return;
    this.#rise();
    this.#addExtras();
  }

  /** Properties set before this class was known lie on the element itself and would hide ours. */
  #takeEarlyProperties() {
    for (const property of Object.keys(this)) {
      if (property in ChataibotWidget.prototype) {
        const value = this[property];
        delete this[property];
        // What is only to be read says no.
        Reflect.set(this, property, value);
      }
    }
  }

  #leave() {
    if (this.#mounted) {
      this.#mounted.destroy();
      this.#arrival = deferred();
    }
    removeEventListener('click', this.#click, true);
    removeEventListener('fullscreenchange', this.#fill, true);
    this.#extras?.then((end) => end?.());
    this.#mounted = this.#stand = this.#panel = this.#extras = null;
    this.#wish = this.#clicked = false;
    this.#top?.remove();
    this.#top = null;
    this.#internals?.states?.clear();
  }

  /** Sheets that are not ours, of extensions and of the page. */
  get #others() {
    return this.#root.adoptedStyleSheets.filter((one) => one !== styles());
  }

  /** Before every key in storage; empty where nothing is to be kept. */
  get #shelf() {
    return shelfOf(this, origin);
  }

  /* ---- where it is shown ---- */

  /** Puts what is shown into the browser's top layer, again after a move, or into the page. */
  #rise() {
    const top = this.#top;
    top.popover = this.mode === 'inline' || this.layer === 'page' ? null : 'manual';
    // Older browsers have no such layer: the z-index holds.
    if (top.popover) top.togglePopover?.(true);
  }

  /** Something fills the screen now, or no longer. Without this the chat waits below. */
  #fill = () => loadPart('top-layer').then(({ rise }) => this.#top && rise(this, this.#top), () => {});

  #addExtras() {
    if (
      this.mode === 'inline' ||
      EXTRAS.some((name) => this.hasAttribute(name)) ||
      // Perhaps the rest of a page, which a tag that was closed in itself has swallowed.
      this.querySelector(':scope>:not([slot])') ||
      this.closest('dialog') ||
      /chataibot-doctor/.test(location)
    )
      // Without them the chat works all the same.
      this.#extras ??= loadPart('beside').then(({ attend }) => this.#top && attend(this, this.#shelf), () => (this.#extras = null));
  }

  /* ---- the launcher before the program ---- */

  get #launcher() {
    return this.#stand?.querySelector('button');
  }

  #showLauncher() {
    const stand = (this.#stand = buildLauncher());
    for (const sign of ['pointerover', 'focusin', 'touchstart']) {
      stand.addEventListener(sign, load, { passive: true, once: true });
    }
    // Chromium makes a nameless group of whatever is in the top layer.
    this.#top = build(['div', { role: 'none' }, [stand]]);
    this.#root.append(this.#top);
    performance.mark('chataibot-launcher');
    this.#rise();
    this.#nameLauncher();
  }

  #nameLauncher() {
    const label = this.launcherLabel;
    if (label && this.#stand) this.#stand.querySelector('span').textContent = this.#launcher.ariaLabel = label;
  }

  /**
   * Heard on the window: a page that keeps the focus in a dialog of its own may let no click get as
   * far as here.
   */
  #click = (event) => {
    if (!event.composedPath().includes(this.#launcher)) return;
    if (this.#panel?.isOpen) this.close();
    else if (this.#tell('before-open', {})) {
      // No second try while there is something to lose or nothing to win.
      if (this.#panel?.stays) this.#panel.open();
      else {
        this.#wish = this.#clicked = true;
        this.#start();
      }
    }
  };

  /* ---- the program's arrival ---- */

  async #start() {
    this.#wanted = true;
    if (this.#starting || !this.#stand) return;
    this.#starting = true;
    this.#top.querySelector('.alert')?.remove();
    this.#busy(true);
    try {
      const { shell, app } = load();
      const { prepare, present, begin } = await shell.catch(() => app);
      const said = await prepare(this, this.#shelf);
      // The stand may be another one by now, or none: the element was moved or removed meanwhile.
      if (this.#stand) this.#panel ??= present(this, this.#top, this.#settings(), this.#shelf, said, this.#wish, this.#clicked);
      this.#busy(!this.#panel);
      const program = await app;
      await this.#panel?.settled?.();
      if (this.#stand) await this.#mount(begin, program, said);
    } catch (cause) {
      this.#fail(cause.code ? cause : await asProblem(cause));
    } finally {
      this.#starting = false;
    }
  }

  #busy(busy) {
    this.#launcher?.setAttribute('aria-busy', busy);
  }

  async #mount(begin, app, said) {
    const mounted = (this.#mounted = begin(app, this, this.#top, this.#settings(), this.#shelf, said, this.#tell, this.#panel));
    const launcher = await mounted.launcher();
    if (this.#mounted !== mounted) return;
    this.#stand = this.#panel = null;
    // A stored conversation opens its window without a word.
    const { open } = mounted.state();
    if (open) this.#showOpen(true);
    this.#mark('ready', true);
    this.#tell('ready', {});
    this.#ready.resolve(this);
    this.#arrival.resolve(mounted);
    // As a click, so that the program knows it was the visitor; not where a stored conversation has
    // opened the window already.
    if (this.#clicked && !open) launcher?.click();
    this.#clicked = false;
  }

  #fail(problem) {
    if (this.#destroyed) return;
    this.#busy(false);
    const show = this.#wish && this.#stand;
    this.#wish = this.#clicked = false;
    this.#arrival.reject(problem);
    this.#arrival = deferred();
    this.#tell('error', { code: problem.code, message: problem.message });
    if (show) this.#standIn(problem);
  }

  #standIn({ help, final }) {
    if (help) {
      // What was written in the shell is not lost.
      const words = this.#panel?.leave?.();
      if (words != null) this.#panel = null;
      this.#panel ??= new help.Panel(this.#stand, this.#settings(), words);
      return this.#panel.open(final);
    }
    // Not even that can be fetched: a sentence, which is read out, or what the page put in its
    // place.
    const sentence = this.strings?.load_failed ?? 'The chat could not be loaded. Please check your connection and try again.';
    (this.#panel?.notices ?? this.#stand).append(build(['div', { class: 'alert', part: 'fallback', role: 'alert' }, [['slot', { name: 'fallback' }, [sentence]]]]));
  }

  /* ---- settings ---- */

  #settings() {
    const settings = { 'proxy-url': origin };
    for (const name of SETTINGS) {
      const value = this.#value(name);
      if (value != null) settings[name] = value;
    }
    return settings;
  }

  /** A property goes before the attribute of the same name; a flag that is off is not there. */
  #value(name) {
    const value = this.#objects[name] ?? this.getAttribute(name);
    return FLAGS.includes(name) && !isOn(value) ? null : value;
  }

  #changed(name) {
    if (this.#mounted) this.#mounted.change(name, this.#value(name));
    else this.#nameLauncher();
  }

  #flag(name, on) {
    if (on !== isOn(this.getAttribute(name))) this.#put(name, on ? '' : null);
  }

  #put(name, value) {
    if (value == null) this.removeAttribute(name);
    else this.setAttribute(name, value);
  }

  static {
    for (const name of SETTINGS) {
      const isFlag = FLAGS.includes(name);
      const isObject = OBJECTS.includes(name);
      Object.defineProperty(this.prototype, propertyOf(name), {
        get() {
          const text = this.getAttribute(name);
          return isObject ? (this.#objects[name] ?? null) : isFlag ? isOn(text) : text;
        },
        set(value) {
          if (isObject) {
            this.#objects[name] = value;
            this.#changed(name);
          } else if (isFlag) this.#flag(name, !isOff(value));
          else this.#put(name, value);
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

  /** Resolves when the program is there; does not fetch it. */
  get ready() {
    return this.#ready.promise;
  }

  /** What a page may want to know: `{ready, open, unread, phase, link, conversation}`. */
  get state() {
    const ready = !!this.#mounted && !this.#stand;
    return { open: false, ready, link: 'idle', unread: 0, phase: 'new', conversation: null, ...this.#mounted?.state() };
  }

  #open = () => {
    this.#wish = true;
    this.#panel?.show?.();
    return this.#call('open');
  };

  /** A method to call, and a property that frameworks set: `true` opens, `false` closes. */
  get open() {
    this.#looked = true;
    queueMicrotask(() => (this.#looked = false));
    return this.#open;
  }

  set open(value) {
    // A page's own stand-in for the method is no wish.
    if (typeof value === 'function') return;
    // For `<… open>` some frameworks write `''`, once they have looked at what is there; others
    // take a value back by it and do not look.
    const on = value === '' ? this.#looked : !isOff(value);
    this.#flag('open', on);
    this.#follow(on);
  }

  #follow(on) {
    if (on !== this.#wish && (this.#stand || this.#mounted)) on ? this.#open() : this.close();
  }

  close() {
    this.#panel?.close();
    // Nothing to close where nothing was asked for.
    const needed = this.#mounted || this.#wish;
    this.#wish = this.#clicked = false;
    return needed ? this.#call('close') : Promise.resolve();
  }

  toggle() {
    if (this.#panel?.isOpen) return this.close();
    this.#wish = !this.#wish;
    return this.#call('toggle');
  }

  /** Takes everything from the page; what is said meanwhile counts as unread. */
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

  /** Forgets visitor and conversation, here and in storage. */
  reset() {
    return this.#call('reset');
  }

  /** Changes the named settings and no others; objects are merged, `null` takes a setting back. */
  async update(settings) {
    const page = Object.values(settings).some((value) => Object(value) === value) && (await loadPart('page'));
    for (const name in settings) {
      const property = propertyOf(name);
      // `open` can be set, too; what can only be called or read cannot.
      if (!Object.getOwnPropertyDescriptor(ChataibotWidget.prototype, property)?.set) {
        console.warn(`[chataibot] there is no setting "${name}".`);
      } else this[property] = page ? page.merged(this, property, settings[name]) : settings[name];
    }
  }

  /**
   * Ends the widget for good. The element stays where the page put it and shows nothing. What is
   * stored stays.
   */
  async destroy() {
    this.#destroyed = true;
    this.#leave();
    this.#root.adoptedStyleSheets = this.#others;
    this.#arrival.reject(new DOMException('destroyed', 'InvalidStateError'));
  }

  /** Calls keep their order: all wait for the same promise. */
  #call = (name, ...values) => {
    if (!this.#destroyed) this.#start();
    const result = this.#arrival.promise.then((mounted) => mounted[name](...values));
    result.catch(() => {});
    return result;
  };

  /* ---- telling the page ---- */

  #tell = (type, detail) => {
    if (type === 'open' || type === 'close') this.#showOpen(type === 'open');
    if (type === 'unread') this.#mark('unread', detail.count > 0);
    return this.dispatchEvent(new CustomEvent(`chataibot-${type}`, { cancelable: /^b/.test(type), detail, bubbles: true, composed: true }));
  };

  #showOpen(open) {
    this.#wish = open;
    this.#mark('open', open);
    this.#flag('open', open);
  }

  #mark(state, on) {
    try {
      this.#internals?.states?.[on ? 'add' : 'delete'](state);
    } catch {
      // Some older browsers know states, but only with dashes in front: there is nothing to style
      // with then.
    }
  }
}
