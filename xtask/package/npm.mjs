// Builds the folder of the npm package: `node xtask/package/npm.mjs DIST FOLDER VERSION`, run in
// the project's root.
//
//   dist/    the bundle as it is served, for import maps, static hosts and `chataibot-widget/remote`
//   lib/     its scripts in the form that bundlers follow
//   types/   the element's types, also for the templates of frameworks

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILES, filesModule, forBundlers } from './bundler_form.mjs';

const [dist, folder, version] = process.argv.slice(2);
const put = (name, text) => writeFileSync(join(folder, name), text);

/**
 * Files of the bundle, without the playground in the same folder and without compressed copies,
 * which a server or bundler makes itself.
 */
const names = readdirSync(dist).filter((name) => /^chataibot[\w-]*\.(js|wasm|json|svg)$/.test(name));
if (!names.includes('chataibot.js')) throw new Error(`there is no bundle in ${dist}: cargo xtask dist writes it`);

rmSync(folder, { recursive: true, force: true });
cpSync('npm', folder, { recursive: true });
for (const name of ['dist', 'lib']) mkdirSync(join(folder, name));
for (const name of names) cpSync(join(dist, name), join(folder, 'dist', name));

const hashes = JSON.parse(readFileSync(join(dist, 'integrity.json'), 'utf8'));
put('dist/integrity.json', `${JSON.stringify({ version, ...Object.fromEntries(names.map((name) => [name, hashes[name]])) }, null, 2)}\n`);

for (const name of names.filter((name) => name.endsWith('.js'))) put(`lib/${name}`, forBundlers(name, readFileSync(join(dist, name), 'utf8')));
put(`lib/${FILES}`, filesModule(names));

cpSync('loader/chataibot.d.ts', join(folder, 'types/element.d.ts'));
for (const name of ['LICENSE', 'LICENSE-MIT', 'LICENSE-APACHE', 'CHANGELOG.md']) cpSync(name, join(folder, name));

const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
manifest.version = version;

/** Copies a file or folder of the project into the package and exports it. */
function give(path, name, address) {
  cpSync(path, join(folder, name), { recursive: true });
  manifest.exports[address] = address;
}
give('styles/themes', 'themes', './themes/*');
if (existsSync('styles/optional')) give('styles/optional', 'styles', './styles/*');
give('loader/custom-elements.json', 'custom-elements.json', './custom-elements.json');
// Data for editors about element, tokens and parts.
for (const name of existsSync('editors') ? readdirSync('editors').filter((name) => name.endsWith('.json')) : []) {
  give(join('editors', name), name, `./${name}`);
  if (name === 'web-types.json') manifest['web-types'] = name;
}
put('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
