// Early token request: asks for the visitor's token while the program is loading, as another tab's
// program would, under the lock that all tabs share, and stores it where they find it
// (src/runtime/requests.rs, src/machine/storage_schema.rs). The program reads it from there.

/** Timeout in milliseconds; after it the program asks for itself. */
const TIMEOUT = 10_000;

/**
 * Requests a token for a new visitor, but only if the visitor has opened the window, no one is
 * signed in, and storage is allowed. Resolves with the features that the site offers, or with null;
 * on a failure the program asks again.
 */
export async function askToken(settings, storagePrefix) {
  const { user, identity } = settings;
  // The program does not accept an address without a scheme either.
  if (!storagePrefix || user != null || identity != null || !navigator.locks || !/^(\w+:\/)?\//.test(settings['proxy-url'])) return null;
  const key = `${storagePrefix}visitor`;
  try {
    if (localStorage.getItem(key)) return null;
    // Sent before the lock is granted, which a busy page learns late. Only the holder of the lock
    // stores the answer.
    const answer = requestToken(settings);
    answer.catch(() => {});
    return await navigator.locks.request(`${storagePrefix}token`, async () => !localStorage.getItem(key) && storeToken(await answer, key));
  } catch {
    return null;
  }
}

/** The proxy's base URL, without a slash at the end. */
export const proxyOf = (settings) => settings['proxy-url'].replace(/\/+$/, '');

async function requestToken(settings) {
  const response = await fetch(settings['token-url'] ?? `${proxyOf(settings)}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ site: settings.site }),
    credentials: 'omit',
    cache: 'no-store',
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT),
  });
  const answer = await response.json();
  return response.ok && answer.ok ? answer : null;
}

function storeToken(answer, key) {
  // Another tab, without Web Locks, may have stored a token first.
  if (!answer || localStorage.getItem(key)) return null;
  const { visitor, token, renewal, expires_in, features } = answer;
  const from = Date.now();
  const { uploads, typed_answers: typed = false } = features ?? {};
  const value = { visitor, token, renewal, from, until: from + expires_in * 1000, uploads, typed };
  localStorage.setItem(key, JSON.stringify({ v: 2, value }));
  return features ?? {};
}
