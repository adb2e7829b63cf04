// Checks the proxy as seen from this page: reachable, allows this origin, issues a token, streams
// without buffering, and agrees on the time.

/** Clock difference from which times and signed identities are wrong, in milliseconds. */
const MAX_CLOCK_DIFFERENCE = 120_000;

/** A probe's events are 600 ms apart; closer than this, in milliseconds, they were buffered. */
const MIN_SPAN = 250;

/** Timeout of a request, in milliseconds. */
const TIMEOUT = 15_000;

/**
 * The page's origin as the browser sends it to the proxy: `null` for a file, whatever `location`
 * says.
 */
const { origin: ORIGIN } = globalThis;

const trimSlashes = (address) => address.replace(/\/+$/, '');

/** All addresses, by the rules of src/config/address.rs. */
function addresses(host, folder) {
  const absolute = (address) => new URL(address, location).href;
  const proxy = trimSlashes(absolute(host?.proxyUrl || folder.origin));
  const api = trimSlashes(absolute(host?.apiUrl || `${proxy}/api/v1`));
  const events = host?.eventsUrl === 'none' ? null : trimSlashes(absolute(host?.eventsUrl || api));
  return { proxy, token: trimSlashes(absolute(host?.tokenUrl || `${proxy}/token`)), events };
}

/** Whether the address is this device itself, which browsers treat as secure. */
const isLocal = (address) => /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1])$/.test(new URL(address).hostname);

/** Notes faults between this page and its proxy. */
export async function checkProxy({ host, folder, note, watch }) {
  let urls;
  try {
    urls = addresses(host, folder);
  } catch {
    return note('proxy', 'failure', 'the address of the proxy is not valid.', 'Set proxy-url to an https:// address, or remove it.');
  }
  if (location.protocol === 'https:' && urls.token.startsWith('http:') && !isLocal(urls.token)) {
    return note('proxy', 'failure', `${urls.token} uses http, but the page uses https: browsers block it.`, 'Set proxy-url to an https:// address.');
  }
  if (/^http/.test(location.protocol) && isLocal(urls.token) && !isLocal(location)) {
    const message = `${urls.proxy} is each visitor's own device: it works only on yours.`;
    note('proxy', 'warning', message, 'Set proxy-url to the public address of the proxy.');
  }
  const answer = await askToken(urls, host, note, watch);
  if (!answer) return null;
  const { renewal } = answer;
  const endResponse = await post(`${urls.token}/end`, { renewal }).catch(() => null);
  if (!endResponse?.ok) note('token', 'unknown', 'the token requested by this check could not be ended.', 'Nothing to change: it expires.');
  return urls.events ? checkStream(urls.events, note, watch) : note('stream', 'ok', 'no stream, because events-url="none": the page itself gets the replies.');
}

const post = (address, body) =>
  fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    credentials: 'omit',
    cache: 'no-store',
    signal: AbortSignal.timeout(TIMEOUT),
  });

/**
 * Asks for a token as the widget would, for a new visitor. Resolves with null, after noting the
 * reason, if there is none.
 */
async function askToken(urls, host, note, watch) {
  const { site, identity } = host ?? {};
  let response;
  try {
    response = await post(urls.token, { site: site ?? undefined, identity: identity ?? undefined });
  } catch (cause) {
    await explain(urls, cause, note, watch);
    return null;
  }
  const body = await response.json().catch(() => null);
  if (response.ok && typeof body?.token === 'string') {
    note('proxy', 'ok', `${urls.proxy} answers.`);
    note('origin', 'ok', `${ORIGIN} is one of its allowed origins.`);
    note('token', 'ok', 'visitors get a token.');
    return body;
  }
  if (body?.ok !== false || !body.error) {
    const fix = 'Set proxy-url (or token-url) to the address of chataibot-proxy, and let its reverse proxy forward POST /token.';
    note('proxy', 'failure', `${urls.token} answered ${response.status}, but does not seem to be the chat's proxy.`, fix);
    return null;
  }
  note('proxy', 'ok', `${urls.proxy} answers.`);
  const [check, fix] = REFUSALS[body.error] ?? REFUSALS[response.status >= 500 ? 'UNAVAILABLE' : 'OTHER'];
  note(check, 'failure', `the proxy gave no token: ${response.status} ${body.error}: ${body.message ?? 'no details'}`, fix(host));
  return null;
}

