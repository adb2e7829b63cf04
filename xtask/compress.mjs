// The compressed twins of a bundle's files, and their hashes, by what Node.js brings: `node
// compress.mjs FOLDER compressed|plain NAME…` writes NAME.br and NAME.gz where they are missing,
// and prints the names with their `integrity` values as JSON. `node compress.mjs` alone prints how
// many bytes its standard input has, as it is, as gzip and as brotli.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const brotli = (bytes) =>
  brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
// Without a time or a name inside.
const gzip = (bytes) => gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });

/** Under its name only when it is whole: an interrupted run leaves no half twin. */
function write(path, bytes) {
  writeFileSync(`${path}.part`, bytes);
  renameSync(`${path}.part`, path);
}

const [folder, mode, ...names] = process.argv.slice(2);
if (folder === undefined) {
  const bytes = readFileSync(0);
  console.log(bytes.length, gzip(bytes).length, brotli(bytes).length);
} else {
  const integrity = {};
  for (const name of names.sort()) {
    const path = join(folder, name);
    const bytes = readFileSync(path);
    integrity[name] = `sha384-${createHash('sha384').update(bytes).digest('base64')}`;
    if (mode !== 'compressed') continue;
    for (const [ending, compress] of [['br', brotli], ['gz', gzip]]) {
      if (!existsSync(`${path}.${ending}`)) write(`${path}.${ending}`, compress(bytes));
    }
  }
  console.log(JSON.stringify(integrity, null, 2));
}
