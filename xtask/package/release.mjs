// Adds a release to a folder for a server: `node xtask/package/release.mjs DIST FOLDER VERSION`.
// Earlier versions are kept, so that pages that loaded one of them still find its files;
// docs/releases.md says for whom.
//
//   1.2.3/           the whole bundle with its hashes; never changes
//   1/chataibot.js   the newest 1.x.y: the loader of that version, which takes everything else from ../1.2.3/
//   chataibot.js     the newest of all, in the same way
//   integrity.json   which version that is
//   snippet.html     what to paste into a page

import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';

const LOADER = 'chataibot.js';
/** End of the loader: the argument that is its own address. */
const OWN_ADDRESS = /\}\)\(ChataibotWidget\);\n$/;

const [dist, folder, version] = process.argv.slice(2);
if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`${version} is no version such as 1.2.3`);

/** Compatible version range: the major version, or before 1.0.0 the minor one, as in npm's `^`. */
const [major, minor] = version.split('.');
const moving = major === '0' ? `0.${minor}` : major;

/** Compresses the named files and returns their hashes. */
function finish(place, names) {
  const { status, stdout, stderr } = spawnSync('node', [new URL('../compress.mjs', import.meta.url).pathname, place, 'compressed', ...names], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`compressing ${place} failed:\n${stderr}`);
  return JSON.parse(stdout);
}

const names = readdirSync(dist).filter((name) => /^chataibot[\w-]*\.(js|wasm|json|svg)$/.test(name));
if (!names.includes(LOADER)) throw new Error(`there is no bundle in ${dist}: cargo xtask dist writes it`);

// Renamed only when complete, as a server may read the folder in the meantime.
const whole = join(folder, version);
const part = join(folder, `.${version}.part`);
rmSync(part, { recursive: true, force: true });
mkdirSync(part, { recursive: true });
for (const name of readdirSync(dist)) {
  if (names.includes(name.replace(/\.(br|gz)$/, ''))) cpSync(join(dist, name), join(part, name));
}
const hashes = finish(part, names);
writeFileSync(join(part, 'integrity.json'), `${JSON.stringify({ version, ...hashes }, null, 2)}\n`);
rmSync(whole, { recursive: true, force: true });
renameSync(part, whole);

const loader = readFileSync(join(dist, LOADER), 'utf8');
if (!OWN_ADDRESS.test(loader)) throw new Error(`${LOADER} does not end as it did; xtask/package/release.mjs must learn how it takes its address now`);

/** Writes a loader to a folder other than its version's. */
function move(place, address) {
  mkdirSync(place, { recursive: true });
  for (const name of [LOADER, `${LOADER}.br`, `${LOADER}.gz`]) rmSync(join(place, name), { force: true });
  writeFileSync(join(place, LOADER), loader.replace(OWN_ADDRESS, `})(new URL("${address}${version}/${LOADER}",ChataibotWidget).href);\n`));
  finish(place, [LOADER]);
}
move(join(folder, moving), '../');
move(folder, './');
writeFileSync(join(folder, 'integrity.json'), `${JSON.stringify({ version, [`${version}/${LOADER}`]: hashes[LOADER] }, null, 2)}\n`);
writeFileSync(
  join(folder, 'snippet.html'),
  `<!-- Paste one of the two. This one gets all fixes of ${moving}.x automatically. Replace chat.example.com by your proxy. -->
<script type="module" src="https://chat.example.com/${moving}/${LOADER}"></script>
<chataibot-widget></chataibot-widget>

<!-- This one always loads version ${version}, which the browser checks. -->
<script
  type="module"
  src="https://chat.example.com/${version}/${LOADER}"
  integrity="${hashes[LOADER]}"
  crossorigin="anonymous"
></script>
<chataibot-widget></chataibot-widget>
`,
);
