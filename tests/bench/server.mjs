//! One origin for a page, its files, and the backend: for the widget the part of docs/contract.md
//! that one visitor needs, for the floor two calls of its own. A reply takes [REPLY] ms; nothing is
//! stored.

import { createServer } from 'node:http';
import { brotliCompressSync } from 'node:zlib';

const TYPES = { js: 'text/javascript', css: 'text/css', wasm: 'application/wasm', json: 'application/json', svg: 'image/svg+xml' };
/** Without these headers a browser does not report a page's memory. */
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
/** Delay of the bot's reply, in milliseconds. */
const REPLY = 50;

const VISITOR = 'b'.repeat(32);
const TOKEN = 't'.repeat(200);
const RENEWAL = 'a'.repeat(64);

/** Stores what a returning visitor has in storage, under the widget's own keys. */
export function visited() {
  const key = `chataibot:${location.origin}:`;
  const store = (name, value) => localStorage.setItem(key + name, JSON.stringify({ v: 2, value }));
  const now = Date.now();
  const visitor = 'b'.repeat(32);
  store('visitor', { visitor, token: 't'.repeat(200), renewal: 'a'.repeat(64), from: now, until: now + 600_000 });
  store('conversation', { visitor, id: 'c1', entries: [], ended: false, open: false });
  localStorage.visited = 'yes';
}

export class Site {
  #server;
  #subject;
  #compressed = new Map();
  #log = [];
  #streams = new Set();

  constructor(subject) {
    this.#subject = subject;
  }

  async start() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error) => {
        console.error(error);
        response.writeHead(500).end();
      });
    });
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.origin = `http://localhost:${this.#server.address().port}`;
    return this;
  }

  stop() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  /** Starts over, with a history of `count` messages. */
  reset(count = 0) {
    this.#log = [];
    for (let at = 0; at < count; at++) this.#say(at % 2 ? 'bot' : 'visitor', `m${at}: ${'word '.repeat(4 + ((at * 7) % 25))}`, identifier(at));
  }

  #say(author, text, client_message_id) {
    this.#tell({ message: { author, client_message_id, content: { text: { body: [{ text }] } } } });
  }

  #tell(event) {
    const entry = { cursor: `1-${this.#log.length + 1}`, at: Date.now(), event };
    this.#log.push(entry);
    for (const tell of this.#streams) tell(entry);
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.origin);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const json = (value) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    const path = `${request.method} ${url.pathname}`;
    if (path === 'GET /') return response.writeHead(200, { 'content-type': 'text/html', ...ISOLATED }).end(this.#subject.html);
    if (path === 'GET /favicon.ico') return response.writeHead(204).end();
    if (path === 'GET /history') {
      return json(this.#log.map(({ event: { message } }) => ({ text: message.content.text.body[0].text, own: message.author === 'visitor' })));
    }
    if (path === 'POST /say') return setTimeout(() => json({ text: 'A reply' }), REPLY);
    if (path === 'POST /token') return json({ ok: true, token: TOKEN, expires_in: 600, renewal: RENEWAL, visitor: VISITOR });
    if (path === 'POST /api/v1/conversations' || path === 'POST /api/v1/conversation/c1/messages') return this.#send(request, body, json);
    if (path === 'GET /api/v1/conversation/c1/events') return this.#events(request, response, url, json);
    this.#file(request, response, url.pathname);
  }

  #send(request, body, json) {
    const id = request.headers['idempotency-key'];
    this.#say('visitor', JSON.parse(body).message.data.body, id);
    this.#tell({ delivery: { client_message_id: id, state: 'sent' } });
    setTimeout(() => this.#say('bot', 'A reply'), REPLY);
    json({ ok: true, conversation: { id: 'c1', created_at: '2025-02-10 20:21:03.913000' }, message_id: id });
  }

  #events(request, response, url, json) {
    const after = Number((request.headers['last-event-id'] ?? url.searchParams.get('after'))?.split('-')[1] ?? 0);
    const last = Number(url.searchParams.get('last') ?? 0);
    if (request.headers.accept?.includes('application/json')) {
      const before = url.searchParams.get('before');
      if (!before) return json({ ok: true, entries: this.#log.slice(after) });
      const end = Number(before.split('-')[1]) - 1;
      const from = Math.max(0, end - Number(url.searchParams.get('limit') ?? 50));
      return json({ ok: true, earlier: from > 0, entries: this.#log.slice(from, end) });
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': hello\n\n');
    const from = !after && last ? Math.max(0, this.#log.length - last) : after;
    if (!after && last) response.write(`event: begin\ndata: ${JSON.stringify({ earlier: from > 0 })}\n\n`);
    const tell = (entry) => response.write(`id: ${entry.cursor}\nevent: ${Object.keys(entry.event)[0]}\ndata: ${JSON.stringify(entry)}\n\n`);
    this.#log.slice(from).forEach(tell);
    this.#streams.add(tell);
    request.on('close', () => this.#streams.delete(tell));
    response.on('close', () => this.#streams.delete(tell));
  }

  #file(request, response, path) {
    const { files } = this.#subject;
    const bytes = files.get(path);
    if (!bytes) return response.writeHead(404).end();
    if (!this.#compressed.has(path)) this.#compressed.set(path, files.get(`${path}.br`) ?? brotliCompressSync(bytes));
    const type = TYPES[path.split('.').pop()] ?? 'application/octet-stream';
    const head = { 'content-type': type, 'content-encoding': 'br', 'cache-control': 'max-age=3600', 'cross-origin-resource-policy': 'same-origin' };
    response.writeHead(200, head).end(this.#compressed.get(path));
  }
}

const identifier = (at) => `01970000-0000-7000-8000-${String(at).padStart(12, '0')}`;
