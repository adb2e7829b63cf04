//! A server program as a child process: it is ready when it prints its address, and a test can kill
//! and restart it. Independent of what the program serves.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The line that a server prints, with its address, when it is ready. */
const READY = /^listening on (http:\/\/\S+)$/;

/** How long a server may take to become ready, in milliseconds. */
const PATIENCE = 20_000;

export class Server {
  /** `http://127.0.0.1:PORT`, once started; stays the same over a restart. */
  address;
  /** The last lines that it printed, for a failed test's report. */
  output = [];
  #name;
  #program;
  #parameters;
  #environment;
  #child;
  #folder;

  /**
   * `parameters(listen)` returns the command line for an address to listen on; `environment` is
   * added to the test's own.
   */
  constructor(name, program, parameters, environment = {}) {
    this.#name = name;
    this.#program = program;
    this.#parameters = parameters;
    this.#environment = environment;
  }

  /** Starts the program, on a free port the first time, and waits until it is ready. */
  async start() {
    const listen = this.address ? new URL(this.address).host : '127.0.0.1:0';
    // A directory for its temporary files, as a killed program removes none itself.
    this.#folder ??= await mkdtemp(join(tmpdir(), 'chataibot-server-'));
    const child = spawn(this.#program, this.#parameters(listen), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TMPDIR: this.#folder, ...this.#environment },
    });
    this.#child = child;
    let tooLate;
    try {
      this.address = await new Promise((resolve, reject) => {
        for (const stream of [child.stdout, child.stderr]) {
          createInterface({ input: stream }).on('line', (line) => {
            this.#note(line);
            const ready = READY.exec(line);
            if (ready) resolve(ready[1]);
          });
        }
        child.once('error', reject);
        child.once('exit', (code, signal) => reject(new Error(`the ${this.#name} ended early (${signal ?? code})`)));
        tooLate = setTimeout(() => reject(new Error(`the ${this.#name} was not ready in ${PATIENCE} ms`)), PATIENCE);
      });
    } catch (cause) {
      await this.kill();
      throw new Error([cause.message, ...this.output].join('\n'), { cause });
    } finally {
      clearTimeout(tooLate);
    }
    return this;
  }

  /** Sends a signal, and waits until the program has ended. */
  async kill(signal = 'SIGKILL') {
    const child = this.#child;
    this.#child = undefined;
    // The program may never have started, or have ended by itself.
    if (child?.pid && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    }
    if (this.#folder) await rm(this.#folder, { recursive: true });
    this.#folder = undefined;
  }

  #note(line) {
    this.output.push(line);
    if (this.output.length > 200) this.output.shift();
  }
}
