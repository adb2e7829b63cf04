//! Misconfigured servers between a page and its backend: one serves the bundle's files, the other
//! is a reverse proxy before the proxy.

import { readFile } from 'node:fs/promises';
import { createServer, request as ask } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { extname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';

const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json', '.svg': 'image/svg+xml' };

/** What both servers share; they run until `stop()`. */
class Listening {
  address;
  #server;

  /** Listens, by HTTPS if there is a certificate. */
  async listen(answer, certificate) {
    const listener = (request, response) => answer(request, response).catch((error) => response.destroy(error));
    this.#server = certificate ? createSecureServer(certificate, listener) : createServer(listener);
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.address = `${certificate ? 'https' : 'http'}://127.0.0.1:${this.#server.address().port}`;
    return this;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/**
 * Serves the bundle in `folder`. `change(name, file)` may change `file`, which is `{status,
 * headers, body}`, before it is sent.
 */
export function serveBundle(folder, change = () => {}) {
  return new Listening().listen(async (request, response) => {
    const name = new URL(request.url, 'http://bundle').pathname.slice(1);
    const body = await readFile(join(folder, name)).catch(() => null);
    const file = {
      status: body ? 200 : 404,
      headers: { 'content-type': TYPES[extname(name)] ?? 'text/plain', 'access-control-allow-origin': '*', 'cache-control': 'no-cache' },
      body: body ?? 'not there',
    };
    change(name, file);
    response.writeHead(file.status, file.headers).end(file.body);
  });
}

/**
 * Starts a reverse proxy before `target`, by HTTPS with a `certificate`. `change(answer)` may
 * change an answer, which is `{url, status, headers, body}`; each is buffered first.
 */
export function standBefore(target, change = () => {}, certificate) {
  return new Listening().listen(async (request, response) => {
    const answer = await new Promise((resolve, reject) => {
      const { host, ...headers } = request.headers;
      const passed = ask(target + request.url, { method: request.method, headers }, resolve).on('error', reject);
      request.pipe(passed);
    });
    const { 'transfer-encoding': _, connection: __, ...headers } = answer.headers;
    const whole = { url: request.url, status: answer.statusCode, headers, body: await buffer(answer) };
    change(whole);
    response.writeHead(whole.status, whole.headers).end(whole.body);
  }, certificate);
}
