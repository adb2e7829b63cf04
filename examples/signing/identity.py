# Signs who a visitor is, for chataibot-proxy. Run by your server for a signed-in user, never in a page: the secret stays with you.
# python3 identity.py <secret> <site> <now>: prints the identity of the user below.

import base64, hashlib, hmac, json, sys, time


def sign(user, site, secret, now=None):
    """`user` is your own: id, name, email. The identity holds for five minutes."""
    now = int(time.time()) if now is None else now
    encode = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=")
    part = lambda value: encode(json.dumps(value, separators=(",", ":")).encode())
    claims = {"sub": user["id"], "aud": site, "name": user["name"], "email": user["email"], "iat": now, "exp": now + 300}
    message = part({"alg": "HS256", "typ": "JWT"}) + b"." + part(claims)
    return (message + b"." + encode(hmac.new(secret.encode(), message, hashlib.sha256).digest())).decode()


if len(sys.argv) > 1:
    secret, site, now = sys.argv[1:]
    print(sign({"id": "42", "name": "Ada Lovelace", "email": "ada@example.com"}, site, secret, int(now)))
