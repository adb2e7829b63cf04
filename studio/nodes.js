// Builds elements from a tag, attributes and children; no text is ever parsed as markup.

/**
 * Functions in `on…` attributes become listeners; `null`, `false` and `undefined` omit an attribute
 * or a child.
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

let lastId = 0;

/** Returns a unique id. */
export const freshId = (word) => `${word}-${++lastId}`;

/** Announces a message to screen readers, and shows it briefly at the bottom. */
export function say(words) {
  const place = document.querySelector('#said');
  place.textContent = words;
  place.classList.remove('fresh');
  // Forces a layout, which restarts the fade animation.
  void place.offsetWidth;
  place.classList.add('fresh');
}

/** Copies `text`; if the page may not, selects `source` for the designer's own shortcut. */
export async function copy(text, source) {
  try {
    await navigator.clipboard.writeText(text);
    say('Copied');
  } catch {
    getSelection().selectAllChildren(source);
    say('Marked: copy it by your shortcut');
  }
}

/** Saves text as a file. */
export function download(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  make('a', { href: url, download: name }).click();
  // By then the download has started.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  say(`${name} is saved`);
}
