//! A page object for the widget: reaches its elements by their parts, which are its public anatomy.

import assert from 'node:assert/strict';
import { until } from './wait.mjs';

export class Widget {
  #host;

  constructor(page, selector = 'chataibot-widget') {
    this.page = page;
    this.#host = page.locator(selector);
  }

  /** Locates all elements with this part name. */
  part(name) {
    return this.#host.locator(`[part~="${name}"]`);
  }

  get launcher() {
    return this.part('launcher');
  }

  get window() {
    return this.part('window');
  }

  get input() {
    return this.part('input');
  }

  /** Clicks the launcher and waits until the window is open. */
  async open() {
    await this.launcher.click();
    await this.part('window-open').waitFor();
  }

  /** Ensures that the window is open, whether or not it opens by itself. */
  async beOpen() {
    await this.#host.evaluate((element) => element.open());
    await this.part('window-open').waitFor();
  }

  /** Waits until the code that follows the window is loaded, with the styles that load last. */
  async isFollowed() {
    await this.page.waitForFunction(() =>
      document.querySelector('chataibot-widget').shadowRoot.adoptedStyleSheets.some((sheet) => sheet.cssRules[0]?.selectorText === ':host > div'),
    );
  }

  async close() {
    await this.part('close').click();
    await this.part('window-open').waitFor({ state: 'detached' });
  }

  /** Types a message and sends it; returns when the list contains it. */
  async say(text) {
    const before = (await this.transcript()).length;
    await this.input.fill(text);
    // Control+Enter sends on every device; on touch devices Enter alone starts a new line.
    await this.input.press('Control+Enter');
    await until(`"${text}" stands in the list`, async () => {
      const rows = await this.transcript();
      return rows.length > before && rows.some((row) => row.text === text);
    });
  }

  /**
   * Returns the bubbles from top to bottom: author and text, without text for screen readers alone,
   * and for the visitor's messages also the delivery state.
   */
  transcript() {
    return this.part('bubble').evaluateAll((bubbles) =>
      bubbles
        .filter((bubble) => !bubble.part.contains('typing'))
        .map((bubble) => {
          const by = ['visitor', 'agent', 'bot'].find((by) => bubble.part.contains(`bubble-${by}`));
          const seen = bubble.cloneNode(true);
          for (const unseen of seen.querySelectorAll('a .unseen')) unseen.remove();
          const text = seen.textContent.trim();
          if (by !== 'visitor') return { by, text };
          const state = ['sending', 'unknown', 'failed'].find((state) => bubble.part.contains(`bubble-${state}`));
          return { by, text, state: state ?? 'sent' };
        }),
    );
  }

  /** Returns the texts in the list, from top to bottom. */
  async texts() {
    return (await this.transcript()).map((row) => row.text);
  }

  /**
   * Waits until the list contains exactly these messages. A pattern matches a text that need not be
   * known in full.
   */
  async shows(...expected) {
    let rows = [];
    const fits = (row, wanted) => {
      if (wanted instanceof RegExp) return wanted.test(row.text);
      if (typeof wanted === 'string') return row.text === wanted;
      return Object.entries(wanted).every(([key, value]) => row[key] === value);
    };
    await until('the list says what it should', async () => {
      rows = await this.transcript();
      return rows.length === expected.length && rows.every((row, at) => fits(row, expected[at]));
    }).catch(() => assert.deepEqual(rows, expected, 'what the list says'));
  }

  /** Waits until a reply matches. */
  async hears(pattern) {
    let rows = [];
    await until(`a bubble that fits ${pattern}`, async () => {
      rows = await this.transcript();
      return rows.some((row) => row.by !== 'visitor' && pattern.test(row.text));
    }).catch(() => assert.fail(`no bubble fits ${pattern}: ${JSON.stringify(rows, null, 1)}`));
  }

  /** Waits until all of the visitor's messages, at least one, are delivered. */
  async settles() {
    let rows = [];
    await until('all is sent', async () => {
      rows = (await this.transcript()).filter((row) => row.by === 'visitor');
      return rows.length > 0 && rows.every((row) => row.state === 'sent');
    }).catch(() => assert.fail(`not all is sent: ${JSON.stringify(rows, null, 1)}`));
  }

  /** Waits until the connection is live, so that replies arrive at once. */
  async isLive() {
    await this.part('status-live').waitFor();
  }
}
