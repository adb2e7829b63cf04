//! Firefox and WebKit through their WebDrivers, for the tests that run in every engine: reused
//! sessions, profiles, and pages that fail their test on any error of the console, a script or a
//! policy.
//!
//! Each test has its own storage because each has a new site, with an address that no test had
//! before; two visitors of one test have two browsers.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen } from './listen.mjs';
import { Session } from './webdriver.mjs';
import { Page } from './webdriver_page.mjs';

const { CHATAIBOT_BROWSER, FIREFOX, GECKODRIVER, WEBKIT, WEBKIT_DRIVER } = process.env;

/** Playwright's default viewport. */
const [WIDTH, HEIGHT] = [1280, 720];

const ENGINES = {
  firefox: ({ reducedMotion, dark }) => ({
    program: GECKODRIVER,
    environment: { TZ: 'Europe/Berlin' },
    capabilities: {
      'moz:firefoxOptions': {
        binary: FIREFOX,
        args: ['-headless', '-width', `${WIDTH}`, '-height', `${HEIGHT + 86}`],
        prefs: {
          // Lets a test request full screen without a click.
          'full-screen-api.allow-trusted-requests-only': false,
          'intl.accept_languages': 'en-GB',
          'ui.prefersReducedMotion': reducedMotion ? 1 : 0,
          'layout.css.prefers-color-scheme.content-override': dark ? 0 : 1,
        },
      },
    },
  }),
  webkit: ({ settings }) => ({
    // A separate X display for each, so that no browser takes the focus from another.
    program: 'xvfb-run',
    parameters: ['-a', '-s', '-screen 0 1400x1000x24', WEBKIT_DRIVER],
    environment: { TZ: 'Europe/Berlin', LC_ALL: 'C', XDG_CONFIG_HOME: settings },
    capabilities: {
      'webkitgtk:browserOptions': { binary: WEBKIT, args: ['--automation', `--geometry=${WIDTH}x${HEIGHT + 38}`] },
    },
  }),
};

/** Runs before the page's own scripts: records complaints, and posts them to the site. */
export const LISTENER = `(${() => {
  window.complaints = [];
  const complain = (text) => {
    if (window.isOld) return;
    const complaint = { id: Math.random(), text };
    window.complaints.push(complaint);
    navigator.sendBeacon('/complaints', JSON.stringify(complaint));
  };
  for (const kind of ['error', 'warn']) {
    const log = console[kind];
    console[kind] = (...told) => {
      complain(`console.${kind}: ${told.map(String).join(' ')}`);
      log.apply(console, told);
    };
  }
  addEventListener('error', ({ error, message }) => complain(`uncaught: ${message} ${error?.stack ?? ''}`));
  addEventListener('unhandledrejection', ({ reason }) => complain(`uncaught: ${reason} ${reason?.stack ?? ''}`));
}})();(${listen})();`;

/** Unused sessions, by their settings. */
const idle = new Map();
const folders = [];

async function session(settings) {
  const key = JSON.stringify(settings);
  const waiting = idle.get(key)?.pop();
  if (waiting) return waiting;
  // Idle browsers with other settings are closed first, to spare the machine.
  await closeIdle();
  const started = await Session.start(ENGINES[CHATAIBOT_BROWSER]({ ...settings, settings: await gtkSettings(settings) }));
  return Object.assign(started, { key });
}

/** Writes the GTK settings, from which WebKit reads the visitor's preferences. */
async function gtkSettings({ reducedMotion, dark }) {
  const folder = await mkdtemp(join(tmpdir(), 'chataibot-gtk-'));
  folders.push(folder);
  await mkdir(join(folder, 'gtk-3.0'));
  const lines = ['[Settings]', `gtk-enable-animations=${reducedMotion ? 0 : 1}`, `gtk-application-prefer-dark-theme=${dark ? 1 : 0}`];
  await writeFile(join(folder, 'gtk-3.0/settings.ini'), lines.join('\n'));
  return folder;
}

async function closeIdle() {
  for (const sessions of idle.values()) for (const one of sessions.splice(0)) await one.end();
}

/** Closes every browser. */
export async function closeBrowser() {
  await closeIdle();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
}

/**
 * A visitor's browser, with as much of the interface of browser.mjs's `Profile` as the tests for
 * every engine need.
 */
export class Profile {
  #session;
  #viewport;
  #pages = [];
  #complaints = new Map();
  #expected = [];

  static async open({ reducedMotion = 'no-preference', colorScheme = 'light', viewport, ...more } = {}) {
    assert.deepEqual(more, {}, `${CHATAIBOT_BROWSER} cannot be set so: name it in the test's "chromium" option`);
    const profile = new Profile();
    profile.#viewport = viewport;
    profile.#session = await session({ reducedMotion: reducedMotion === 'reduce', dark: colorScheme === 'dark' });
    return profile;
  }

  get context() {
    throw new Error(`there is no Playwright in ${CHATAIBOT_BROWSER}: say why in the test's "chromium" option`);
  }

  get complaints() {
    return [...this.#complaints.values()];
  }

  async tab(address) {
    const page = new Page(this.#session, await this.#session.open());
    this.#pages.push(page);
    if (this.#viewport) await page.setViewportSize(this.#viewport);
    await page.goto(address);
    return page;
  }

  expect(pattern) {
    this.#expected.push(pattern);
  }

  /** Records a complaint of a page, of this or another visitor. */
  complain({ id, text }) {
    if (!this.#expected.some((pattern) => pattern.test(text))) this.#complaints.set(id, text);
  }

  /** Collects each page's complaints once more: a post to the site may still be in progress. */
  async settle() {
    for (const page of this.#pages.filter(({ isClosed }) => !isClosed)) {
      for (const complaint of (await page.evaluate(() => window.complaints)) ?? []) this.complain(complaint);
    }
  }

  async close() {
    for (const page of this.#pages.filter(({ isClosed }) => !isClosed)) await page.close();
    const { key } = this.#session;
    idle.set(key, [...(idle.get(key) ?? []), this.#session]);
  }
}
