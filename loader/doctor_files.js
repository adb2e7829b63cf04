// Checks the files of the bundle: complete, of one build, and readable by this page.

import { examiner } from './doctor_file.js';

/** The files that every bundle has. */
const REQUIRED = ['chataibot.js', 'chataibot-shell.js', 'chataibot-frame.js', 'chataibot-widget.js', 'chataibot-widget_bg.wasm'];

/** Files of the bundle that the browser runs. */
const EXECUTABLE = /^chataibot(?!-compat)[\w-]*\.(js|wasm)$/;

/** Notes faults of the files in `folder`. */
export async function checkFiles({ folder, note, watch }) {
  const files = examiner({ note, watch });
  const read = (name, options) => fetch(new URL(name, folder), { credentials: 'omit', ...options });
  const hashes = await read('integrity.json')
    .then((response) => (response.ok ? response.json() : null))
    .catch(() => null);
  const names = [...new Set([...REQUIRED, ...Object.keys(hashes ?? {}).filter((name) => EXECUTABLE.test(name))])];

  await Promise.all(
    names.map(async (name) => {
      const bytes = await files.check(name, new URL(name, folder).href);
      const expected = hashes?.[name];
      if (!bytes || !expected || !globalThis.crypto?.subtle || (await hash(bytes)) === expected) return;
      const reloaded = await read(name, { cache: 'reload' }).then((response) => response.arrayBuffer());
      files.find((await hash(reloaded)) === expected ? 'cached' : 'mixed', name);
    }),
  );
  const areUsable = files.tell(folder.href);
  if (areUsable && !(await watch.refused(folder.href))) note('files', 'ok', `${names.length} files are present (${folder.href}).`);
  if (areUsable && !files.isMixed) {
    if (hashes && globalThis.crypto?.subtle) note('versions', 'ok', 'all files are of one build.');
    else note('versions', 'unknown', hashes ? 'this page cannot compute hashes.' : 'there is no integrity.json to compare with.', hashes ? 'Run doctor() on an https page.' : 'Copy integrity.json next to the files.');
  }
  checkWorker(folder, note);
}

/**
 * The same for files that a bundler has renamed or moved, which `folder.files` lists
 * (xtask/package/bundler_form.mjs). Loads what the window needs. Mixed builds are not checked: a
 * bundler's own names differ between builds.
 */
export async function checkBundled({ folder, note, watch }) {
  const files = examiner({ note, watch });
  const { assets, addressOf, part } = folder.files;
  const names = assets.filter((name) => name.endsWith('.wasm'));
  const scripts = ['shell', 'frame', 'widget'];
  await Promise.all([
    ...names.map((name) => files.check(name, new URL(addressOf(name), location).href)),
    ...scripts.map(async (name) => {
      try {
        await part(name);
      } catch ({ message, address }) {
        const script = `chataibot-${name}.js`;
        // If the bundler fetches by means of its own, only its error message names the file.
        const isBroken = address ? await files.check(script, address) : true;
        if (isBroken) files.find('broken', `${script} (${message})`);
      }
    }),
  ]);
  if (files.tell('as the bundler named them')) note('files', 'ok', `${names.length + scripts.length} files are present, as the bundler named them.`);
}

/** Hash of a file in the form of the attribute `integrity`. */
async function hash(bytes) {
  const digest = await crypto.subtle.digest('SHA-384', bytes);
  return `sha384-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}

/** Warns of a service worker of the host page: it may serve old files, or answers of its own. */
function checkWorker(folder, note) {
  const servedFiles = performance.getEntriesByType('resource').filter(({ name, workerStart }) => workerStart > 0 && name.startsWith(folder.href));
  // In a sandboxed frame, reading `serviceWorker` throws.
  if (!servedFiles.length || !navigator.serviceWorker?.controller) return;
  const fix = `Let its fetch handler ignore requests to ${folder.origin}: return before respondWith().`;
  note('worker', 'warning', `a service worker of the page answers ${servedFiles.length} requests to ${folder.origin}.`, fix);
}
