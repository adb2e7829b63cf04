// A stub of the code that follows the window.

/** The storage key prefixes of the windows that are followed now. */
globalThis.followed ??= [];

export function frame(place, host, storagePrefix) {
  followed.push(storagePrefix);
  return { end: () => followed.splice(followed.indexOf(storagePrefix), 1), restore() {} };
}

export const listen = () => () => {};
