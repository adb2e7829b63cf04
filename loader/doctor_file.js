// Checks single files of the bundle: present, of the right type, complete, and readable by this
// page.

const SCRIPT_TYPE = /^(text|application)\/(x-)?(java|ecma)script\b/i;

/** Possible faults of a file, with the fix; each is noted once, with all files that have it. */
const FAULTS = {
  cors: ['failure', 'this page may not read', 'If they exist, let their server send the header Access-Control-Allow-Origin: *'],
  away: ['failure', 'this page got no answer for', 'Do they exist? Is their server running, and its certificate valid? Does a firewall or extension block them?'],
  missing: ['failure', 'cannot be loaded:', 'Copy all files of one build to the same folder.'],
  page: ['failure', 'a web page is served instead of', 'Serve the files themselves: no sign-in page, no index.html for all addresses.'],
  coding: ['failure', 'not encoded as Content-Encoding says, or truncated:', 'Send Content-Encoding: br only with the .br file, gzip only with the .gz file, and compress nothing twice.'],
  type: ['failure', 'not served as JavaScript:', 'Serve .js with the header Content-Type: text/javascript'],
  broken: ['failure', 'present, but they do not run:', 'Build the page again, and empty the cache of the CDN.'],
  wasm: ['warning', 'not served as WebAssembly:', 'Serve .wasm with the header Content-Type: application/wasm; it starts faster'],
  mixed: ['failure', 'of another build than the others:', 'Copy all files of one build to the folder, and empty the cache of the CDN, or of the page’s service worker.'],
  cached: ['failure', 'an old copy, of another build, in this browser’s cache:', 'Serve them with the header Cache-Control: no-cache, or under a versioned folder.'],
};

const BUILD_FAULTS = ['mixed', 'cached'];

/** Examines files and collects their faults until `tell`. */
export function examiner({ note, watch }) {
  const filesByFault = {};
  const find = (fault, file) => void (filesByFault[fault] ??= []).push(file);

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
    if (name.endsWith('.js') && !SCRIPT_TYPE.test(type)) return find('type', `${name} (${type})`);
    if (name.endsWith('.wasm') && type !== 'application/wasm') find('wasm', `${name} (${type})`);
    return response.arrayBuffer().catch(() => find('coding', name));
  }

  return {
    check,
    find,
    /** Notes the faults found in `where`. Returns whether the chat can use its files. */
    tell(where) {
      for (const [fault, files] of Object.entries(filesByFault)) {
        const [state, description, fix] = FAULTS[fault];
        note(
          BUILD_FAULTS.includes(fault) ? 'versions' : 'files',
          state,
          `${description} ${files.sort().join(', ')} (${where}).`,
          fix,
        );
      }
      return !Object.keys(filesByFault).some(
        (fault) => FAULTS[fault][0] === 'failure' && !BUILD_FAULTS.includes(fault),
      );
    },
    /** Whether the files are of several builds. */
    get isMixed() {
      return BUILD_FAULTS.some((fault) => filesByFault[fault]);
    },
  };
}
