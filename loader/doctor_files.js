// The files of the bundle: are all there, of the right type, from one build, and for this page to read?

/** What there is at least. */
const LEAST = ['chataibot.js', 'chataibot-shell.js', 'chataibot-frame.js', 'chataibot-widget.js', 'chataibot-widget_bg.wasm'];

/** Those of the bundle's files that the browser runs. */
const RUNS = /^chataibot(?!-compat)[\w-]*\.(js|wasm)$/;

const SCRIPT = /^(text|application)\/(x-)?(java|ecma)script\b/i;

/** What can be amiss with a file, with what to change; each is noted once, with all files that have it. */
const FAULTS = {
  cors: ['failure', 'other pages may not read', 'Let their server answer with the header Access-Control-Allow-Origin: *'],
  away: ['failure', 'there is no answer for', 'Is that server up, and its certificate good? Does something between refuse it?'],
  missing: ['failure', 'not there:', 'Copy all files of one build to the same folder.'],
  page: ['failure', 'a web page answers in the place of', 'Let nothing answer for them but the files: no sign-in page, no index.html for all addresses.'],
  type: ['failure', 'of a type that browsers run nothing of:', 'Serve .js with the header Content-Type: text/javascript'],
  wasm: ['warning', 'of another type than WebAssembly:', 'Serve .wasm with the header Content-Type: application/wasm; it starts faster'],
  mixed: ['failure', 'of another build than the others:', 'Copy all files of one build to the folder, and empty the cache of the CDN.'],
  cached: ['failure', 'an old copy, of another build, in this browser’s cache:', 'Serve them with the header Cache-Control: no-cache, or under a versioned folder.'],
};

/** Notes what is amiss with the files in `folder`. */
export async function checkFiles({ host, folder, note, watch }) {
  const read = (name, options) => fetch(new URL(name, folder), { credentials: 'omit', ...options });
  const hashes = await read('integrity.json')
    .then((response) => (response.ok ? response.json() : null))
    .catch(() => null);
  const names = [...new Set([...LEAST, ...Object.keys(hashes ?? {}).filter((name) => RUNS.test(name))])];
  const found = {};
  const find = (fault, what) => (found[fault] ??= []).push(what);

  await Promise.all(names.map((name) => check(name)));
  for (const [fault, what] of Object.entries(found)) {
    const [state, words, fix] = FAULTS[fault];
    note(fault === 'mixed' || fault === 'cached' ? 'versions' : 'files', state, `${words} ${what.sort().join(', ')} (${folder.href}).`, fix);
  }
  const failed = ['cors', 'away', 'missing', 'page', 'type'].some((fault) => found[fault]);
  if (!failed && !(await watch.refused(folder.href))) note('files', 'ok', `${names.length} files are there (${folder.href}).`);
  if (!found.mixed && !found.cached && !failed) {
    if (hashes && globalThis.crypto?.subtle) note('versions', 'ok', 'all files are of one build.');
    else note('versions', 'unknown', hashes ? 'this page cannot compute hashes.' : 'integrity.json is not there to compare with.', hashes ? 'Look again on an https page.' : 'Copy integrity.json beside the files.');
  }
  checkWorker(folder, note);
  if (host?.avatar && !(await loads(host.avatar)) && !(await watch.refused(new URL(host.avatar, location).href))) {
    note('avatar', 'warning', `${host.avatar} is no picture that this page can load.`, 'Set avatar to the address of a picture.');
  }

  async function check(name) {
    let response;
    try {
      response = await read(name);
    } catch {
      // The policy has a line of its own.
      if (await watch.refused(new URL(name, folder).href)) return null;
      return read(name, { mode: 'no-cors' }).then(
        () => find('cors', name),
        () => find('away', name),
      );
    }
    if (!response.ok) return find('missing', `${name} (${response.status})`);
    const type = response.headers.get('content-type') ?? 'no type';
    if (/^text\/html\b/i.test(type)) return find('page', name);
    if (name.endsWith('.js') && !SCRIPT.test(type)) return find('type', `${name} (${type})`);
    if (name.endsWith('.wasm') && type !== 'application/wasm') find('wasm', `${name} (${type})`);
    const wanted = hashes?.[name];
    if (!wanted || !globalThis.crypto?.subtle) return null;
    if ((await hash(response)) === wanted) return null;
    const fresh = await read(name, { cache: 'reload' });
    return find((await hash(fresh)) === wanted ? 'cached' : 'mixed', name);
  }
}

/** Can the page show this picture? */
const loads = (address) =>
  new Promise((resolve) => {
    const picture = new Image();
    picture.addEventListener('load', () => resolve(true));
    picture.addEventListener('error', () => resolve(false));
    picture.src = address;
  });

/** As `integrity` has it. */
async function hash(response) {
  const digest = await crypto.subtle.digest('SHA-384', await response.arrayBuffer());
  return `sha384-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}

/** A service worker of the page's stands before every file; it may keep old ones, or answer with its own. */
function checkWorker(folder, note) {
  const served = performance.getEntriesByType('resource').filter(({ name, workerStart }) => workerStart > 0 && name.startsWith(folder.href));
  if (!navigator.serviceWorker?.controller || !served.length) return;
  const fix = `Let its fetch handler pass over ${folder.origin}: return before respondWith().`;
  note('worker', 'warning', `a service worker of the page answers for ${served.length} requests to ${folder.origin}.`, fix);
}
