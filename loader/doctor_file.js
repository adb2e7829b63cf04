// Checks single files of the bundle: present, of the right type, complete, and readable by this
// page.

const SCRIPT = /^(text|application)\/(x-)?(java|ecma)script\b/i;

/** Possible faults of a file, with the fix; each is noted once, with all files that have it. */
const FAULTS = {
  cors: ['failure', 'this page may not read', 'Are they there? Then let their server answer with the header Access-Control-Allow-Origin: *'],
  away: ['failure', 'there is no answer that this page may see for', 'Are they there? Is that server up, and its certificate good? Does something between refuse it?'],
  missing: ['failure', 'not there:', 'Copy all files of one build to the same folder.'],
  page: ['failure', 'a web page answers in the place of', 'Let nothing answer for them but the files: no sign-in page, no index.html for all addresses.'],
  coding: ['failure', 'not as their Content-Encoding says, or cut off:', 'Send Content-Encoding: br with the .br file alone, gzip with the .gz file alone, and no more than once compressed.'],
  type: ['failure', 'of a type that browsers run nothing of:', 'Serve .js with the header Content-Type: text/javascript'],
  broken: ['failure', 'there, and do not run:', 'Build the page anew, and empty the cache of the CDN.'],
  wasm: ['warning', 'of another type than WebAssembly:', 'Serve .wasm with the header Content-Type: application/wasm; it starts faster'],
  mixed: ['failure', 'of another build than the others:', 'Copy all files of one build to the folder, and empty the cache of the CDN, or of the page’s service worker.'],
  cached: ['failure', 'an old copy, of another build, in this browser’s cache:', 'Serve them with the header Cache-Control: no-cache, or under a versioned folder.'],
};

const BUILDS = ['mixed', 'cached'];

/** Examines files and collects their faults until `tell`. */
export function examiner({ note, watch }) {
  const found = {};
  const find = (fault, what) => void (found[fault] ??= []).push(what);

  /** Returns the bytes of the file at `address`, or nothing if it has a fault. */
  async function check(name, address) {
    const read = (options) => fetch(address, { credentials: 'omit', ...options });
    let response;
    try {
      response = await read();
    } catch {
      // The check of the policy reports this.
      if (await watch.refused(address)) return;
      return read({ mode: 'no-cors' }).then(
        () => find('cors', name),
        () => find('away', name),
      );
    }
    if (!response.ok) return find('missing', `${name} (${response.status})`);
    const type = response.headers.get('content-type') ?? 'no type';
    if (/^text\/html\b/i.test(type)) return find('page', name);
    if (name.endsWith('.js') && !SCRIPT.test(type)) return find('type', `${name} (${type})`);
    if (name.endsWith('.wasm') && type !== 'application/wasm') find('wasm', `${name} (${type})`);
    return response.arrayBuffer().catch(() => find('coding', name));
  }

  return {
    check,
    find,
    /** Notes the faults found in `where`. Returns whether the chat can use its files. */
    tell(where) {
      for (const [fault, what] of Object.entries(found)) {
        const [state, words, fix] = FAULTS[fault];
        note(BUILDS.includes(fault) ? 'versions' : 'files', state, `${words} ${what.sort().join(', ')} (${where}).`, fix);
      }
      return !Object.keys(found).some((fault) => FAULTS[fault][0] === 'failure' && !BUILDS.includes(fault));
    },
    /** Whether the files are of several builds. */
    get isMixed() {
      return BUILDS.some((fault) => found[fault]);
    },
  };
}
