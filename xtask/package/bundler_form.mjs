// Rewrites the bundle's scripts for bundlers. As served, they build their siblings' addresses from
// their own; a bundler renames every file, so here one module names each, by `import('./…')` or
// `new URL('…', import.meta.url)`.

/**
 * Replacements by script. Each pattern must match exactly once, so that a changed bundle fails here
 * and not on a page.
 */
const CHANGES = {
  'chataibot.js': [
    // Only the module: a bundler does not read classic scripts.
    [/^var ChataibotWidget=.*\n0&&await.*\nChataibotWidget=\(own=>\{/, ''],
    // Defines the element only on request, and then at once: frameworks ask which properties an
    // element has when they create it.
    [
      /if\(globalThis\.customElements\)\{((?:[^{}]|\$\{\w+\})*)\}return (\w+)\}\)\(ChataibotWidget\);\n$/,
      'function define(){if(globalThis.customElements){$1}return $2}export{$2 as ChataibotWidget,define};\n',
    ],
    // The script's location no longer tells where the proxy is, so the page's own origin is the
    // guess.
    [/(\w+)=new globalThis\.URL\("\.",own\),(?:\{origin:(\w+)\}=\1\b|(\w+)=\1\.origin\b)/, '$2$3=globalThis.location?.origin??""'],
    [/(\w+)=(\w+)=>new globalThis\.URL\(\2\+\((?:[^()]|`[^`]*`)*\),\w+\)\.href,(\w+)=(\w+)=>import\(\1\(`chataibot-\$\{\4\}\.js`\)\)/, '$1=addressOf,$3=part'],
  ],
  'chataibot-shell.js': [
    [/import\(\w+\("chataibot-widget\.js"\)\)/, 'part("widget")'],
    [/new globalThis\.URL\(`\.\/(chataibot-locale-\$\{\w+\}\.json)`,import\.meta\.url\)/, 'addressOf(`$1`)'],
    [/\{origin:(\w+)\}=new globalThis\.URL\(import\.meta\.url\)/, '{origin:$1}=location'],
  ],
  'chataibot-widget.js': [[/new globalThis\.URL\((\w+),import\.meta\.url\)/, 'addressOf($1.slice(2))']],
  // The page's own folder, with the module that knows the files: see loader/doctor.js.
  'chataibot-doctor.js': [[/new globalThis\.URL\("\.",import\.meta\.url\)/, 'Object.assign(new URL(".",location),{files})']],
  'chataibot-metrics.js': [
    [/var\{href:\w+\}=new globalThis\.URL\("\.",import\.meta\.url\),/, 'var '],
    [/(\w+)\.startsWith\(`\$\{\w+\}chataibot`\)/, '/\\/chataibot[^/]*$/.test($1)'],
  ],
};

/** Name of the module that lists every file. */
export const FILES = 'files.js';

/** Returns `text` of the script `name` in the form for bundlers. */
export function forBundlers(name, text) {
  let changed = text;
  for (const [pattern, replacement] of CHANGES[name] ?? []) {
    // A program in one file loads no parts.
    if (name === 'chataibot-widget.js' && !text.includes('import.meta')) continue;
    const found = [...changed.matchAll(new RegExp(pattern, `${pattern.flags}g`))].length;
    if (found !== 1) throw new Error(`${name}: ${pattern} is found ${found} times; xtask/package/bundler_form.mjs must learn how it is written now`);
    changed = changed.replace(pattern, replacement);
  }
  // `part` retries after a failure, which an import of the same address does not.
  changed = changed.replace(/\bimport\("\.\/chataibot-([\w-]+)\.js"\)/g, 'part("$1")');
  const helpers = ['addressOf', 'part'].filter((helper) => new RegExp(`(?<![\\w.:])${helper}\\(|=${helper}\\b`).test(changed));
  const head = [helpers.length && `import{${helpers}}from"./${FILES}";`, changed.includes('{files}') && `import*as files from"./${FILES}";`];
  // Bundlers do not find addresses that are put together at run time.
  for (const left of [/\bimport\(/, /new (?:globalThis\.)?URL\([^)]*import\.meta\.url\)(?!\.pathname)/]) {
    if (left.test(changed)) throw new Error(`${name} still has ${left}, which no bundler follows`);
  }
  return head.filter(Boolean).join('') + changed;
}

/**
 * Returns the module that names all `names` of the bundle: scripts beside it, everything else in
 * `../dist/`.
 */
export function filesModule(names) {
  const parts = names.filter((name) => /^chataibot-.+\.js$/.test(name));
  const assets = names.filter((name) => /\.(wasm|json)$/.test(name));
  const line = (key, value) => `  ${JSON.stringify(key)}: () => ${value},\n`;
  return `// Every file of the bundle, named so that bundlers find it.

const addresses = {
${assets.map((name) => line(name, `new URL("../dist/${name}", import.meta.url)`)).join('')}};

const parts = {
${parts.map((name) => line(name.slice('chataibot-'.length, -'.js'.length), `import("./${name}")`)).join('')}};

/**
 * Vite's development server joins packages in a folder of its own and leaves their assets where
 * they were.
 */
const moved = /^(.*\\/node_modules\\/)\\.vite\\/deps[^/]*\\//.exec(import.meta.url)?.[1];

/** The names of all files that are no scripts. */
export const assets = Object.keys(addresses);

/** The address of a file that is no script. */
export const addressOf = (name) => (moved ? \`\${moved}chataibot-widget/dist/\${name}\` : addresses[name]().href);

/** Parts that came or are on their way, by name. */
const modules = {};

/**
 * Addresses of parts whose fetch failed: some browsers remember that for the life of the page, and
 * ask again only under another address.
 */
const failed = {};
let attempts = 1;

/**
 * Fetches the script \`chataibot-<name>.js\`. A failure is not kept, and has the script's
 * \`address\`, where that is known.
 */
export const part = (name) => (modules[name] ??= fetchPart(name));

async function fetchPart(name) {
  try {
    return await (failed[name] ? import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ again(failed[name])) : parts[name]());
  } catch (cause) {
    delete modules[name];
    // Bundlers that fetch by means of their own throw something else, and ask again by themselves.
    if (cause instanceof TypeError) cause.address = failed[name] ??= addressIn(cause, name);
    throw cause;
  }
}

function again(address) {
  const url = new URL(address);
  url.searchParams.set('retry', ++attempts);
  return url.href;
}

/**
 * Which address failed: some browsers say it, and of others the list of what was asked for does.
 */
function addressIn({ message }, name) {
  const file = new RegExp(\`/chataibot-\${name}\\\\b[^/?]*\\\\.m?js(\\\\?|$)\`);
  const asked = performance.getEntriesByType('resource').map((entry) => entry.name);
  return [...asked, ...(message.match(/\\b[a-z][\\w+.-]*:\\/\\/[^\\s'"]+/g) ?? [])].reverse().find((address) => file.test(address));
}
`;
}
