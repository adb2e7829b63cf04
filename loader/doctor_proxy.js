// Checks the proxy as seen from this page: reachable, allows this origin, issues a token, streams
// without buffering, and agrees on the time.

/** Clock difference from which times and signed identities are wrong, in milliseconds. */
const FAR = 120_000;

/** A probe's events are 600 ms apart; closer than this, in milliseconds, they were buffered. */
const APART = 250;

/** Timeout of a request, in milliseconds. */
const PATIENCE = 15_000;

/**
 * The page's origin as the browser sends it to the proxy: `null` for a file, whatever `location`
 * says.
 */
const { origin: ORIGIN } = globalThis;

const trim = (address) => address.replace(/\/+$/, '');

/** All addresses, by the rules of src/config/address.rs. */
function addresses(host, folder) {
  const absolute = (address) => new URL(address, location).href;
  const proxy = trim(absolute(host?.proxyUrl || folder.origin));
  const api = trim(absolute(host?.apiUrl || `${proxy}/api/v1`));
  const events = host?.eventsUrl === 'none' ? null : trim(absolute(host?.eventsUrl || api));
  return { proxy, token: trim(absolute(host?.tokenUrl || `${proxy}/token`)), events };
}

/** Whether the address is this device itself, which browsers treat as secure. */
const isHere = (address) => /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1])$/.test(new URL(address).hostname);

/** Notes faults between this page and its proxy. */
export async function checkProxy({ host, folder, note, watch }) {
  let at;
  try {
    at = addresses(host, folder);
  } catch {
    return note('proxy', 'failure', 'the address of the proxy is none.', 'Set proxy-url to an https address, or leave it out.');
  }
  if (location.protocol === 'https:' && at.token.startsWith('http:') && !isHere(at.token)) {
    return note('proxy', 'failure', `${at.token} is not secure, and the page is: browsers refuse it.`, 'Set proxy-url to an https:// address.');
  }
  if (/^http/.test(location.protocol) && isHere(at.token) && !isHere(location)) {
    const message = `${at.proxy} is each visitor's own device: an address to try the chat with.`;
    note('proxy', 'warning', message, 'Set proxy-url to the address that the proxy has for everybody.');
  }
  const answer = await askToken(at, host, note, watch);
  if (!answer) return null;
  const { renewal } = answer;
  const ended = await post(`${at.token}/end`, { renewal }).catch(() => null);
  if (!ended?.ok) note('token', 'unknown', 'the token that was asked for could not be given back.', 'It ends by itself.');
  return at.events ? checkStream(at.events, note, watch) : note('stream', 'ok', 'there is none, as the setting `events-url` says: replies are the page’s own affair.');
}

const post = (address, body) =>
  fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    credentials: 'omit',
    cache: 'no-store',
    signal: AbortSignal.timeout(PATIENCE),
  });

/**
 * Asks for a token as the widget would, for a new visitor. Resolves with null, after noting the
 * reason, if there is none.
 */
async function askToken(at, host, note, watch) {
  const { site, identity } = host ?? {};
  let response;
  try {
    response = await post(at.token, { site: site ?? undefined, identity: identity ?? undefined });
  } catch (cause) {
    await explain(at, cause, note, watch);
    return null;
  }
  const body = await response.json().catch(() => null);
  if (response.ok && typeof body?.token === 'string') {
    note('proxy', 'ok', `${at.proxy} answers.`);
    note('origin', 'ok', `${ORIGIN} is one of its origins.`);
    note('token', 'ok', 'visitors get their token.');
    return body;
  }
  if (body?.ok !== false || !body.error) {
    const fix = 'Set proxy-url (or token-url) to the address of chataibot-proxy, and let its reverse proxy pass POST /token on.';
    note('proxy', 'failure', `${at.token} answered ${response.status}, and not as a proxy of the chat does.`, fix);
    return null;
  }
  note('proxy', 'ok', `${at.proxy} answers.`);
  const [check, fix] = REFUSALS[body.error] ?? REFUSALS[response.status >= 500 ? 'UNAVAILABLE' : 'OTHER'];
  note(check, 'failure', `the proxy gave no token: ${response.status} ${body.error}: ${body.message ?? 'without a word'}`, fix(host));
  return null;
}

