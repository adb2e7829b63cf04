//! The site that embeds the widget: an origin of its own that serves pages with chosen markup and
//! headers. Independent of proxy and widget.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { text } from 'node:stream/consumers';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

export class HostPage {
  /** `http://127.0.0.1:PORT`; not the proxy's origin. */
  origin;
  #pages = new Map();
  #folders = new Map();
  #server;
  #listener;
  #complained;

  /**
   * `listener` is a script that each page runs before all others; what pages then post to
   * `/complaints` is passed to `complained`.
   */
  constructor({ listener, complained } = {}) {
    this.#listener = listener;
    this.#complained = complained;
  }

  /** Starts on a free port. */
  async start() {
    this.#server = createServer((request, response) => this.#answer(request, response));
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.origin = `http://127.0.0.1:${this.#server.address().port}`;
    return this;
  }

  /** Serves `body` as the page at `path`, and returns its address. */
  page(path, body, { headers = {}, language = 'en', direction = 'ltr', head = '', doctype = '<!doctype html>' } = {}) {
    const first = this.#listener ? '<script src="/listener.js"></script>' : '';
    const html = `${doctype}<html lang="${language}" dir="${direction}"><head>${first}<meta charset="utf-8">
      <meta name="viewport" content="width=device-width"><title>Host</title>${head}</head>
      <body>${body}</body></html>`;
    this.#pages.set(path, { body: html, headers: { 'content-type': TYPES['.html'], ...headers } });
    return this.origin + path;
  }

  /** Serves a script of the host's own at `path`. */
  script(path, body) {
    this.#pages.set(path, { body, headers: { 'content-type': TYPES['.js'] } });
    return this.origin + path;
  }

  /** Serves a drawing at `path`. */
  drawing(path, svg) {
    this.#pages.set(path, { body: svg, headers: { 'content-type': TYPES['.svg'] } });
    return this.origin + path;
  }

  /** Serves the files of `folder` below `path`, which ends in `/`. */
  folder(path, folder) {
    this.#folders.set(path, folder);
  }

  async #answer(request, response) {
    const { pathname } = new URL(request.url, this.origin);
    if (this.#listener && pathname === '/listener.js') return response.writeHead(200, { 'content-type': TYPES['.js'] }).end(this.#listener);
    if (this.#listener && pathname === '/complaints') {
      this.#complained(JSON.parse(await text(request)));
      return response.writeHead(204).end();
    }
    const page = this.#pages.get(pathname);
    if (page) return response.writeHead(200, page.headers).end(page.body);
    for (const [path, folder] of this.#folders) {
      const name = pathname.slice(path.length);
      if (!pathname.startsWith(path) || !/^[\w-]+\.\w+$/.test(name)) continue;
      const body = await readFile(join(folder, name)).catch(() => undefined);
      if (body) return response.writeHead(200, { 'content-type': TYPES[extname(name)] }).end(body);
    }
    // Browsers request an icon unasked, and log an error when there is none.
    response.writeHead(pathname === '/favicon.ico' ? 204 : 404).end();
  }

  /** Closes the server and every connection. */
  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
