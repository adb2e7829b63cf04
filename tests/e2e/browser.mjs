//! One Chromium for all tests of a file, and pages that fail their test on any error of the
//! console, a script or a policy.

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

/** Returns the browser, which the first call starts. */
export function browser() {
  running ??= launch({ args: ARGUMENTS });
  return running;
}

/** Closes the browser. */
export async function closeBrowser() {
  await (await running)?.close();
  running = undefined;
}

/**
 * A visitor's browser profile, with its own storage and tabs. Collects the complaints of all its
 * pages.
 */
export class Profile {
  /**
   * Errors and warnings of the console, uncaught errors, policy violations: all that a careful
   * developer would notice.
   */
  complaints = [];
  #context;
  #own;
  #expected = [];

  /** Opens a profile. `switches` are Chromium's own, and start a separate browser. */
  static async open({ backForwardCache = false, switches = [], ...options } = {}) {
    const profile = new Profile();
    // Playwright's default disables this cache, so a browser that has it is started separately.
    if (backForwardCache) profile.#own = await launch({ args: ARGUMENTS, ignoreDefaultArgs: ['--disable-back-forward-cache'] });
    else if (switches.length) profile.#own = await launch({ args: [...ARGUMENTS, ...switches] });
    profile.#context = await (profile.#own ?? (await browser())).newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options });
    profile.#context.setDefaultTimeout(15_000);
    await profile.#context.addInitScript(listen);
    return profile;
  }

  /** Playwright's context, for what has no method here. */
  get context() {
    return this.#context;
  }

  /** Opens a new tab at `address`. */
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
   * Makes complaints that match `pattern` expected from now on. Even failed connections are
   * complaints, since the browser logs each.
   */
  expect(pattern) {
    this.#expected.push(pattern);
  }

  /**
   * Takes the network away. A part of the program may be loading at that time (the sound of a
   * reply, for example) and logs its failure.
   */
  async goOffline() {
    this.expect(/ERR_INTERNET_DISCONNECTED|Failed to fetch/);
    await this.#context.setOffline(true);
  }

  async goOnline() {
    await this.#context.setOffline(false);
  }

  /** Does nothing: Playwright reports complaints as they occur. */
  async settle() {}

  #complain(text) {
    if (!this.#expected.some((pattern) => pattern.test(text))) this.complaints.push(text);
  }

  async close() {
    await this.#context.close();
    await this.#own?.close();
  }
}
