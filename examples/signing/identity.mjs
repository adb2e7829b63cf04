// Signs a visitor's identity for chataibot-proxy. Run by your server for a signed-in user, never in
// a page: the secret must stay on the server. `node identity.mjs <secret> <site> <now>` prints the
// identity of the user below.

import { createHmac } from 'node:crypto';

/** `user` is your own: { id, name, email }. The identity is valid for five minutes. */
export function sign(user, site, secret, now = Math.floor(Date.now() / 1000)) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { sub: user.id, aud: site, name: user.name, email: user.email, iat: now, exp: now + 300 };
  const message = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${message}.${createHmac('sha256', secret).update(message).digest('base64url')}`;
}

const [secret, site, now] = process.argv.slice(2);
if (secret) console.log(sign({ id: '42', name: 'Ada Lovelace', email: 'ada@example.com' }, site, secret, Number(now)));
