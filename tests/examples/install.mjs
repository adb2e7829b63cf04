//! Copies an example into a folder of its own, installs the package's file there, and builds it as
//! its `package.json` says.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const { CHATAIBOT_PACKAGE, CHATAIBOT_EXAMPLES } = process.env;
assert.ok(CHATAIBOT_PACKAGE && CHATAIBOT_EXAMPLES, 'run these by: cargo xtask test examples');

const SOURCES = new URL('../../examples/', import.meta.url).pathname;
/** npm's errors when it reaches no registry. */
const UNREACHABLE = /\b(ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|E50\d|ENOTCACHED)\b/;

/** Disables prompts and telemetry. */
const ENVIRONMENT = { ...process.env, CI: '1', ASTRO_TELEMETRY_DISABLED: '1', NG_CLI_ANALYTICS: 'false', NEXT_TELEMETRY_DISABLED: '1' };

/** As fast as possible, without packages' scripts or a lock file that names a registry's host. */
const QUIETLY = ['--no-package-lock', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];

const run = promisify(execFile);
const exists = (path) => stat(path).then(() => true, () => false);

/**
 * Prepares the example `name` for serving. `addresses` maps addresses in its files to their
 * replacements. Returns its folder and the scripts of its `package.json`.
 */
export async function install(name, addresses) {
  const folder = await copy(join(SOURCES, name), name);
  await replaceAddresses(folder, addresses);
  await add(folder);
  const { scripts } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  if (scripts.build) await npm(folder, 'run', 'build');
  return { folder, scripts };
}

/** Installs what `template`'s `package.json` needs in the folder `name`, without the package. */
export async function prepare(name, template) {
  const folder = await copy(new URL(template, import.meta.url).pathname, name);
  await npm(folder, 'install', ...QUIETLY);
  return folder;
}

/** Installs the package in the folder `name`, with the files of tests/examples/`template`. */
export async function unpack(name, { template = 'empty' } = {}) {
  const folder = await copy(new URL(template, import.meta.url).pathname, name);
  await add(folder);
  return { folder };
}

async function copy(source, name) {
  const folder = join(CHATAIBOT_EXAMPLES, name);
  await clear(folder);
  await cp(source, folder, { recursive: true, filter: (path) => !/\/(node_modules|dist)$/.test(path) });
  return folder;
}

/** Installs the package and the other dependencies of the folder's `package.json`. */
async function add(folder) {
  await cp(CHATAIBOT_PACKAGE, join(folder, 'chataibot-widget.tgz'));
  // Otherwise npm reuses an installed package of the same version.
  for (const old of ['chataibot-widget', '.package-lock.json', '.vite']) await rm(join(folder, 'node_modules', old), { recursive: true, force: true });
  await npm(folder, 'install', ...QUIETLY);
}

/** Removes everything except the installed dependencies. */
async function clear(folder) {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    if (name !== 'node_modules') await rm(join(folder, name), { recursive: true });
  }
}

async function replaceAddresses(folder, addresses) {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (!entry.isFile() || path.includes('/node_modules/')) continue;
    let text = await readFile(path, 'utf8');
    for (const [written, real] of Object.entries(addresses)) text = text.replaceAll(written, real);
    await writeFile(path, text);
  }
}

/** Runs npm in `folder`, and returns what it printed. */
export async function npm(folder, ...words) {
  try {
    const { stdout } = await run('npm', words, { cwd: folder, maxBuffer: 1 << 24, env: ENVIRONMENT });
    return stdout;
  } catch (error) {
    const said = `${error.stdout ?? ''}${error.stderr ?? ''}`;
    const [unreachable] = UNREACHABLE.exec(said) ?? [];
    if (unreachable) throw new Error(`npm reaches no package registry (${unreachable}), and examples need their frameworks from one: see \`npm config get registry\``);
    throw new Error(`npm ${words.join(' ')} failed in ${folder}:\n${said}`, { cause: error });
  }
}

/** Runs `program` of the package `name@version`, and returns what it printed. */
export const npx = (folder, name, program, ...words) => npm(folder, 'exec', '--yes', '--prefer-offline', `--package=${name}`, '--', program, ...words);

/** Returns the folder that a file server serves: the build's output, or the example itself. */
export const served = async (folder) => ((await exists(join(folder, 'dist'))) ? join(folder, 'dist') : folder);
