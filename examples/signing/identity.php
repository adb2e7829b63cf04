<?php
// Signs who a visitor is, for chataibot-proxy. Run by your server for a signed-in user, never in a page: the secret stays with you.
// php identity.php <secret> <site> <now>: prints the identity of the user below.

/** `$user` is your own: id, name, email. The identity holds for five minutes. */
function sign(array $user, string $site, string $secret, ?int $now = null): string
{
    $now ??= time();
    $encode = fn (string $data): string => rtrim(strtr(base64_encode($data), '+/', '-_'), '=');
    $part = fn (array $value): string => $encode(json_encode($value));
    $claims = ['sub' => $user['id'], 'aud' => $site, 'name' => $user['name'], 'email' => $user['email'], 'iat' => $now, 'exp' => $now + 300];
    $message = $part(['alg' => 'HS256', 'typ' => 'JWT']) . '.' . $part($claims);
    return $message . '.' . $encode(hash_hmac('sha256', $message, $secret, true));
}

if (PHP_SAPI === 'cli' && $argc > 1) {
    echo sign(['id' => '42', 'name' => 'Ada Lovelace', 'email' => 'ada@example.com'], $argv[2], $argv[1], (int) $argv[3]), "\n";
}
