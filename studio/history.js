// State store with undo and redo. Changes of one gesture, such as dragging a slider, are one step.
// Independent of the page.

/** Maximum number of undo steps. */
const MAX_STEPS = 200;

export class History {
  #past = [];
  #future = [];
  #gesture = null;
  #undoable;
  #listeners = new Set();

  /** The current state: immutable, replaced on every change. */
  state;

  /** `undoable`: names of the parts of the state that undo restores. */
  constructor(state, undoable) {
    this.state = state;
    this.#undoable = undoable;
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
    const snapshot = this.#snapshot;
    if (JSON.stringify(next) === JSON.stringify(before)) return;
    this.#replaceState(next, () => {
      if (JSON.stringify(this.#snapshot) === JSON.stringify(snapshot)) return;
      if (!gesture || gesture !== this.#gesture) this.#past.push(snapshot);
      if (this.#past.length > MAX_STEPS) this.#past.shift();
      this.#gesture = gesture;
      this.#future = [];
    });
  }

  /** Ends the gesture: the next change is a step of its own. */
  settle() {
    this.#gesture = null;
  }

  undo() {
    this.#moveStep(this.#past, this.#future);
  }

  redo() {
    this.#moveStep(this.#future, this.#past);
  }

  #moveStep(from, to) {
    if (!from.length) return;
    this.#gesture = null;
    to.push(this.#snapshot);
    this.#replaceState({ ...this.state, ...from.pop() });
  }

  get #snapshot() {
    return Object.fromEntries(this.#undoable.map((name) => [name, this.state[name]]));
  }

  #replaceState(next, beforeNotify = () => {}) {
    const before = this.state;
    this.state = next;
    beforeNotify();
    for (const listener of this.#listeners) listener(next, before);
  }
}
