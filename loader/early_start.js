// Optimistic start: sends the first message to the proxy while the program is still loading, as the
// program would start the conversation (src/runtime/requests.rs), under the lock that all tabs
// share and stored where a reload finds it. The program takes over the answers instead of asking
// for them.

import { proxyOf } from './early_token.js';
import { systemVariables } from './system_variables.js';

/** Time until the locks are released, in milliseconds: then other tabs may start a conversation. */
const LOCK_TIMEOUT = 30_000;

/** The program first renews a token that has less than this left, in milliseconds. */
const RENEW_BEFORE = 60_000;

/** Settings that add data to a start or change its address: only the program handles them. */
const PROGRAM_SETTINGS =
  'api-url events-url user identity contact contact-name contact-email contact-phone variables'.split(' ');

/** Generates a UUIDv7: ids sort by their time. */
function messageId(now) {
  const time = now.toString(16).padStart(12, '0');
  const random = crypto.randomUUID().slice(15);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random}`;
}

/** Body of the request that starts a conversation with `text`, as documented. */
const startBody = (host, visitor, text) => ({
  channel: 'API',
  message: { data: { body: text }, type: 'text' },
  variables: { system: systemVariables() },
  bot_key: host.botKey ?? '',
  from: { user_external_id: visitor, type: 'VISITOR' },
});

/** Requests a lock. Resolves once it is held; `release()` releases it, and `asked` settles then. */
function requestLock(name) {
  let asked;
  const granted = new Promise((resolve) => {
    asked = navigator.locks.request(name, () => new Promise(resolve));
  });
  asked.catch(() => {});
  return granted.then((release) => ({ release, asked }));
}

/**
 * Prepares to send `host`'s first message once `token`, the token request, is answered.
 * `hasMoreThanDraft()`: whether more than a draft is stored. The locks are requested at once, since
 * a busy page learns late that it holds them. Returns null if sending is left to the program; else:
 * - `send(text)`: sends the message
 * - `isSent`: the proxy has accepted it
 * - `unstore()`: called before the program reads storage; removes the stored message, which the
 *   program gets by `handOver()` instead. If another tab has stored something, too, the message
 *   stays stored, `isFound` is set and nothing is handed over: the program then sends it as usual
 * - `handOver()`: what the program continues with (src/runtime/early_start.rs), or null if nothing
 *   was sent and nothing will be
 * - `discard()`: the message is not to be sent
 * - `end()`: the element is gone; its next program finds the message in storage
 */
export function prepareStart(host, settings, storagePrefix, token, hasMoreThanDraft) {
  if (!storagePrefix || !navigator.locks || !crypto.randomUUID) return null;
  const [startAbort, logAbort] = [new AbortController(), new AbortController()];
  let handover = null;
  /** The leader's lock, once it is held. */
  let heldLeaderLock = null;
  let isReleased = false;
  let removeMessage = () => {};

  const sendLock = requestLock(`${storagePrefix}send`);
  const leaderLock = requestLock(`${storagePrefix}leader`);
  const start = { isSent: false };
  const releaseLocks = () => {
    isReleased = true;
    for (const one of [sendLock, leaderLock]) one.then(({ release }) => release());
  };
  const abort = () => [startAbort, logAbort].forEach((one) => one.abort());
  startAbort.signal.onabort = () => sendLock.then(({ release }) => release());
  leaderLock.then((granted) => (heldLeaderLock = granted));
  const timer = setTimeout(releaseLocks, LOCK_TIMEOUT);

  /** Checked when the message is sent, since the page may have changed settings. */
  const needsProgram = () => PROGRAM_SETTINGS.some((name) => host.hasAttribute(name)) || host.contact || host.variables;

  const request = (path, { token }, options) =>
    fetch(`${proxyOf(settings)}/api/v1/conversation${path}`, {
      ...options,
      headers: { authorization: `Bearer ${token}`, ...options.headers },
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
    });

  const postStart = async (text, id, credentials) => {
    const answer = await request('s', credentials, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': id },
      body: JSON.stringify(startBody(host, credentials.visitor, text)),
      signal: startAbort.signal,
    });
    start.isSent = answer.ok;
    // Read now, not while the program is rendered.
    const body = await answer.text();
    answer.text = async () => body;
    return answer;
  };

  const openStream = async (answer, credentials) => {
    const { conversation } = JSON.parse(await (await answer).text());
    const path = `/${encodeURIComponent(conversation.id)}/events?last=200`;
    return request(path, credentials, { headers: { accept: 'text/event-stream' }, signal: logAbort.signal });
  };

  const startConversation = (text) => {
    const credentials = JSON.parse(localStorage.getItem(`${storagePrefix}visitor`)).value;
    const now = Date.now();
    if (
      isReleased ||
      needsProgram() ||
      hasMoreThanDraft() ||
      credentials.from > now ||
      credentials.until < now + RENEW_BEFORE
    )
      return;
    const id = messageId(now);
    const storageKey = `${storagePrefix}outbox:${id}`;
    const storeMessage = () =>
      localStorage.setItem(storageKey, JSON.stringify({ v: 2, value: { text, at: now, state: 'queued' } }));
    storeMessage();
    removeMessage = () => localStorage.removeItem(storageKey);
    start.unstore = () => {
      removeMessage();
      if (!hasMoreThanDraft()) return;
      storeMessage();
      start.isFound = true;
      abort();
      releaseLocks();
    };
    const answer = postStart(text, id, credentials);
    const log = openStream(answer, credentials);
    // The program handles a failure when it takes the promise.
    log.catch(() => {});
    handover = { id, answer, startAbort, log, logAbort };
  };

  return Object.assign(start, {
    send(text) {
      Promise.all([sendLock, token])
        .then(() => startConversation(text))
        // Storage cannot be read or is full: the program reports that and sends the message.
        .catch(() => {});
      return start;
    },
    unstore() {},
    handOver() {
      clearTimeout(timer);
      // The page has identified the visitor since, who has a conversation of their own.
      if (host.user) return this.discard();
      if (!handover || isReleased) {
        releaseLocks();
        return handover;
      }
      if (heldLeaderLock) return { ...handover, ...heldLeaderLock };
      // The lock was granted too late to hand it over: release it.
      leaderLock.then(({ release }) => release());
      return handover;
    },
    discard() {
      removeMessage();
      abort();
      releaseLocks();
    },
    end() {
      Promise.allSettled([sendLock, token]).then(() => {
        logAbort.abort();
        releaseLocks();
      });
    },
  });
}
