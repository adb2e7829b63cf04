// The first message, on its way to the proxy while the program is on its own: sent as the program
// would start the conversation (src/runtime/requests.rs), under the lock that all tabs share and
// stored where a reload finds it. The program takes the answers in place of asking for them.

import { proxyOf } from './early_token.js';
import { systemVariables } from './system_variables.js';

/** By then other tabs may start a conversation, whatever became of this one, in milliseconds. */
const PATIENCE = 30_000;

/** The program renews a token first that has less than this left, in milliseconds. */
const RENEW_BEFORE = 60_000;

/**
 * What goes along with a start, or where it goes that is not the proxy's own address, only the
 * program knows.
 */
const OTHERS = 'api-url events-url user identity contact contact-name contact-email contact-phone variables'.split(' ');

/** UUIDv7: ids sort by the time they were made. */
function messageId(at) {
  const time = at.toString(16).padStart(12, '0');
  const random = crypto.randomUUID().slice(15);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random}`;
}

/** The start of a conversation with `text`, as documented. */
const startOf = (host, visitor, text) => ({
  channel: 'API',
  message: { data: { body: text }, type: 'text' },
  variables: { system: systemVariables() },
  bot_key: host.getAttribute('bot-key') ?? '',
  from: { user_external_id: visitor, type: 'VISITOR' },
});

/** Resolves when a lock is held: `release()` lets go of it, and `asked` settles then. */
function hold(name) {
  let asked;
  const granted = new Promise((resolve) => {
    asked = navigator.locks.request(name, () => new Promise(resolve));
  });
  asked.catch(() => {});
  return granted.then((release) => ({ release, asked }));
}

/**
 * Gets ready to send `host`'s first message, once `token`, the question for it, is answered.
 * `isBegun()`: is more stored than a draft? The locks are asked for at once: a busy page hears late
 * that it has them. Returns null where sending is for the program to do; else:
 * - `send(text)`: sends the message
 * - `isSent`: the proxy has taken it
 * - `unstore()`: the program is about to read what is stored, and must not find what it is given a
 *   moment later; but `isFound`, and is not given, where another tab has stored something, too:
 *   then all goes in order
 * - `handOver()`: what the program goes on with (src/runtime/early_start.rs), or null where nothing
 *   has set out, and nothing will
 * - `discard()`: the message is not to be sent
 */
export function prepareStart(host, settings, shelf, token, isBegun) {
  if (!shelf || !navigator.locks || !crypto.randomUUID) return null;
  const [startAbort, logAbort] = [new AbortController(), new AbortController()];
  let early = null;
  /** The leader's lock, once it is ours. */
  let leading = null;
  let isOver = false;
  let remove = () => {};

  const lock = hold(`${shelf}send`);
  const lead = hold(`${shelf}leader`);
  const start = { isSent: false };
  const letGo = () => {
    isOver = true;
    for (const one of [lock, lead]) one.then(({ release }) => release());
  };
  const abort = () => [startAbort, logAbort].forEach((one) => one.abort());
  startAbort.signal.onabort = () => lock.then(({ release }) => release());
  lead.then((granted) => (leading = granted));
  const patience = setTimeout(letGo, PATIENCE);

  /** Looked at when it is sent: the page may have said more since. */
  const isForProgram = () => OTHERS.some((name) => host.hasAttribute(name)) || host.contact || host.variables;

  const request = (path, { token }, options) =>
    fetch(`${proxyOf(settings)}/api/v1/conversation${path}`, {
      ...options,
      headers: { authorization: `Bearer ${token}`, ...options.headers },
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
    });

  const post = async (text, id, credentials) => {
    const answer = await request('s', credentials, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': id },
      body: JSON.stringify(startOf(host, credentials.visitor, text)),
      signal: startAbort.signal,
    });
    start.isSent = answer.ok;
    // Read now, and not while the program is rendered.
    const body = await answer.text();
    answer.text = async () => body;
    return answer;
  };

  const follow = async (answer, credentials) => {
    const { conversation } = JSON.parse(await (await answer).text());
    const path = `/${encodeURIComponent(conversation.id)}/events?last=200`;
    return request(path, credentials, { headers: { accept: 'text/event-stream' }, signal: logAbort.signal });
  };

  const begin = (text) => {
    const credentials = JSON.parse(localStorage.getItem(`${shelf}visitor`)).value;
    const at = Date.now();
    if (isOver || isForProgram() || isBegun() || credentials.from > at || credentials.until < at + RENEW_BEFORE) return;
    const id = messageId(at);
    const key = `${shelf}outbox:${id}`;
    const store = () => localStorage.setItem(key, JSON.stringify({ v: 2, value: { text, at, state: 'queued' } }));
    store();
    remove = () => localStorage.removeItem(key);
    start.unstore = () => {
      remove();
      if (!isBegun()) return;
      store();
      start.isFound = true;
      abort();
      letGo();
    };
    const answer = post(text, id, credentials);
    const log = follow(answer, credentials);
    // Whoever takes them hears of a failure, too.
    log.catch(() => {});
    early = { id, answer, startAbort, log, logAbort };
  };

  return Object.assign(start, {
    send(text) {
      Promise.all([lock, token])
        .then(() => begin(text))
        // Storage that may not be read, or is full: the program says so, and sends the message.
        .catch(() => {});
      return start;
    },
    unstore() {},
    handOver() {
      clearTimeout(patience);
      if (!early || isOver) {
        letGo();
        return early;
      }
      if (leading) return { ...early, ...leading };
      // It comes too late.
      lead.then(({ release }) => release());
      return early;
    },
    discard() {
      remove();
      abort();
      letGo();
    },
  });
}
