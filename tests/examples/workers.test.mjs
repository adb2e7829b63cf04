//! Runs the conformance checks on the serverless proxy, in the runtime of Cloudflare Workers.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { prepare } from './install.mjs';
import { freePort, serveBy } from './serve.mjs';

const { CHATAIBOT_CONFORMANCE } = process.env;

test('the serverless proxy keeps the contract as a Durable Object of Workers', { timeout: 300_000 }, async () => {
  const folder = await prepare('workerd', 'workerd');
  for (const name of ['own-proxy', 'serverless-proxy']) {
    await cp(new URL(`../../examples/${name}`, import.meta.url).pathname, join(folder, name), { recursive: true });
  }
  const platform = await freePort();
  const configuration = join(folder, 'config.capnp');
  const text = await readFile(configuration, 'utf8');
  await writeFile(configuration, text.replace('127.0.0.1:8788', `127.0.0.1:${platform}`));
  const worker = await serveBy(folder, 'node_modules/.bin/workerd', (port) => ['serve', configuration, '--socket-addr', `http=127.0.0.1:${port}`]);
  try {
    const check = promisify(execFile)(CHATAIBOT_CONFORMANCE, [worker.address, '--simulator-listen', `127.0.0.1:${platform}`]);
    const { stdout } = await check.catch((error) => error);
    assert.match(stdout, /The proxy keeps the contract\./, stdout.split('\n').filter((line) => /^(BROKEN|should|nothing)/.test(line)).join('\n'));
  } finally {
    await worker.stop();
  }
});
