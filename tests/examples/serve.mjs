//! Serves an example: by its own `start` script, by a given program, or as the files of its build.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { until } from '../e2e/wait.mjs';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** Serves the files in `folder`. Returns `{address, stop}`. */
export async function serveFiles(folder) {
  const server = createServer(async (request, response) => {
    let path = join(folder, normalize(decodeURIComponent(new URL(request.url, 'http://host').pathname)));
    if (await stat(path).then((found) => found.isDirectory(), () => false)) path = join(path, 'index.html');
    const file = await readFile(path).catch(() => undefined);
    if (file) return response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(file);
    // Browsers request an icon unasked, and log an error when there is none.
    response.writeHead(request.url === '/favicon.ico' ? 204 : 404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { address: `http://127.0.0.1:${server.address().port}/`, stop };
}

/** Returns a free port. */
export async function freePort() {
  const socket = createSocket().listen(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

/**
 * Runs a server program of the example, which gets its port from `PORT` or `words(port)`. Returns
 * `{address, stop}` when it responds, with any status.
 */
export async function serveBy(folder, program, words) {
  const port = await freePort();
  const output = [];
  // In a process group of its own, as some programs start others.
  const child = spawn(program, words(port), { cwd: folder, detached: true, env: { ...process.env, PORT: String(port) } });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => output.push(bytes));
  const address = `http://127.0.0.1:${port}/`;
  const stop = async () => {
    if (child.exitCode !== null) return;
    const gone = once(child, 'exit');
    process.kill(-child.pid, 'SIGKILL');
    await gone;
  };
  try {
    await until(
      `${program} serves`,
      async () => {
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
        return fetch(address).then(() => true, () => false);
      },
      60_000,
    );
  } catch (cause) {
    await stop();
    throw new Error(`${cause.message}\n${Buffer.concat(output)}`, { cause });
  }
  return { address, stop };
}
