//! Chromium without what it does for its own window alone, wherever a test starts one.

import { chromium } from 'playwright-core';

/**
 * What Playwright turns off: a second list takes the place of its own. `chromium.test.mjs` says
 * when these are no longer all.
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
 * In each new window the address bar would load a page of four hundred scripts, and a process would
 * wait for a second site: a third of a test's time.
 */
const BY_US = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup', 'SpareRendererForSitePerProcess'];

/** Starts it. `args` are added to what every test has. */
export function launch({ args = [], ...options } = {}) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM,
    chromiumSandbox: false,
    args: ['--disable-gpu', `--disable-features=${[...BY_PLAYWRIGHT, ...BY_US]}`, ...args],
    ...options,
  });
}
