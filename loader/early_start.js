// Optimistic start: sends the first message to the proxy while the program is still loading, as the
// program would start the conversation (src/runtime/requests.rs), under the lock that all tabs
// share and stored where a reload finds it. The program takes over the answers instead of asking
// for them.

import { proxyOf } from './early_token.js';
import { systemVariables } from './system_variables.js';

/** Time until the locks are released, in milliseconds: then other tabs may start a conversation. */
const PATIENCE = 30_000;

/** The program first renews a token that has less than this left, in milliseconds. */
const RENEW_BEFORE = 60_000;

/** Settings that add data to a start or change its address: only the program handles them. */
const OTHERS = 'api-url events-url user identity contact contact-name contact-email contact-phone variables'.split(' ');

/** Generates a UUIDv7: ids sort by their time. */
function messageId(at) {
  const time = at.toString(16).padStart(12, '0');
  const random = crypto.randomUUID().slice(15);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random}`;
}

/** Body of the request that starts a conversation with `text`, as documented. */
const startOf = (host, visitor, text) => ({
  channel: 'API',
  message: { data: { body: text }, type: 'text' },
  variables: { system: systemVariables() },
  bot_key: host.getAttribute('bot-key') ?? '',
  from: { user_external_id: visitor, type: 'VISITOR' },
});

/** Requests a lock. Resolves once it is held; `release()` releases it, and `asked` settles then. */
function hold(name) {
  let asked;
  const granted = new Promise((resolve) => {
    asked = navigator.locks.request(name, () => new Promise(resolve));
  });
  asked.catch(() => {});
  return granted.then((release) => ({ release, asked }));
}

/**
 * Prepares to send `host`'s first message once `token`, the token request, is answered.
 * `isBegun()`: whether more than a draft is stored. The locks are requested at once, since a busy
 * page learns late that it holds them. Returns null if sending is left to the program; else:
 * - `send(text)`: sends the message
 * - `isSent`: the proxy has accepted it
 * - `unstore()`: called before the program reads storage; removes the stored message, which the
 *   program gets by `handOver()` instead. If another tab has stored something, too, the message
 *   stays stored, `isFound` is set and nothing is handed over: the program then sends it as usual
 * - `handOver()`: what the program continues with (src/runtime/early_start.rs), or null if nothing
 *   was sent and nothing will be
 * - `discard()`: the message is not to be sent
 */
export function prepareStart(host, settings, shelf, token, isBegun) {
  if (!shelf || !navigator.locks || !crypto.randomUUID) return null;
  const [startAbort, logAbort] = [new AbortController(), new AbortController()];
  let early = null;
  /** The leader's lock, once it is held. */
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

  /** Checked when the message is sent, since the page may have changed settings. */
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
    // Read now, not while the program is rendered.
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
    // The program handles a failure when it takes the promise.
    log.catch(() => {});
    early = { id, answer, startAbort, log, logAbort };
  };

  return Object.assign(start, {
    send(text) {
      Promise.all([lock, token])
        .then(() => begin(text))
        // Storage cannot be read or is full: the program reports that and sends the message.
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
      // The lock was granted too late to hand it over: release it.
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
