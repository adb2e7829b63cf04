// Splits long work into several tasks, so that input events in between are handled first.

/** Resolves in a later task. */
export const nextTask = () => new Promise((resolve) => setTimeout(resolve));
