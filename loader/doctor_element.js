// Checks the script tag and the element: present, only once, and defined by this widget.

import { examiner } from './doctor_file.js';

const NAME = 'chataibot-widget';

/** The values of `type` with which a browser runs a script. */
const SCRIPT_TYPE = /^(|module|(text|application)\/(x-)?(java|ecma)script)$/i;

/** Notes faults of the script tag and the element. */
export async function checkElement({ host, folder, note, watch }) {
  const scripts = [...document.querySelectorAll('script')].filter(({ src, dataset }) => /\/chataibot\.js\b/.test(src || dataset.src || ''));
  const inertScripts = scripts.filter(({ type }) => !SCRIPT_TYPE.test(type));
  const addresses = new Set(scripts.filter((script) => !inertScripts.includes(script)).map(({ src }) => src));
  const defined = customElements.get(NAME);

  if (inertScripts.length) {
    const message = `a script tag has type="${inertScripts[0].type}", which browsers do not run: a consent manager or optimiser blocks it.`;
    note('script', defined ? 'warning' : 'failure', message, `Exclude chataibot.js there, or allow it; the tag must be <script type="module" src="…/chataibot.js">.`);
  } else if (!defined) {
    const [address] = addresses;
    const message = address ? `${address} is in the page and did not run.` : 'no script tag of the page loads chataibot.js.';
    if (!address) note('script', 'failure', message, `Add <script type="module" src="https://YOUR-PROXY/chataibot.js"></script>.`);
    else if (location.protocol === 'https:' && /^http:/.test(address)) {
      note('script', 'failure', message, 'Write https:// in it: browsers block it otherwise.');
    } else {
      note('script', 'failure', message, 'See the lines `files` and `policy`.');
      const files = examiner({ note, watch });
      // The bundle's own folder is checked later.
      if (new URL('.', address).href !== folder.href) await files.check('chataibot.js', address).then(() => files.tell(address));
    }
  } else if (!defined.chataibot) {
    note('script', 'failure', `another script has defined <${NAME}> before ours.`, 'Remove that script, or load chataibot.js before it.');
  } else if (folder.files && addresses.size) {
    const message = `the page's own bundle has the widget, and ${[...addresses].join(' ')} is loaded, too: the first one is used.`;
    note('script', 'warning', message, 'Keep one of them.');
  } else if (addresses.size > 1) {
    note('script', 'warning', `chataibot.js is loaded from several addresses; the first one is used: ${[...addresses].join(' ')}.`, 'Keep one of them.');
  } else note('script', 'ok', 'the element is defined, once, by our script.');

  if (!host) note('element', 'failure', `there is no <${NAME}> in the page.`, `Add <${NAME}></${NAME}>.`);
  else if (!host.isConnected) note('element', 'failure', 'the element is not in the page.', 'Append it to the body.');
  else if (host.hidden || getComputedStyle(host).visibility === 'hidden' || !host.getClientRects || isHidden(host)) {
    note('element', 'warning', 'the element or an ancestor is hidden.', 'Call show(), or remove `hidden`, `display: none` or `visibility: hidden`.');
  } else if (host.querySelector(':scope > :not([slot])')) {
    note('element', 'warning', 'the element contains the rest of the page.', `HTML ignores />: write <${NAME}></${NAME}>.`);
  } else note('element', 'ok', `<${NAME}> is in the page.`);
}

/** Whether an ancestor is not rendered. The element itself has no box of its own. */
function isHidden(host) {
  for (let at = host; at; at = at.parentElement ?? at.getRootNode().host) if (getComputedStyle(at).display === 'none') return true;
  return false;
}
