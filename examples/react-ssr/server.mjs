// Serves the built files, and the page with React's server-rendered markup. Environment: PORT.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { render } from './dist/server/server.js';

const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.json': 'application/json' };
const page = await readFile('dist/client/index.html', 'utf8');

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/') return response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page.replace('<!--app-->', render()));
  const file = await readFile(join('dist/client', normalize(pathname))).catch(() => undefined);
  if (!file) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': TYPES[extname(pathname)] ?? 'application/octet-stream' }).end(file);
});
server.listen(process.env.PORT ?? 4711, '127.0.0.1');
