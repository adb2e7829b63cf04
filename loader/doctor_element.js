// Checks the script tag and the element: present, only once, and defined by this widget.

import { examiner } from './doctor_file.js';

const NAME = 'chataibot-widget';

/** The values of `type` with which a browser runs a script. */
const RUNS = /^(|module|(text|application)\/(x-)?(java|ecma)script)$/i;

/** Notes faults of the script tag and the element. */
export async function checkElement({ host, folder, note, watch }) {
  const scripts = [...document.querySelectorAll('script')].filter(({ src, dataset }) => /\/chataibot\.js\b/.test(src || dataset.src || ''));
  const held = scripts.filter(({ type }) => !RUNS.test(type));
  const addresses = new Set(scripts.filter((script) => !held.includes(script)).map(({ src }) => src));
  const defined = customElements.get(NAME);

  if (held.length) {
    const message = `a script tag has type="${held[0].type}", which no browser runs: a consent manager or an optimiser holds it back.`;
    note('script', defined ? 'warning' : 'failure', message, `Leave chataibot.js out of it, or allow it there; the tag is <script type="module" src="…/chataibot.js">.`);
  } else if (!defined) {
    const [address] = addresses;
    const message = address ? `${address} is in the page and did not run.` : 'no script of the page names chataibot.js.';
    if (!address) note('script', 'failure', message, `Add <script type="module" src="https://YOUR-PROXY/chataibot.js"></script>.`);
    else if (location.protocol === 'https:' && /^http:/.test(address)) {
      note('script', 'failure', message, 'Write https:// in it: browsers refuse it otherwise.');
    } else {
      note('script', 'failure', message, 'See the lines on files and policy.');
      const files = examiner({ note, watch });
      // The bundle's own folder is checked later.
      if (new URL('.', address).href !== folder.href) await files.check('chataibot.js', address).then(() => files.tell(address));
    }
  } else if (!defined.chataibot) {
    note('script', 'failure', `another script has defined <${NAME}> before ours.`, 'Remove that script, or load chataibot.js before it.');
  } else if (folder.files && addresses.size) {
    const message = `the page's own bundle has the widget, and ${[...addresses].join(' ')} is loaded, too: the first counts.`;
    note('script', 'warning', message, 'Keep one of them.');
  } else if (addresses.size > 1) {
    note('script', 'warning', `chataibot.js is loaded from several addresses, of which the first counts: ${[...addresses].join(' ')}.`, 'Keep one of them.');
  } else note('script', 'ok', 'the element is defined, once, by our script.');

  if (!host) note('element', 'failure', `there is no <${NAME}> in the page.`, `Add <${NAME}></${NAME}>.`);
  else if (!host.isConnected) note('element', 'failure', 'the element is not in the page.', 'Append it to the body.');
  else if (host.hidden || getComputedStyle(host).visibility === 'hidden' || !host.getClientRects || isAway(host)) {
    note('element', 'warning', 'the element, or a box around it, is hidden.', 'Call show(), or take away `hidden`, `display: none` or `visibility: hidden`.');
  } else if (host.querySelector(':scope > :not([slot])')) {
    note('element', 'warning', 'the element has the rest of the page inside.', `HTML knows no />: write <${NAME}></${NAME}>.`);
  } else note('element', 'ok', `<${NAME}> is in the page.`);
}

/** Whether an ancestor is not rendered. The element itself has no box of its own. */
function isAway(host) {
  for (let at = host; at; at = at.parentElement ?? at.getRootNode().host) if (getComputedStyle(at).display === 'none') return true;
  return false;
}
