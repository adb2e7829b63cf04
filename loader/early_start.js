// The first message, on its way to the proxy while the program is on its own: sent as the program would start the conversation
// (src/runtime/requests.rs), under the lock that all tabs share and stored where a reload finds it. The program takes the answers in place of
// asking for them.

import { proxyOf } from './early_token.js';

/** By then other tabs may start a conversation, whatever became of this one, in milliseconds. */
const PATIENCE = 30_000;

/** The program renews a token first that has less than this left, in milliseconds. */
const RENEW_BEFORE = 60_000;

/** What goes along with a start, or elsewhere than to the proxy's own addresses, only the program knows. */
const OTHERS = 'api-url events-url user identity contact contact-name contact-email contact-phone variables'.split(' ');

/** UUIDv7: ids sort by the time they were made. */
function messageId(at) {
  const time = at.toString(16).padStart(12, '0');
  const random = crypto.randomUUID().slice(15);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random}`;
}

function timeZone() {
  // A first format takes a slow phone a hundred milliseconds.
  return globalThis.Temporal?.Now.timeZoneId() ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The start of a conversation with `text`, as documented. */
const startOf = (settings, visitor, text) => ({
  channel: 'API',
  message: { data: { body: text }, type: 'text' },
  variables: {
    system: { timezone: timeZone(), referrerUrl: document.referrer || undefined, browserLanguage: navigator.language },
  },
  bot_key: settings['bot-key'] ?? '',
  from: { user_external_id: visitor, type: 'VISITOR' },
});

/**
 * Sends `text`, the first message, once `asked`, the question for a token, is answered. `isBegun()`: is more stored than a draft? Returns
 * null where that is for the program to do; else what holds the message:
 * - `isSent`: the proxy has taken it
 * - `unstore()`: the program is about to read what is stored, and must not find what it is given a moment later; but `isFound`, and is not
 *   given, where another tab has stored something, too: then all goes in order
 * - `handOver()`: what the program goes on with (`EarlyStart` in src/runtime/early_start.rs), or null where nothing has set out
 * - `discard()`: the message is not to be sent
 */
export function startEarly(settings, shelf, text, asked, isBegun) {
  if (!shelf || !navigator.locks || !crypto.randomUUID || OTHERS.some((name) => settings[name] != null)) return null;
  const [startAbort, logAbort] = [new AbortController(), new AbortController()];
  const abort = () => [startAbort, logAbort].forEach((one) => one.abort());
  let early = null;
  let isTaken = false;
  let remove = () => {};
  const message = { isSent: false };

  const request = (path, token, options) =>
    fetch(`${proxyOf(settings)}/api/v1/conversation${path}`, {
      ...options,
      headers: { authorization: `Bearer ${token}`, ...options.headers },
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
    });

  const start = async (at, id, { visitor, token }) => {
    const answer = await request('s', token, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': id },
      body: JSON.stringify(startOf(settings, visitor, text)),
      signal: startAbort.signal,
    });
    message.isSent = answer.ok;
    // Read now, and not while the program is rendered.
    const body = await answer.text();
    answer.text = async () => body;
    return answer;
  };

  const follow = async (answer, { token }) => {
    const { conversation } = JSON.parse(await (await answer).text());
    const path = `/${encodeURIComponent(conversation.id)}/events?last=200`;
    return request(path, token, { headers: { accept: 'text/event-stream' }, signal: logAbort.signal });
  };

  const begin = () => {
    const credentials = JSON.parse(localStorage.getItem(`${shelf}visitor`)).value;
    const at = Date.now();
    if (isTaken || isBegun() || credentials.from > at || credentials.until < at + RENEW_BEFORE) return null;
    const id = messageId(at);
    const key = `${shelf}outbox:${id}`;
    const store = () => localStorage.setItem(key, JSON.stringify({ v: 2, value: { text, at, state: 'queued' } }));
    store();
    remove = () => localStorage.removeItem(key);
    message.unstore = () => {
      remove();
      if (!isBegun()) return;
      store();
      message.isFound = true;
      abort();
    };
    const answer = start(at, id, credentials);
    const log = follow(answer, credentials);
    // Whoever takes them hears of a failure, too.
    log.catch(() => {});
    // No other tab starts a conversation until the program has this one.
    return new Promise((release) => {
      early = { id, answer, startAbort, log, logAbort };
      startAbort.signal.onabort = release;
      setTimeout(release, PATIENCE);
    });
  };

  Object.assign(message, {
    unstore() {},
    handOver() {
      isTaken = true;
      return early;
    },
    discard() {
      isTaken = true;
      remove();
      abort();
    },
  });
  asked
    .then(() => navigator.locks.request(`${shelf}send`, begin))
    // Storage that may not be read, or is full: the program says so, and sends the message.
    .catch(() => {});
  return message;
}
