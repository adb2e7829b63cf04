//! A custom proxy whose log the test writes byte by byte. Keeps one conversation, and authenticates
//! nobody.

import { createServer } from 'node:http';

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': '*',
  'access-control-expose-headers': '*',
};

export class OwnProxy {
  address;
  /** The media type of its streams. */
  streamType = 'text/event-stream';
  /**
   * Serializes an entry for the stream; if it is unset, streams stay silent, and the widget polls.
   */
  write = ({ cursor, event }, entry) => `id: ${cursor}\nevent: ${Object.keys(event)[0]}\ndata: ${entry}\n\n`;
  /** The log: each entry as JSON, or as the text that a test puts in its place. */
  log = [];
  /** Requests for the log: whether each is a poll, and its cursor. */
  asked = [];
  /** The visitors' messages, verbatim. */
  heard = [];
  #streams = new Set();
  #server;

  async start() {
    this.#server = createServer((request, response) => this.#answer(request, response));
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.address = `http://127.0.0.1:${this.#server.address().port}`;
    return this;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The attributes that make the widget use this proxy. */
  get attributes() {
    return `token-url="${this.address}/token" api-url="${this.address}/api/v1"`;
  }

  /** Logs a message of the bot. */
  say(text) {
    this.append({ message: { author: 'bot', content: { text: { body: [{ text }] } } } });
  }

  /** Logs an event; `spoil` changes its JSON. */
  append(event, spoil = (entry) => entry) {
    const cursor = `1-${this.log.length + 1}`;
    const entry = { cursor, event, text: spoil(JSON.stringify({ cursor, at: Date.now(), event })) };
    this.log.push(entry);
    for (const stream of this.#streams) stream.write(this.write(entry, entry.text));
  }

  /** Writes into all open streams. */
  raw(text) {
    for (const stream of this.#streams) stream.write(text);
  }

  /** Ends all open streams. */
  hangUp() {
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
  }

  async #answer(request, response) {
    const { pathname, searchParams } = new URL(request.url, this.address);
    const json = (body) => response.writeHead(200, { ...CORS, 'content-type': 'Application/JSON; Charset=UTF-8' }).end(JSON.stringify(body));
    if (request.method === 'OPTIONS') return response.writeHead(204, { ...CORS, 'access-control-max-age': '600' }).end();
    if (pathname === '/token') {
      return json({ ok: true, token: 'token', expires_in: 600, renewal: 'f'.repeat(64), visitor: 'a'.repeat(32) });
    }
    if (pathname.endsWith('/events')) return this.#tell(request, response, searchParams, json);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = JSON.parse(Buffer.concat(chunks)).message.data.body;
    this.heard.push(text);
    const client_message_id = request.headers['idempotency-key'];
    this.append({ message: { author: 'visitor', client_message_id, content: { text: { body: [{ text }] } } } });
    this.append({ delivery: { client_message_id, state: 'sent' } });
    return json(pathname.endsWith('/conversations') ? { ok: true, conversation: { id: 'one' } } : { ok: true, message_id: 'm' });
  }

  #tell(request, response, asked, json) {
    const seq = (cursor) => Number(cursor?.split('-')[1] ?? 0);
    const polls = request.headers.accept === 'application/json';
    const from = polls ? asked.get('after') : request.headers['last-event-id'];
    this.asked.push({ polls, from });
    const rest = this.log.slice(seq(from));
    if (polls) {
      const body = `{"ok":true,"entries":[${rest.map(({ text }) => text).join(',')}]}`;
      return response.writeHead(200, { ...CORS, 'content-type': 'text/json' }).end(body);
    }
    if (!this.write) {
      // Behaves like a buffering middlebox: headers, and never a byte of the body.
      response.writeHead(200, { ...CORS, 'content-type': 'text/event-stream' }).end();
      return undefined;
    }
    response.writeHead(200, { ...CORS, 'content-type': this.streamType });
    response.write(': hello\n\n');
    for (const entry of rest) response.write(this.write(entry, entry.text));
    this.#streams.add(response);
    return undefined;
  }
}
