// The visitor's token, asked for while the program is on its way: as another tab of the program
// would ask, under the lock that all tabs share, and kept where they find it
// (src/runtime/requests.rs, src/machine/storage_schema.rs). The program takes it from there.

/** By then the program asks for itself, in milliseconds. */
const PATIENCE = 10_000;

/**
 * Asks for the token of a new visitor. Only where the visitor has opened the window, nobody is
 * signed in, and something may be kept. Resolves with what the site offers, or with nothing; a
 * failure is the program's to meet, which asks again.
 */
export async function askToken(settings, shelf) {
  const { user, identity } = settings;
  if (!shelf || user != null || identity != null || !navigator.locks) return null;
  const key = `${shelf}visitor`;
  try {
    if (localStorage.getItem(key)) return null;
    // Set out before the lock is granted, which a busy page hears of late. Only who has the lock
    // keeps the answer.
    const answer = post(settings);
    answer.catch(() => {});
    return await navigator.locks.request(`${shelf}token`, async () => !localStorage.getItem(key) && keep(await answer, key));
  } catch {
    return null;
  }
}

/** Where the proxy is, without a slash at the end. */
export const proxyOf = (settings) => settings['proxy-url'].replace(/\/+$/, '');

async function post(settings) {
  const response = await fetch(settings['token-url'] ?? `${proxyOf(settings)}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ site: settings.site }),
    credentials: 'omit',
    cache: 'no-store',
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE),
  });
  const answer = await response.json();
  return response.ok && answer.ok ? answer : null;
}

function keep(answer, key) {
  // Another tab without such locks may have been first.
  if (!answer || localStorage.getItem(key)) return null;
  const { visitor, token, renewal, expires_in, features } = answer;
  const from = Date.now();
  const { uploads, typed_answers: typed = false } = features ?? {};
  const value = { visitor, token, renewal, from, until: from + expires_in * 1000, uploads, typed };
  localStorage.setItem(key, JSON.stringify({ v: 2, value }));
  return features ?? {};
}
