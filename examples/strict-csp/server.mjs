// Serves a page under a strict Content-Security-Policy with Trusted Types, and the package's files.
// Environment: PORT.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const PROXY = 'http://127.0.0.1:8787';
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  // The program's files come from this server, conversations from the proxy.
  `connect-src 'self' ${PROXY}`,
  `img-src ${PROXY}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');
const FILES = 'node_modules/chataibot-widget';
const TYPES = { '.js': 'text/javascript', '.json': 'application/json', '.wasm': 'application/wasm', '.svg': 'image/svg+xml' };

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>A strict policy</title>
    <script type="module" src="/chat/auto.js"></script>
  </head>
  <body>
    <h1>A strict policy</h1>
    <chataibot-widget proxy-url="${PROXY}"></chataibot-widget>
  </body>
</html>`;

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/') return response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY }).end(PAGE);
  const file = pathname.startsWith('/chat/') && (await readFile(join(FILES, normalize(pathname.slice('/chat'.length)))).catch(() => undefined));
  if (!file) return response.writeHead(pathname === '/favicon.ico' ? 204 : 404).end();
  response.writeHead(200, { 'content-type': TYPES[extname(pathname)] ?? 'application/octet-stream' }).end(file);
});
server.listen(process.env.PORT ?? 4711, '127.0.0.1');
