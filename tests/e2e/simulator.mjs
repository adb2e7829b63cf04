//! The simulated platform's controls, as crates/chataibot-simulator/CONTROL.md lists them. Knows
//! neither proxy nor browser.

export class Simulator {
  #address;

  constructor(address) {
    this.#address = address;
  }

  /** Where it is, and with it the pictures and films of its replies. */
  get address() {
    return this.#address;
  }

  /** Sends an order, such as `order('hold', { call: 'send' })`. */
  async order(name, body = {}) {
    return this.#read(name, { method: 'POST', body: JSON.stringify(body) });
  }

  /**
   * Asks what happened, such as `look('calls', { call: 'start' })`. With `at_least` it waits for so
   * many.
   */
  async look(name, query = {}) {
    return this.#read(`${name}?${new URLSearchParams({ timeout_ms: 15_000, ...query })}`);
  }

  /** The documented calls of a kind, once there are `at_least` so many. */
  async calls(call, at_least = 0) {
    return (await this.look('calls', { call, at_least })).calls;
  }

  /** What visitors said, in the order in which the platform took it. */
  async heard() {
    const { calls } = await this.look('calls', { processed: true });
    return calls.map((call) => call.body.message.data.body);
  }

  /**
   * Has the bot say something in the newest conversation, and waits until the proxy has taken it.
   */
  async reply(text, more = {}) {
    return this.order('reply', { text, wait: true, ...more });
  }

  /** Waits until no script runs and no webhook is under way. */
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
