//! The test harness: each test has a world of its own, with a simulated platform, a real proxy, a
//! host page on another origin, and visitors with real browsers.
//!
//! - [server.mjs](server.mjs): server programs as child processes that can be killed
//! - [host_page.mjs](host_page.mjs): the site that embeds the widget
//! - [browser.mjs](browser.mjs): Chromium, started by [chromium.mjs](chromium.mjs), and pages that
//!   fail their test on any complaint
//! - [engine.mjs](engine.mjs): the same for Firefox and WebKit, by a client of the WebDriver
//!   standard ([webdriver.mjs](webdriver.mjs)) and the needed part of Playwright's interface
//!   ([webdriver_page.mjs](webdriver_page.mjs))
//! - [simulator.mjs](simulator.mjs): the platform's controls
//! - [widget.mjs](widget.mjs): the widget as a page object
//! - [live_region_recorder.mjs](live_region_recorder.mjs): what a screen reader would announce
//! - [keys.mjs](keys.mjs): the keyboard and the focused element
//! - [wait.mjs](wait.mjs): waits for conditions, never for fixed times

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { HostPage } from './host_page.mjs';
import { Server } from './server.mjs';
import { Simulator } from './simulator.mjs';
import { Widget } from './widget.mjs';

export { until } from './wait.mjs';
export { Widget } from './widget.mjs';

const { CHATAIBOT_BROWSER = 'chromium', CHATAIBOT_PROXY, CHATAIBOT_SIMULATOR, CHATAIBOT_DIST } = process.env;
assert.ok(CHATAIBOT_PROXY && CHATAIBOT_SIMULATOR && CHATAIBOT_DIST, 'run these by: cargo xtask test e2e');

/** The engine that the tests run in. */
export const BROWSER = CHATAIBOT_BROWSER;
const { Profile, LISTENER, closeBrowser } = await import(BROWSER === 'chromium' ? './browser.mjs' : './engine.mjs');
/** The browser's language; WebKit takes one only from an installed locale. */
export const LANGUAGE = BROWSER === 'webkit' ? 'en-US' : 'en-GB';

/** The demo's own secrets; they are used nowhere else. */
const WEBHOOK_SECRET = 'demo-webhook-secret';

/** The environment of one test. */
export class World {
  simulator;
  proxy;
  host;
  #platform;
  #folder;
  #profiles = [];

  async build(options) {
    this.#folder = await mkdtemp(join(tmpdir(), 'chataibot-'));
    const complained = (complaint) => this.#profiles.forEach((profile) => profile.complain(complaint));
    this.host = await new HostPage({ listener: LISTENER, complained }).start();
    const typed = options.typed ? ['--typed-answers'] : [];
    this.#platform = await new Server('simulator', CHATAIBOT_SIMULATOR, (listen) => ['--listen', listen, ...typed]).start();
    this.simulator = new Simulator(this.#platform.address);
    await this.simulator.order('pace', { ms: 0 });

    const platformUrl = `${this.#platform.address}/api/v1`;
    const configured = options.proxy?.(this.host.origin, platformUrl);
    const common = (listen) => ['--listen', listen, '--database', join(this.#folder, 'log.sqlite'), '--assets', options.assets ?? CHATAIBOT_DIST];
    this.proxy = configured
      ? new Server('proxy', CHATAIBOT_PROXY, common, configured)
      : new Server('proxy', CHATAIBOT_PROXY, (listen) => [...common(listen), '--demo', ...typed, '--platform-url', platformUrl]);
    await this.proxy.start();
    await this.simulator.order('webhook', { url: `${this.proxy.address}/webhook/${WEBHOOK_SECRET}` });
    await this.simulator.look('webhook');
    this.page();
    return this;
  }

  /** Defines the page that embeds the widget, with any extra content. Returns its address. */
  page({ path = '/', attributes = '', inside = '', scripts = '', body, ...options } = {}) {
    return this.host.page(
      path,
      `<h1>A page</h1>
      <script type="module" src="${this.proxy.address}/chataibot.js"></script>${scripts}
      ${body ?? `<chataibot-widget ${attributes}>${inside}</chataibot-widget>`}`,
      options,
    );
  }

  /** Creates a visitor with a new browser profile. */
  async visitor(options) {
    const profile = await Profile.open(options);
    this.#profiles.push(profile);
    return profile;
  }

  /** Creates a visitor who has opened the window on the page. */
  async chat({ address = `${this.host.origin}/`, ...options } = {}) {
    const visitor = await this.visitor(options);
    const widget = new Widget(await visitor.tab(address));
    await widget.open();
    return { visitor, page: widget.page, widget };
  }

  /** Fails if any page complained. */
  async assertQuiet() {
    for (const profile of this.#profiles) await profile.settle();
    for (const profile of this.#profiles) assert.deepEqual(profile.complaints, [], 'nobody complains');
  }

  /** Returns the pages' complaints and the servers' last output, for a failed test. */
  report() {
    const complaints = this.#profiles.flatMap((profile) => profile.complaints).join('\n');
    const last = (server) => server?.output.slice(-30).join('\n') ?? '';
    return `— pages:\n${complaints}\n— proxy:\n${last(this.proxy)}\n— simulator:\n${last(this.#platform)}`;
  }

  async end() {
    await Promise.all(this.#profiles.map((profile) => profile.close()));
    await Promise.all([this.proxy?.kill(), this.#platform?.kill(), this.host?.stop()]);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/**
 * One test in a world of its own. `tell(world)` is the test's body; at its end no page may have
 * complained. `options.proxy(hostOrigin, platformUrl)` returns a configuration for the proxy as
 * environment variables, instead of `--demo`. `options.assets` is a folder that the proxy serves in
 * place of the bundle's. With `options.typed`, platform and proxy accept typed answers.
 * `options.chromium` says why a test of a file that runs in every engine runs in Chromium alone,
 * `options.notWebkit` why in all but WebKit, `options.skip` why it does not run.
 */
export function story(name, tell, options = {}) {
  const skip = options.skip || (BROWSER !== 'chromium' && options.chromium) || (BROWSER === 'webkit' && options.notWebkit);
  // A WebDriver takes several steps for one of Playwright's.
  const timeout = options.timeout ?? (BROWSER === 'chromium' ? 90_000 : 240_000);
  test(name, { timeout, skip }, async (t) => {
    const world = new World();
    try {
      await world.build(options);
      await tell(world);
      await world.assertQuiet();
    } catch (error) {
      t.diagnostic(world.report());
      throw error;
    } finally {
      await world.end();
    }
  });
}

/** Configures one site by environment variables, for what `--demo` does not offer. */
export function siteByEnvironment(more) {
  return (origin, platformUrl) => ({
    CHATAIBOT_PROXY_SITE_ID: 'demo',
    CHATAIBOT_PROXY_SITE_ORIGINS: origin,
    CHATAIBOT_PROXY_SITE_BOT_KEYS: 'demo-bot',
    CHATAIBOT_PROXY_SITE_ACCOUNT_TOKEN: 'demo-account-token',
    CHATAIBOT_PROXY_SITE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    CHATAIBOT_PROXY_SITE_WEBHOOK_TOKEN: 'demo-webhook-token',
    CHATAIBOT_PROXY_PLATFORM_URL: platformUrl,
    ...more,
  });
}

after(closeBrowser);
