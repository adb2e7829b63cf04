// What keeps the chat from working on this page, and what to change: `element.doctor()`,
// `?chataibot-doctor` in the page's address, or, where even the element is missing,
// `import('https://chat.example.com/chataibot-doctor.js').then((it) => it.doctor())` on the
// console.

import { checkBrowser } from './doctor_browser.js';
import { checkElement } from './doctor_element.js';
import { checkBundled, checkFiles } from './doctor_files.js';
import { watchPolicy } from './doctor_policy.js';
import { checkProxy } from './doctor_proxy.js';
import { checkSettings } from './doctor_settings.js';

/**
 * The folder that the bundle came from; the page's own where a bundler has renamed the files, which
 * its `files` then knows.
 */
const folder = new URL('.', import.meta.url);

/**
 * Checks everything. Resolves with `{ok, lines, policy}`: each line is `{check, state, message,
 * fix}` with the states `ok`, `warning`, `failure` and `unknown`; `ok`: no line is a failure;
 * `policy`: the header that the page needs, where its own refuses something.
 */
export async function doctor(host = document.querySelector('chataibot-widget')) {
  const lines = [];
  /** Notes what was found; `fix` says what to change, and is empty where all is well. */
  const note = (check, state, message, fix = '') => lines.push({ check, state, message, fix });
  const watch = watchPolicy();
  const about = { host, folder, note, watch };
  const checks = [checkElement, host && checkSettings, checkBrowser, folder.files ? checkBundled : checkFiles, checkAvatar, checkProxy];
  for (const check of checks.filter(Boolean)) {
    try {
      await check(about);
    } catch (cause) {
      // Of a page that forbids what nobody thought of: the others have something to say all the
      // same.
      note('doctor', 'unknown', `a check broke off: ${cause}`, 'Tell us of this page.');
    }
  }
  const policy = await watch.end(about);
  const report = { ok: !lines.some(({ state }) => state === 'failure'), lines, policy };
  print(report);
  return report;
}

async function checkAvatar({ host, note, watch }) {
  if (!host?.avatar || (await loads(host.avatar)) || (await watch.refused(new URL(host.avatar, location).href))) return;
  note('avatar', 'warning', `${host.avatar} is no picture that this page can load.`, 'Set avatar to the address of a picture.');
}

/** Can the page show this picture? */
const loads = (address) =>
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
