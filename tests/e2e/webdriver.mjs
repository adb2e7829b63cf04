//! A client of the WebDriver standard: one driver program, one session with one browser, many
//! windows. Independent of pages and parts.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:net';

/** How long a driver may take to start, and to execute one command, in milliseconds. */
const PATIENCE = 60_000;
/** The key of an element reference in a driver's answer, by the standard. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

export class Session {
  #driver;
  #address;
  #path;
  #output = [];
  /** Serializes commands: each applies to the window that was switched to before it. */
  #last = Promise.resolve();
  #window;
  /** The first window stays open: closing the last one ends the browser. */
  #home;
  #afterwards = [];

  /** Starts `program` on a free port, and a browser with these capabilities. */
  static async start({ program, parameters = [], environment = {}, capabilities }) {
    const session = new Session();
    const port = await freePort();
    session.#address = { host: '127.0.0.1', port };
    // In a process group of its own, so that its browser ends with it.
    session.#driver = spawn(program, [...parameters, `--port=${port}`], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    for (const stream of [session.#driver.stdout, session.#driver.stderr]) stream.on('data', (text) => session.#note(text));
    try {
      await session.#ready();
      const { sessionId } = await session.#send('POST', '/session', { capabilities: { alwaysMatch: capabilities } });
      session.#path = `/session/${sessionId}`;
      await session.#send('POST', `${session.#path}/timeouts`, { script: PATIENCE, pageLoad: PATIENCE, implicit: 0 });
      session.#home = await session.#send('GET', `${session.#path}/window`);
    } catch (cause) {
      session.#kill();
      throw new Error([`no session with ${program}: ${cause.message}`, ...session.#output].join('\n'), { cause });
    }
    return session;
  }

  /** Opens a window, and returns its handle. */
  async open() {
    const { handle } = await this.command(undefined, 'POST', '/window/new', { type: 'window' });
    return handle;
  }

  /** Executes a command in a window, after those before it have finished. */
  command(window, method, path, body = method === 'POST' ? {} : undefined) {
    const done = this.#last.then(async () => {
      if (window && window !== this.#window) {
        await this.#send('POST', `${this.#path}/window`, { handle: window });
        this.#window = window;
      }
      return this.#send(method, this.#path + path, body);
    });
    this.#last = done.catch(() => {});
    return done;
  }

  /** Runs a function in the page. It may return a promise, an element or any JSON value. */
  async run(window, source, argument) {
    const script = `const done = arguments[arguments.length - 1];
      Promise.resolve().then(() => (${source})(arguments[0])).then((value) => done(value === undefined ? {} : { value }), (error) => done({ error: String(error?.stack ? error + '\\n' + error.stack : error) }));`;
    const answer = await this.command(window, 'POST', '/execute/async', { script, args: [argument ?? null] });
    if (answer.error) throw new Error(answer.error);
    return answer.value;
  }

  /** Like `run`, for a function that returns an element; returns its reference. */
  async element(window, source, argument) {
    const reference = (await this.run(window, source, argument))?.[ELEMENT];
    assert.ok(reference, 'the page has no such element');
    return reference;
  }

  async closeWindow(window) {
    await this.command(window, 'DELETE', '/window');
    await this.command(this.#home, 'GET', '/window');
  }

  /** Registers an action for when the browser has ended. */
  atEnd(action) {
    this.#afterwards.push(action);
  }

  /** Ends browser and driver. */
  async end() {
    await this.command(undefined, 'DELETE', '').catch((error) => this.#note(String(error)));
    const gone = this.#driver.exitCode === null && this.#driver.signalCode === null ? once(this.#driver, 'exit') : undefined;
    this.#kill();
    await gone;
    for (const action of this.#afterwards) await action();
  }

  #kill() {
    try {
      process.kill(-this.#driver.pid, 'SIGTERM');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }

  async #ready() {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const status = await this.#send('GET', '/status').catch(() => undefined);
      if (status?.ready) return;
      if (this.#driver.exitCode !== null || Date.now() > end) throw new Error('the driver is not ready');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /**
   * Sends one command. Not by `fetch`: WebKit's driver closes connections at times that undici
   * reports as an error.
   */
  #send(method, path, body) {
    const text = body === undefined ? '' : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) };
      const asked = request({ ...this.#address, method, path, headers, agent: false, timeout: 2 * PATIENCE }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          let answer;
          try {
            answer = JSON.parse(Buffer.concat(chunks).toString());
          } catch (cause) {
            return reject(new Error(`${method} ${path} was answered with ${response.statusCode} and no JSON`, { cause }));
          }
          if (response.statusCode < 400) return resolve(answer.value);
          const { error, message } = answer.value;
          return reject(Object.assign(new Error(`${method} ${path.replace(this.#path ?? '', '')}: ${error}: ${message}`), { code: error }));
        });
      });
      asked.on('timeout', () => asked.destroy(new Error(`${method} ${path} was not answered`)));
      asked.on('error', reject);
      asked.end(text);
    });
  }

  #note(text) {
    this.#output.push(String(text));
    if (this.#output.length > 100) this.#output.shift();
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
