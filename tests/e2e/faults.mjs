//! The fault proxy between browser and proxy; crates/chataibot-faults describes it. Uses nothing
//! but its control port.

import assert from 'node:assert/strict';
import { Server } from './server.mjs';

const { CHATAIBOT_FAULTS } = process.env;
const CONTROLLED = /^controlled on (http:\/\/\S+)$/;

export class Faults {
  #server;
  #control;

  /** Starts the fault proxy in front of `server`, an address. */
  async start(server) {
    assert.ok(CHATAIBOT_FAULTS, 'run these by: cargo xtask test e2e');
    this.#server = new Server('fault proxy', CHATAIBOT_FAULTS, (listen) => [
      ...['--listen', listen],
      ...['--server', new URL(server).host],
      ...['--control', '127.0.0.1:0'],
    ]);
    await this.#server.start();
    this.#control = this.#server.output.map((line) => CONTROLLED.exec(line)?.[1]).find(Boolean);
    return this;
  }

  /** The address under which the widget reaches the proxy. */
  get address() {
    return this.#server.address;
  }

  /** Sends a command, such as `order('always/refused')`, and returns the answer. */
  async order(path) {
    const answer = await fetch(`${this.#control}/${path}`, { method: 'POST' });
    const text = await answer.text();
    assert.ok(answer.ok, text);
    return text;
  }

  async stop() {
    await this.#server.kill();
  }
}