/** The check and the fix for each error code of the proxy. */
const REFUSALS = {
  ORIGIN_NOT_ALLOWED: [
    'site',
    (host) =>
      host?.site
        ? `Is site="${host.site}" the id of a [[site]] in the proxy's configuration, with "${ORIGIN}" in its origins?`
        : `Add "${ORIGIN}" to origins of the [[site]] in the proxy's configuration, then SIGHUP.`,
  ],
  BAD_REQUEST: ['site', () => 'Name one of the proxy’s sites with the setting `site`; take `identity` back where the site has none.'],
  IDENTITY_REQUIRED: ['identity', () => 'This site talks to signed-in visitors only: set `user` and `identity`, or identity = "optional" in its [[site]].'],
  IDENTITY_REFUSED: ['identity', () => 'Sign anew: the secret, the clock of your server, `aud` (the site’s id) and a life of ten minutes at most must be right.'],
  RATE_LIMITED: ['token', () => 'Wait a minute. Where all visitors seem to have one address, set trusted_proxies.'],
  OTHER: ['token', () => 'The log of the proxy has more.'],
  UNAVAILABLE: ['proxy', () => 'Look at /readyz and the log of the proxy: its store may be away.'],
};

/** Finds out by further requests why there was no answer, which the browser does not say. */
async function explain({ proxy, token }, cause, note, watch) {
  if (await watch.refused(token)) return null;
  if (cause.name === 'TimeoutError') return note('proxy', 'failure', `${proxy} did not answer in time.`, 'Look at the proxy and at what stands before it.');
  // An opaque response still shows that the server is up.
  const isUp = await fetch(`${proxy}/healthz`, { mode: 'no-cors', credentials: 'omit', cache: 'no-store' }).then(
    () => true,
    () => false,
  );
  if (!isUp) {
    const fix = 'Is the proxy running, and proxy-url its address? Is its certificate good? May the page reach that network?';
    return note('proxy', 'failure', `${proxy} cannot be reached.`, fix);
  }
  note('proxy', 'ok', `${proxy} is up.`);
  if (ORIGIN === 'null') {
    const isFile = location.protocol === 'file:';
    const message = `the page has no origin: it is ${isFile ? 'a file' : 'in a sandboxed frame'}.`;
    return note('origin', 'failure', message, isFile ? 'Serve it by http(s); docs/frameworks.md has how apps do that.' : 'Add allow-same-origin to the frame’s sandbox.');
  }
  const fix =
    `Add "${ORIGIN}", written exactly so, to origins of the [[site]] in the proxy's configuration, then SIGHUP. ` +
    `Where it is there, what stands before the proxy drops its CORS headers or answers OPTIONS itself, or ${proxy} is not the proxy's address.`;
  return note('origin', 'failure', `the proxy does not let pages of ${ORIGIN} call it.`, fix);
}

async function checkStream(events, note, watch) {
  const address = `${events}/conversation/probe/events`;
  const moments = [];
  let now;
  try {
    const response = await fetch(address, { headers: { accept: 'text/event-stream' }, credentials: 'omit', cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) });
    if (!response.ok) return note('stream', 'unknown', `${address} answered ${response.status}: this proxy has no probe.`, 'Ask one of a newer version.');
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      moments.push(performance.now());
      now ??= { theirs: Number(/"now":(\d+)/.exec(piece.value)?.[1]), ours: Date.now() };
    }
  } catch {
    if (await watch.refused(address)) return null;
    return note('stream', 'failure', `the stream at ${address} broke off.`, 'Let what stands before the proxy pass text/event-stream on, and be patient for 60 s.');
  }
  const span = moments.at(-1) - moments[0];
  if (moments.length > 1 && span >= APART) note('stream', 'ok', 'replies come as soon as they are there.');
  else {
    const fix = 'Turn buffering off for /api/v1/conversation/ (nginx: proxy_buffering off; no compression of text/event-stream). Until then the chat asks by long polls.';
    note('stream', 'warning', 'something between collects the stream before it passes it on.', fix);
  }
  return checkClock(now, span, note);
}

function checkClock({ theirs, ours } = {}, span, note) {
  if (!theirs) return note('clock', 'unknown', 'the proxy did not tell the time.');
  const ahead = ours - theirs;
  if (Math.abs(ahead) < FAR) return note('clock', 'ok', 'clocks agree.');
  const hours = Math.abs(ahead) / 3_600_000;
  const far = hours < 3 ? `${Math.round(hours * 60)} minutes` : `${Math.round(hours)} hours`;
  const message = `this device's clock is ${far} ${ahead > 0 ? 'ahead of' : 'behind'} the proxy's.`;
  return note('clock', 'warning', message, 'Set the clock of whichever is wrong, best by NTP; times of messages, and identities that are signed here, depend on it.');
}
