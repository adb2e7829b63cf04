// Elements from a tag, attributes and children; no text is ever parsed as markup.

/**
 * `on…` attributes that are functions become listeners; `null`, `false` and `undefined` leave an
 * attribute or a child out.
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

let last = 0;

/** An id that nothing else has. */
export const freshId = (word) => `${word}-${++last}`;

/** Says something to screen readers, and to all by a short line at the bottom. */
export function say(words) {
  const place = document.querySelector('#said');
  place.textContent = words;
  place.classList.remove('fresh');
  // Begins the fading anew.
  void place.offsetWidth;
  place.classList.add('fresh');
}

/** Copies, or where the page may not, marks `source` for the designer's own shortcut. */
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
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  say(`${name} is saved`);
}
