//! A client of the simulated platform's controls, as crates/chataibot-simulator/CONTROL.md lists
//! them. Independent of proxy and browser.

export class Simulator {
  #address;

  constructor(address) {
    this.#address = address;
  }

  /** The platform's address, which also serves the pictures and films of its replies. */
  get address() {
    return this.#address;
  }

  /** Sends a command, such as `order('hold', { call: 'send' })`. */
  async order(name, body = {}) {
    return this.#read(name, { method: 'POST', body: JSON.stringify(body) });
  }

  /**
   * Queries what happened, such as `look('calls', { call: 'start' })`. With `at_least` it waits
   * until there are that many.
   */
  async look(name, query = {}) {
    return this.#read(`${name}?${new URLSearchParams({ timeout_ms: 15_000, ...query })}`);
  }

  /** Returns the documented calls of a kind, once there are `at_least` that many. */
  async calls(call, at_least = 0) {
    return (await this.look('calls', { call, at_least })).calls;
  }

  /** Returns the visitors' messages, in the order in which the platform processed them. */
  async heard() {
    const { calls } = await this.look('calls', { processed: true });
    return calls.map((call) => call.body.message.data.body);
  }

  /**
   * Makes the bot send a message in the newest conversation, and waits until the proxy has accepted
   * it.
   */
  async reply(text, more = {}) {
    return this.order('reply', { text, wait: true, ...more });
  }

  /** Waits until no script is running and no webhook is in progress. */
  async idle() {
    await this.look('idle');
  }

  async #read(path, options) {
    const response = await fetch(`${this.#address}/_control/${path}`, options);
    const answer = await response.json();
    if (!response.ok) throw new Error(`the simulator answers ${path} with ${response.status}: ${JSON.stringify(answer)}`);
    return answer;
  }
}
