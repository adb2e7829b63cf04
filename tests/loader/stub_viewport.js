// A stub of the code that follows the window.

/** The storage key prefixes of the windows that are followed now. */
globalThis.followed ??= [];

export function frame(place, host, shelf) {
  followed.push(shelf);
  return () => followed.splice(followed.indexOf(shelf), 1);
}

export const listen = () => () => {};
