//! One Chromium for all tests of a file, and pages that fail their test when the console, a script
//! or a policy complains.

import { launch } from './chromium.mjs';
import { listen } from './listen.mjs';

const ARGUMENTS = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

let running;

/** The browser, started when first asked for. */
export function browser() {
  running ??= launch({ args: ARGUMENTS });
  return running;
}

/** Ends the browser. */
export async function closeBrowser() {
  await (await running)?.close();
  running = undefined;
}

/**
 * A visitor's browser profile: own storage, own tabs. Collects what any of its pages complains of.
 */
export class Profile {
  /**
   * Errors and warnings of the console, uncaught errors, refusals of a policy: all that a careful
   * developer would see.
   */
  complaints = [];
  #context;
  #own;
  #expected = [];

  /** `switches` are Chromium's own, for a browser that is started with them. */
  static async open({ backForwardCache = false, switches = [], ...options } = {}) {
    const profile = new Profile();
    // Playwright's own browser goes without this cache; one that keeps it is started for those who
    // ask.
    if (backForwardCache) profile.#own = await launch({ args: ARGUMENTS, ignoreDefaultArgs: ['--disable-back-forward-cache'] });
    else if (switches.length) profile.#own = await launch({ args: [...ARGUMENTS, ...switches] });
    profile.#context = await (profile.#own ?? (await browser())).newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options });
    profile.#context.setDefaultTimeout(15_000);
    await profile.#context.addInitScript(listen);
    return profile;
  }

  /** The context of Playwright, for what is not worth a name of its own. */
  get context() {
    return this.#context;
  }

  /** A new tab at `address`. */
  async tab(address) {
    const page = await this.#context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.#complain(`console.${message.type()}: ${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.#complain(`uncaught: ${error.stack ?? error}`));
    page.on('crash', () => this.#complain('the tab crashed'));
    await page.goto(address);
    return page;
  }

  /**
   * From now on such complaints are part of the story; the browser itself logs every connection it
   * cannot make.
   */
  expect(pattern) {
    this.#expected.push(pattern);
  }

  /**
   * Takes the network away. A part of the program may be on its way then, the sound of a reply for
   * one, and says so.
   */
  async goOffline() {
    this.expect(/ERR_INTERNET_DISCONNECTED|Failed to fetch/);
    await this.#context.setOffline(true);
  }

  async goOnline() {
    await this.#context.setOffline(false);
  }

  /** Asks each page once more; Playwright has told all that there is. */
  async settle() {}

  #complain(text) {
    if (!this.#expected.some((pattern) => pattern.test(text))) this.complaints.push(text);
  }

  async close() {
    await this.#context.close();
    await this.#own?.close();
  }
}
