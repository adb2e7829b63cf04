// Fallback panel, shown instead of the window if the program cannot start: a dialog beside the
// launcher with the host page's own content or a form.

import { isolateEvents } from './chataibot-host-page.js';
import { build } from './dom.js';
import { buildForm } from './fallback_form.js';
import { mendOlder } from './mend_older.js';
import { css } from './fallback_panel_css.js';

let count = 0;
let sheet;

export class Panel {
  #dialog;
  #launcher;
  #isFinal;

  /**
   * `container`: contains the launcher, and then the panel. `settings`: by attribute or property
   * name, as the element has them. `draft`: text that the visitor has already written. Closed at
   * first.
   */
  constructor(container, settings, draft) {
    const { host } = container.getRootNode();
    const launcher = container.querySelector('button');
    // The host page may have slotted in its own content.
    const hasSlot = !!host.querySelector(':scope > [slot="fallback"]');
    const content = hasSlot ? build(['slot', { name: 'fallback' }]) : buildForm(settings);
    const name = hasSlot ? launcher.getAttribute('aria-label') : content.firstChild.textContent;
    const id = `panel-${++count}`;
    const attributes = { id, class: 'panel', part: 'fallback', role: 'dialog', tabindex: -1, hidden: '', 'aria-label': name ?? '' };
    this.#dialog = build(['div', attributes, [content]]);
    this.#launcher = launcher;
    if (draft && !hasSlot) content.querySelector('textarea').value = draft;
    launcher.setAttribute('aria-controls', id);
    container.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && this.isOpen) this.close();
    });
    container.append(this.#dialog);
    this.#adoptStyles(container.getRootNode());
    isolateEvents(host);
  }

  get isOpen() {
    return !this.#dialog.hidden;
  }

  /**
   * Whether a click opens it again instead of another attempt: trying again cannot help, or a draft
   * could be lost.
   */
  get stays() {
    return this.#isFinal || !!this.#dialog.querySelector('textarea')?.value;
  }

  /**
   * Shows the dialog; `isFinal`: trying again cannot help. The focus enters only from the launcher:
   * nothing but the visitor moves it.
   */
  open(isFinal = this.#isFinal) {
    this.#isFinal = isFinal;
    this.#toggle(true);
    if (this.#hasFocus(this.#launcher)) (this.#dialog.querySelector('textarea') ?? this.#dialog).focus({ preventScroll: true });
  }

  /** Hides the dialog and gives focus back to the launcher if it was inside. */
  close() {
    const hadFocus = this.#hasFocus(this.#dialog);
    this.#toggle(false);
    if (hadFocus) this.#launcher.focus({ preventScroll: true });
  }

  #toggle(open) {
    this.#dialog.hidden = !open;
    this.#launcher.setAttribute('aria-expanded', open);
  }

  #hasFocus(element) {
    // Slotted content has its focus outside of the shadow root.
    const slotted = element.querySelector('slot')?.assignedElements() ?? [];
    return element.contains(element.getRootNode().activeElement) || slotted.some((child) => child.matches(':focus-within'));
  }

  #adoptStyles(root) {
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
    }
    if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    mendOlder(root);
  }
}