/** The check and the fix for each error code of the proxy. */
const REFUSALS = {
  ORIGIN_NOT_ALLOWED: [
    'site',
    (host) =>
      host?.site
        ? `Is site="${host.site}" the id of a [[site]] in the proxy's configuration, with "${ORIGIN}" in its origins?`
        : `Add "${ORIGIN}" to origins of the [[site]] in the proxy's configuration, then send SIGHUP.`,
  ],
  BAD_REQUEST: ['site', () => 'Set `site` to one of the proxy’s sites; remove `identity` if that site does not use it.'],
  IDENTITY_REQUIRED: ['identity', () => 'This site is for signed-in visitors only: set `user` and `identity`, or identity = "optional" in its [[site]].'],
  IDENTITY_REFUSED: ['identity', () => 'Sign the identity again. Check the secret, your server’s clock, `aud` (the site’s id) and the lifetime (at most ten minutes).'],
  RATE_LIMITED: ['token', () => 'Wait a minute. If all visitors seem to have one IP address, set trusted_proxies.'],
  OTHER: ['token', () => 'See the log of the proxy.'],
  UNAVAILABLE: ['proxy', () => 'See /readyz and the log of the proxy: its store may be down.'],
};

/** Finds out by further requests why there was no answer, which the browser does not say. */
async function explain({ proxy, token }, cause, note, watch) {
  if (await watch.refused(token)) return null;
  if (cause.name === 'TimeoutError') return note('proxy', 'failure', `${proxy} did not answer in time.`, 'Check the proxy and the servers in front of it.');
  // An opaque response still shows that the server is up.
  const isUp = await fetch(`${proxy}/healthz`, { mode: 'no-cors', credentials: 'omit', cache: 'no-store' }).then(
    () => true,
    () => false,
  );
  if (!isUp) {
    const fix = 'Is the proxy running, and proxy-url its address? Is its certificate valid? Can this device reach that network?';
    return note('proxy', 'failure', `${proxy} cannot be reached.`, fix);
  }
  note('proxy', 'ok', `${proxy} is up.`);
  if (ORIGIN === 'null') {
    const isFile = location.protocol === 'file:';
    const message = `the page has no origin: it is ${isFile ? 'a file' : 'in a sandboxed frame'}.`;
    return note('origin', 'failure', message, isFile ? 'Serve it by http(s); docs/frameworks.md says how apps do that.' : 'Add allow-same-origin to the frame’s sandbox.');
  }
  const fix =
    `Add "${ORIGIN}", exactly like this, to origins of the [[site]] in the proxy's configuration, then send SIGHUP. ` +
    `If it is there, a server in front of the proxy drops its CORS headers or answers OPTIONS itself, or ${proxy} is not the proxy's address.`;
  return note('origin', 'failure', `the proxy does not accept requests from ${ORIGIN}.`, fix);
}

async function checkStream(events, note, watch) {
  const address = `${events}/conversation/probe/events`;
  const arrivalTimes = [];
  let times;
  try {
    const response = await fetch(address, { headers: { accept: 'text/event-stream' }, credentials: 'omit', cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT) });
    if (!response.ok) return note('stream', 'unknown', `${address} answered ${response.status}: this proxy has no stream test.`, 'Update the proxy, if it is chataibot-proxy.');
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let result = await reader.read(); !result.done; result = await reader.read()) {
      arrivalTimes.push(performance.now());
      times ??= { proxyTime: Number(/"now":(\d+)/.exec(result.value)?.[1]), localTime: Date.now() };
    }
  } catch {
    if (await watch.refused(address)) return null;
    return note('stream', 'failure', `the stream at ${address} failed.`, 'Let servers in front of the proxy forward text/event-stream and allow 60 s of silence.');
  }
  const duration = arrivalTimes.at(-1) - arrivalTimes[0];
  if (arrivalTimes.length > 1 && duration >= MIN_SPAN) note('stream', 'ok', 'replies arrive without delay.');
  else {
    const fix = 'Turn buffering off for /api/v1/conversation/ (nginx: proxy_buffering off; no compression of text/event-stream). Until then the chat uses long polling.';
    note('stream', 'warning', 'something between page and proxy buffers the stream.', fix);
  }
  return checkClock(times, duration, note);
}

function checkClock({ proxyTime, localTime } = {}, duration, note) {
  if (!proxyTime) return note('clock', 'unknown', 'the proxy did not send its time.');
  const lead = localTime - proxyTime;
  if (Math.abs(lead) < MAX_CLOCK_DIFFERENCE) return note('clock', 'ok', 'clocks agree.');
  const hours = Math.abs(lead) / 3_600_000;
  const difference = hours < 3 ? `${Math.round(hours * 60)} minutes` : `${Math.round(hours)} hours`;
  const message = `this device's clock is ${difference} ${lead > 0 ? 'ahead of' : 'behind'} the proxy's.`;
  return note('clock', 'warning', message, 'Correct the wrong clock, best by NTP: message times, and identities signed here, depend on it.');
}
