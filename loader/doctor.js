// The doctor: checks what keeps the chat from working on this page, and says what to change. Called
// as `element.doctor()`, by `?chataibot-doctor` in the page's address, or, if even the element is
// missing, by `import('https://chat.example.com/0.1.0/chataibot-doctor.js').then((it) =>
// it.doctor())` on the console.

import { checkBrowser } from './doctor_browser.js';
import { checkElement } from './doctor_element.js';
import { checkBundled, checkFiles } from './doctor_files.js';
import { watchPolicy } from './doctor_policy.js';
import { checkProxy } from './doctor_proxy.js';
import { checkSettings } from './doctor_settings.js';

/**
 * The folder of the bundle; the page's own if a bundler has renamed the files, which `folder.files`
 * then lists.
 */
const folder = new URL('.', import.meta.url);

/**
 * Runs all checks. Resolves with `{ok, lines, policy}`: each line is `{check, state, message, fix}`
 * with the states `ok`, `warning`, `failure` and `unknown`; `ok`: no line is a failure; `policy`:
 * the Content-Security-Policy header that the page needs, or null if its own refuses nothing.
 */
export async function doctor(host = document.querySelector('chataibot-widget')) {
  const lines = [];
  /** Records a finding; `fix` says what to change, and is empty if all is well. */
  const note = (check, state, message, fix = '') => lines.push({ check, state, message, fix });
  const watch = watchPolicy();
  const context = { host, folder, note, watch };
  const checks = [checkElement, host && checkSettings, checkBrowser, folder.files ? checkBundled : checkFiles, checkAvatar, checkProxy];
  for (const check of checks.filter(Boolean)) {
    try {
      await check(context);
    } catch (cause) {
      // The page forbids something unforeseen; the other checks still run.
      note('doctor', 'unknown', `a check crashed: ${cause}`, 'Please report it to us.');
    }
  }
  const policy = await watch.end(context);
  const report = { ok: !lines.some(({ state }) => state === 'failure'), lines, policy };
  print(report);
  return report;
}

async function checkAvatar({ host, note, watch }) {
  if (
    !host?.avatar ||
    (await canLoad(host.avatar)) ||
    (await watch.refused(new URL(host.avatar, location).href))
  )
    return;
  note('avatar', 'warning', `this page cannot load a picture from ${host.avatar}.`, 'Set avatar to the address of a picture.');
}

/** Whether the page can load this picture. */
const canLoad = (address) =>
  new Promise((resolve) => {
    const picture = new Image();
    picture.addEventListener('load', () => resolve(true));
    picture.addEventListener('error', () => resolve(false));
    picture.src = address;
  });

function print({ lines }) {
  console.table(lines, ['check', 'state', 'message', 'fix']);
  for (const { check, state, message, fix } of lines) {
    if (state !== 'ok') console.warn(`[chataibot] doctor: ${check}: ${state}: ${message} ${fix}`.trimEnd());
  }
}
