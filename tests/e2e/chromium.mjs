//! Starts Chromium for all tests, without features that serve only its own user interface.

import { chromium } from 'playwright-core';

/**
 * The features that Playwright disables, repeated because a second list replaces Playwright's own.
 * `chromium.test.mjs` fails when they are no longer complete.
 */
const BY_PLAYWRIGHT = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'TcpPortRandomizationWin',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
  'msForceBrowserSignIn',
  'msEdgeUpdateLaunchServicesPreferredVersion',
];

/**
 * In each new window the address bar would load a page of four hundred scripts, and a spare process
 * would be kept for a second site: a third of a test's time.
 */
const BY_US = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup', 'SpareRendererForSitePerProcess'];

/** Starts Chromium. `args` are added to those that every test has. */
export function launch({ args = [], ...options } = {}) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM,
    chromiumSandbox: false,
    args: ['--disable-gpu', `--disable-features=${[...BY_PLAYWRIGHT, ...BY_US]}`, ...args],
    ...options,
  });
}
