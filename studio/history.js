// State store with undo and redo. Changes of one gesture, such as dragging a slider, are one step.
// Independent of the page.

/** Maximum number of undo steps. */
const MOST = 200;

export class History {
  #past = [];
  #future = [];
  #gesture = null;
  #kept;
  #listeners = new Set();

  /** The current state: immutable, replaced on every change. */
  state;

  /** `kept`: names of the parts of the state that undo restores. */
  constructor(state, kept) {
    this.state = state;
    this.#kept = kept;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** Calls `listener(state, before)` after every change. */
  subscribe(listener) {
    this.#listeners.add(listener);
  }

  /** Replaces parts of the state. Consecutive changes with the same `gesture` are one step. */
  change(parts, gesture = null) {
    const before = this.state;
    const next = { ...before, ...parts };
    const look = this.#look;
    if (JSON.stringify(next) === JSON.stringify(before)) return;
    this.#become(next, () => {
      if (JSON.stringify(this.#look) === JSON.stringify(look)) return;
      if (!gesture || gesture !== this.#gesture) this.#past.push(look);
      if (this.#past.length > MOST) this.#past.shift();
      this.#gesture = gesture;
      this.#future = [];
    });
  }

  /** Ends the gesture: the next change is a step of its own. */
  settle() {
    this.#gesture = null;
  }

  undo() {
    this.#step(this.#past, this.#future);
  }

  redo() {
    this.#step(this.#future, this.#past);
  }

  #step(from, to) {
    if (!from.length) return;
    this.#gesture = null;
    to.push(this.#look);
    this.#become({ ...this.state, ...from.pop() });
  }

  get #look() {
    return Object.fromEntries(this.#kept.map((name) => [name, this.state[name]]));
  }

  #become(next, note = () => {}) {
    const before = this.state;
    this.state = next;
    note();
    for (const listener of this.#listeners) listener(next, before);
  }
}
