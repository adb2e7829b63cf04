// Long work in several tasks: what the visitor does meanwhile goes first.

/** Resolves in a task of its own. */
export const nextTask = () => new Promise((resolve) => setTimeout(resolve));
