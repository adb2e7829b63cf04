// Stands in for what follows the window.

/** What keys in storage begin with, of each window that is followed now. */
globalThis.followed ??= [];

export function frame(place, host, shelf) {
  followed.push(shelf);
  return () => followed.splice(followed.indexOf(shelf), 1);
}

export const listen = () => () => {};
