// The search of the pages: all words must be there; headings count most. `SECTIONS` is search.js.
// Asks nobody, so it works from a folder, too.

const query = document.querySelector('#query');
const results = document.querySelector('#results');
const count = document.querySelector('#count');

/** As many as a person looks at. */
const MOST = 12;

const plain = (text) => text.toLowerCase().replace(/[’']/g, '');

function find(words) {
  const ranked = [];
  for (const section of SECTIONS) {
    const heading = plain(`${section.heading} ${section.title}`);
    const text = plain(section.text);
    if (!words.every((word) => heading.includes(word) || text.includes(word))) continue;
    const rank = words.reduce((sum, word) => sum + (heading.includes(word) ? 10 : 0) + Math.min(5, text.split(word).length - 1), 0);
    ranked.push([rank, section]);
  }
  return ranked.sort(([a], [b]) => b - a).map(([, section]) => section);
}

/** A few words around the first that was looked for. */
function around({ text }, [word]) {
  const at = Math.max(0, plain(text).indexOf(word) - 40);
  return `${at ? '…' : ''}${text.slice(at, at + 140).trim()}…`;
}

function show() {
  const words = plain(query.value).split(/\s+/).filter(Boolean);
  const found = words.length ? find(words) : [];
  results.replaceChildren(
    ...found.slice(0, MOST).map((section) => {
      const item = document.createElement('li');
      const link = item.appendChild(document.createElement('a'));
      link.href = `${section.page}.html#${section.id}`;
      link.append(section.heading === section.title ? section.title : `${section.title}: ${section.heading}`);
      link.appendChild(document.createElement('span')).textContent = around(section, words);
      return item;
    }),
  );
  count.textContent = words.length ? `${found.length} found` : '';
}

query.addEventListener('input', show);
document.addEventListener('keydown', (event) => {
  const links = [...results.querySelectorAll('a')];
  const at = links.indexOf(document.activeElement);
  const isInside = at >= 0 || document.activeElement === query;
  if (event.key === 'Escape' && isInside) {
    query.value = '';
    show();
    query.focus();
  } else if (event.key === 'ArrowDown' && isInside && links[at + 1]) links[at + 1].focus();
  else if (event.key === 'ArrowUp' && at >= 0) (links[at - 1] ?? query).focus();
  else if (event.key === 'Enter' && document.activeElement === query) links[0]?.click();
  else return;
  event.preventDefault();
});
document.addEventListener('click', (event) => {
  if (!event.target.closest('search')) results.replaceChildren();
});
