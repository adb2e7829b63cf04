// Values that the shell and the files after it keep on this device. Storage may be forbidden or
// full: then nothing is kept, and nothing fails.

/**
 * Returns the value stored under `name`, or something falsy. `prefix`: prefix of the storage keys,
 * empty if nothing may be stored.
 */
export function readStored(prefix, name) {
  try {
    return prefix && localStorage.getItem(prefix + name);
  } catch {
    // Storage that cannot be read counts as empty.
    return null;
  }
}

/** Stores `value` under `name`, as the visitor's choice; a falsy value removes it. */
export function writeStored(prefix, name, value) {
  try {
    if (!prefix) return;
    if (value) localStorage.setItem(prefix + name, value);
    else localStorage.removeItem(prefix + name);
  } catch {
    // Full or forbidden: the choice lasts until the page is left.
  }
}

/** Whether the visitor has chosen a size for the window. */
export const hasOwnSize = (prefix) => readStored(prefix, 'size') || readStored(prefix, 'large');
