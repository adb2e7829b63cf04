// A proxy between the ChatAIBot widget and the platform, in one file and without packages:
// docs/contract.md, kept in memory.
//
// Environment: PORT (8787), ORIGINS (http://localhost:4711), PLATFORM_URL, ACCOUNT_TOKEN, BOT_KEY,
// WEBHOOK_SECRET, WEBHOOK_TOKEN; without them it fits the simulator. Left out: files, typed
// answers, signed-in visitors, several sites, rate limits, and a disk: a restart forgets all.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const env = (name, otherwise) => process.env[name] ?? otherwise;
const ORIGINS = new Set(env("ORIGINS", "http://localhost:4711").split(","));
const PLATFORM = env("PLATFORM_URL", "http://127.0.0.1:8788/api/v1");
const ACCOUNT_TOKEN = env("ACCOUNT_TOKEN", "demo-account-token"), BOT_KEY = env("BOT_KEY", "demo-bot");
const WEBHOOK_SECRET = env("WEBHOOK_SECRET", "demo-webhook-secret"), WEBHOOK_TOKEN = env("WEBHOOK_TOKEN", "demo-webhook-token");
const TOKEN_LIFE = 600, RENEWAL_GRACE = 20_000, BODY_BYTES = 64 * 1024, WEBHOOK_BYTES = 4 << 20, TEXT_CHARS = 4000, CONTENT_BYTES = 512 * 1024;
const EPOCH = Math.floor(Date.now() / 1000);
const random = (bytes) => randomBytes(bytes).toString("hex");
const digest = (text) => createHash("sha256").update(String(text)).digest();
const same = (a, b) => timingSafeEqual(digest(a), digest(b));

// ---- State ----
const tokens = new Map(); //        token → { visitor, origin, ends }
const renewals = new Map(); //      renewal secret → { visitor, usedAt, next }
const conversations = new Map(); // alias → { alias, visitor, platform, log, streams, lane, echoes, closed, seen }
const byPlatform = new Map(); //    the platform's id → conversation
const early = new Map(); //         the platform's id → events that came before the answer to the start
const sends = new Map(); //         visitor and key → { print, answer: a promise, failed }

/** A refusal: thrown anywhere, answered in one place. */
class Refusal extends Error {
  constructor(status, code, message, retryAfter) {
    super(message);
    Object.assign(this, { status, code, retryAfter: retryAfter ?? (status === 429 || status === 503 ? 5 : undefined) });
  }
}
const notFound = () => new Refusal(404, "NOT_FOUND", "there is nothing here, or nothing of yours");
const badRequest = (message) => new Refusal(400, "BAD_REQUEST", message);
const unauthorized = () => new Refusal(401, "UNAUTHORIZED", "a valid visitor token is needed");
const unknownOutcome = () => new Refusal(502, "UNKNOWN_OUTCOME", "the platform's answer was lost");

// ---- Log ----
function append(conversation, event) {
  const entry = { cursor: `${EPOCH}-${conversation.log.length + 1}`, at: Date.now(), event };
  conversation.log.push(entry);
  for (const told of [...conversation.streams]) told(entry);
}
const deliver = (conversation, key, state) => append(conversation, { delivery: { client_message_id: key, state } });

function readCursor(text) {
  const match = /^(0|[1-9]\d*)-(0|[1-9]\d*)$/.exec(text);
  if (!match) throw badRequest("a cursor is <epoch>-<seq>");
  return { epoch: Number(match[1]), seq: Number(match[2]) };
}
const misfit = ({ epoch, seq }, end) => (epoch !== EPOCH ? { reason: "epoch" } : seq > end ? { reason: "future" } : undefined);

/**
 * Returns what a reader with this cursor receives: the entries, and `reset` or `earlier` if they
 * apply.
 */
function after({ log }, text, last) {
  const cursor = text ? readCursor(text) : undefined, reset = cursor && misfit(cursor, log.length);
  if (cursor && !reset) return { entries: log.slice(cursor.seq) };
  const from = last ? Math.max(0, log.length - last) : 0;
  return { entries: log.slice(from), reset, earlier: last ? from > 0 : undefined };
}

/** Returns the page of entries before this cursor. */
function before({ log }, text, limit) {
  const cursor = readCursor(text), reset = misfit(cursor, log.length + 1);
  const end = reset ? log.length : Math.max(0, cursor.seq - 1), from = Math.max(0, end - limit);
  return { entries: log.slice(from, end), reset, earlier: from > 0 };
}

// ---- Tokens ----
function issue(origin, visitor, renewal = random(32)) {
  const token = random(32);
  for (const [one, { ends }] of tokens) if (ends < Date.now()) tokens.delete(one);
  tokens.set(token, { visitor, origin, ends: Date.now() + TOKEN_LIFE * 1000 });
  if (!renewals.has(renewal)) renewals.set(renewal, { visitor });
  return { ok: true, token, expires_in: TOKEN_LIFE, renewal, visitor };
}

/** Revokes everything of a visitor: tokens, renewal secrets, streams. */
function forget(visitor) {
  for (const map of [renewals, tokens]) for (const [key, one] of map) if (one.visitor === visitor) map.delete(key);
  for (const one of conversations.values()) if (one.visitor === visitor) for (const told of [...one.streams]) told();
}

function token({ origin, body }) {
  if (!origin) throw new Refusal(403, "ORIGIN_NOT_ALLOWED", "the Origin header is missing");
  // Not ignored: the page would keep an anonymous visitor's messages for the user that it named.
  if (body.identity != null) throw badRequest("this site takes no identity");
  if (body.renewal == null) return issue(origin, random(16));
  const known = renewals.get(body.renewal);
  // Used twice: someone else has it. The visitor starts over.
  const stolen = known?.usedAt && Date.now() - known.usedAt > RENEWAL_GRACE;
  if (stolen) forget(known.visitor);
  if (!known || stolen) throw unauthorized();
  known.usedAt ??= Date.now();
  known.next ??= random(32);
  return issue(origin, known.visitor, known.next);
}

/** The visitor leaves. Never fails, and does not reveal whether a secret is valid. */
function leave({ body }) {
  forget(renewals.get(body.renewal)?.visitor);
  return { ok: true };
}

/**
 * Authenticates the visitor. Browsers omit `Origin` in a same-origin GET; here every page is of
 * another origin.
 */
function visitorOf(request) {
  const [, bearer] = /^bearer (\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
  const known = tokens.get(bearer);
  if (!known || known.ends <= Date.now() || known.origin !== request.headers.origin) throw unauthorized();
  return known;
}

function owned(visitor, alias) {
  const conversation = conversations.get(alias);
  if (conversation?.visitor === visitor) return conversation;
  throw notFound();
}

// ---- A message out ----
/**
 * Forwards each idempotency key once. Only a send that definitely did not arrive is forgotten, and
 * may be retried.
 */
async function once(visitor, request, what, forward) {
  const key = request.headers["idempotency-key"] ?? "";
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(key)) throw badRequest("one Idempotency-Key is needed, a UUID");
  const id = `${visitor} ${key}`, print = digest(JSON.stringify(what)).toString("hex");
  const known = sends.get(id);
  if (known && known.print !== print) throw new Refusal(409, "KEY_REUSED", "this key was used for another message");
  if (known && !known.failed) return known.answer;
  const send = known ?? { print };
  sends.set(id, Object.assign(send, { failed: false, answer: forward(key, send) }));
  setTimeout(() => sends.delete(id), 48 * 3600_000).unref?.();
  return send.answer;
}

/** Posts to the platform. Returns its answer, or throws a refusal with `state` for the log. */
async function forward(path, body) {
  const refuse = (state, refusal) => Promise.reject(Object.assign(refusal, { state }));
  let response, answer;
  try {
    const headers = { "content-type": "application/json", authorization: `Bearer ${ACCOUNT_TOKEN}` };
    const how = { method: "POST", headers, body: JSON.stringify(body), redirect: "manual", signal: AbortSignal.timeout(30_000) };
    response = await fetch(PLATFORM + path, how);
    answer = await response.json().catch(() => response.ok && Promise.reject(new Error("half an answer")));
  } catch (error) {
    const unsent = ["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH"].includes(error.cause?.code);
    return unsent ? refuse("failed", new Refusal(503, "UNAVAILABLE", "not possible now")) : refuse("unknown", unknownOutcome());
  }
  if (response.ok && answer?.ok) return answer;
  const code = answer?.error, wait = Number(response.headers.get("retry-after")) || undefined;
  if (code === "CONTACT_IS_BLOCKED" || code === "BAD_REQUEST") return refuse("refused", new Refusal(400, code, "the platform refused this message"));
  if (response.status === 429) return refuse("failed", new Refusal(429, "RATE_LIMITED", "too many requests", wait));
  if (response.status >= 500 && response.status !== 503) return refuse("unknown", unknownOutcome());
  // All else is temporary, or the operator's concern: the visitor is told no more.
  console.error(`the platform answered ${response.status} ${code ?? ""}`);
  return refuse("failed", new Refusal(503, "UNAVAILABLE", "not possible now", wait));
}

function words({ message }) {
  const text = message?.type === "text" ? message.data?.body : undefined;
  if (typeof text === "string" && text.trim() !== "" && text.length <= TEXT_CHARS) return text;
  throw badRequest(`the message must be a text of 1 to ${TEXT_CHARS} characters`);
}

/** Logs the message, forwards it after the earlier ones, and logs the outcome. */
async function send(conversation, key, record, text, path, body) {
  const said = { author: "visitor", client_message_id: key, content: { text: { body: [{ text }] } } };
  if (!record.logged) append(conversation, { message: said });
  record.logged = true;
  const turn = conversation.lane.then(async () => {
    const echo = { key, text, state: "sending" };
    conversation.echoes.push(echo);
    const settle = (state) => {
      if (echo.state !== "sent") deliver(conversation, key, (echo.state = state));
      if (state === "failed" || state === "refused") conversation.echoes = conversation.echoes.filter((one) => one !== echo);
    };
    try {
      const answer = await forward(path(), body);
      settle("sent");
      return answer;
    } catch (refusal) {
      settle(refusal.state ?? "unknown");
      record.failed = refusal.state === "failed";
      throw refusal;
    }
  });
  conversation.lane = turn.catch(() => {});
  return turn;
}

const pick = (from, names) => from && Object.fromEntries(names.filter((name) => typeof from[name] === "string").map((name) => [name, from[name]]));

async function start({ request, body }) {
  const { visitor } = visitorOf(request), text = words(body);
  if (body.bot_key && body.bot_key !== BOT_KEY) throw badRequest("this site has no bot of that bot_key");
  const given = body.variables;
  const system = pick(given?.system, ["timezone", "referrerUrl", "browserLanguage"]), contact = pick(given?.contact, ["name", "email", "phone"]);
  const variables = given && { system, contact, conversation: pick(given.conversation, Object.keys(given.conversation ?? {}).slice(0, 50)) };
  // Rebuilt from the documented fields, so that nothing else leaves and no one can pose as another.
  const from = { user_external_id: visitor, type: "VISITOR" };
  const rebuilt = { channel: "API", message: { data: { body: text }, type: "text" }, variables, bot_key: BOT_KEY, from };
  return once(visitor, request, ["start", text], async (key, record) => {
    const alias = (record.alias ??= random(16));
    const fresh = { alias, visitor, log: [], streams: new Set(), lane: Promise.resolve(), echoes: [], seen: new Set() };
    const conversation = conversations.get(alias) ?? conversations.set(alias, fresh).get(alias);
    const answer = await send(conversation, key, record, text, () => "/conversations", rebuilt);
    conversation.platform = String(answer.conversation.id);
    byPlatform.set(conversation.platform, conversation);
    for (const event of early.get(conversation.platform) ?? []) take(conversation, event);
    early.delete(conversation.platform);
    return { ok: true, conversation: { id: alias, created_at: answer.conversation.created_at } };
  });
}

async function message({ request, body, alias }) {
  const { visitor } = visitorOf(request), conversation = owned(visitor, alias), text = words(body);
  if (conversation.closed) throw new Refusal(409, "CONVERSATION_ENDED", "the conversation has ended");
  const rebuilt = { message: { data: { body: text }, type: "text" }, user: { type: "VISITOR" } };
  return once(visitor, request, ["send", alias, text], async (key, record) => {
    const path = () => `/conversation/${encodeURIComponent(conversation.platform)}/messages`;
    const answer = await send(conversation, key, record, text, path, rebuilt);
    return { ok: true, message_id: answer.message_id };
  });
}

// ---- Reading the log ----
const number = (text, least, most) => {
  const value = text === null ? undefined : Number(text);
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return value;
  throw badRequest(`a whole number from ${least} to ${most} is needed`);
};

async function events({ request, response, alias, query }) {
  const known = visitorOf(request), conversation = owned(known.visitor, alias), accept = request.headers.accept ?? "";
  const cursor = request.headers["last-event-id"] ?? query.get("after"), last = number(query.get("last"), 1, 200);
  if (accept.includes("application/json") && !accept.includes("text/event-stream")) {
    if (query.has("before")) return { ok: true, ...before(conversation, query.get("before"), number(query.get("limit"), 1, 200) ?? 50) };
    const wait = number(query.get("wait"), 0, 25) ?? 0, told = after(conversation, cursor, last);
    if (told.entries.length || told.reset || !wait) return { ok: true, ...told };
    let wake, timer;
    await new Promise((resolve) => {
      [wake, timer] = [resolve, setTimeout(resolve, wait * 1000)];
      conversation.streams.add(wake);
      response.on("close", wake);
    });
    clearTimeout(timer);
    conversation.streams.delete(wake);
    visitorOf(request); // Throws if the visitor has left in the meantime.
    return { ok: true, ...after(conversation, cursor, last) };
  }
  const { entries, reset, earlier } = after(conversation, cursor, last);
  const block = (name, data, id) => response.write(`event: ${name}\n${id ? `id: ${id}\n` : ""}data: ${JSON.stringify(data)}\n\n`);
  const tell = (entry) => (entry ? block(Object.keys(entry.event)[0], entry, entry.cursor) : reauth());
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store, no-transform", "x-accel-buffering": "no" });
  response.write(": hello\n\n");
  if (reset) block("reset", reset);
  if (earlier !== undefined) block("begin", { earlier });
  // No other code runs between the reading above and this line, so no entry is missed or repeated.
  conversation.streams.add(tell);
  entries.forEach(tell);
  const reauth = () => response.end("event: reauth\ndata: {}\n\n");
  const timers = [setInterval(() => response.write(":\n\n"), 20_000), setTimeout(reauth, known.ends - Date.now() - 20_000)];
  response.on("close", () => conversation.streams.delete(tell) && timers.forEach(clearTimeout));
}

// ---- A reply in ----
const TAGS = { b: "bold", strong: "bold", i: "italic", em: "italic", u: "underline", s: "strike", code: "code", p: "paragraph" };
const NAMED = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };
const unescape = (text) =>
  text.replace(/&(?:#(\d{1,6})|#x([0-9a-f]{1,5})|(\w+));/gi, (whole, decimal, hex, name) =>
    name ? (NAMED[name.toLowerCase()] ?? whole) : String.fromCodePoint(decimal ? Number(decimal) : parseInt(hex, 16)));
const allowed = (href) => (/^(https?:\/\/|mailto:|tel:)/i.test(href) ? href : undefined);

/**
 * Converts HTML to a tree, keeping only listed tags. A server with more kinds of messages should
 * use a real parser.
 */
function richText(html) {
  const root = [], open = [{ tag: "", nodes: root }];
  const quiet = String(html ?? "").replace(/<(script|style)\b[\s\S]*?(<\/\1\s*>|$)/gi, "").replace(/<!--[\s\S]*?(-->|$)/g, "");
  for (const [, close, name, attributes, text] of quiet.matchAll(/<(\/?)([a-z][a-z0-9]*)\b((?:"[^"]*"|'[^']*'|[^>"'])*)>|([^<]+|<)/gi)) {
    const top = open[open.length - 1], tag = name?.toLowerCase();
    if (text !== undefined) top.nodes.push({ text: unescape(text) });
    else if (tag === "br") top.nodes.push("break");
    else if (close) {
      const at = open.findLastIndex((one) => one.tag === tag);
      if (at > 0) open.length = at;
    } else if (TAGS[tag] && open.length < 20) {
      const nodes = [];
      top.nodes.push({ [TAGS[tag]]: nodes });
      open.push({ tag, nodes });
    } else if (tag === "a" && open.length < 20) {
      const href = allowed(unescape(/\bhref\s*=\s*["']?([^"'\s>]*)/i.exec(attributes)?.[1] ?? ""));
      const nodes = href ? [] : top.nodes;
      if (href) top.nodes.push({ link: { href, children: nodes } });
      open.push({ tag, nodes });
    }
  }
  return root;
}

function content(message) {
  const plain = (html) => String(html ?? "").replace(/<[^>]*>/g, "").trim();
  const { type = "text", text, title } = message;
  if (["text", "name", "email", "phone"].includes(type)) return { text: { body: richText(text ?? title), prompt: type === "text" ? undefined : type } };
  if (type === "button") {
    const buttons = (message.buttons ?? message.options ?? []).slice(0, 10).map((one) => {
      const label = plain(one.title ?? one.text), href = allowed(one.url ?? "");
      return { label, action: href ? { link: href } : { reply: label } };
    });
    return { buttons: { title: richText(title), buttons, layout: "wrap" } };
  }
  if (type === "delay") return "delay";
  if (type === "javascript") return undefined; // Neither run nor shown.
  return { unsupported: { kind: String(type).slice(0, 60), text: richText(text ?? title) } };
}

/** The text of a content, in order. */
const wordsOf = (node) =>
  node === null || typeof node !== "object" ? "" : Object.entries(node).map(([name, value]) => (name === "text" && typeof value === "string" ? value : wordsOf(value))).join("");

/**
 * Readers reject an entry larger than a megabyte, so of a content that is too large only the
 * beginning of its text is kept.
 */
function fitting(content) {
  if (Buffer.byteLength(JSON.stringify(content)) <= CONTENT_BYTES) return content;
  return { text: { body: [{ text: `${wordsOf(content).slice(0, 16_000)} …` }] } };
}

/** Adds one event of the platform to a conversation. */
function take(conversation, { type, payload, id }) {
  if (id && (conversation.seen.has(id) || !conversation.seen.add(id))) return;
  if (type.startsWith("message") && payload?.message) {
    const author = payload.message_by?.type ?? payload.message_by ?? "bot";
    if (author === "visitor") {
      // The echo of a message sent from here: confirms the oldest message that waits for one, and
      // is not logged as a message.
      const echo = conversation.echoes.shift();
      if (echo && echo.state !== "sent") deliver(conversation, echo.key, (echo.state = "sent"));
      return;
    }
    const kept = content(payload.message);
    if (kept) append(conversation, { message: { author: author === "agent" ? author : "bot", content: fitting(kept) } });
  } else if (type === "status") {
    conversation.closed = String(payload?.status).toLowerCase() === "closed";
    append(conversation, { status: conversation.closed ? "closed" : "open" });
  } else if (type === "assignee") {
    // Name and picture; the e-mail address stays here.
    const { type: kind, name, image } = payload?.assignee ?? {}, picture = /^https:/.test(image ?? "") ? image : undefined;
    append(conversation, { assignee: { kind: kind === "agent" ? "agent" : "bot", name, picture } });
  }
}

function webhook({ request, body, secret }) {
  if (!same(secret, WEBHOOK_SECRET)) throw notFound();
  const presented = body.token ?? (request.headers.authorization ?? "").replace(/^bearer /i, "");
  if (!same(presented, WEBHOOK_TOKEN)) throw unauthorized();
  if (!body.events) return { token: body.token };
  for (const { event, conversation: named } of [body.events].flat()) {
    const id = String(named?.key ?? named?.id ?? event?.payload?.external_key ?? "");
    const told = { type: String(event?.type ?? ""), payload: event?.payload, id: event?.payload?.message_id };
    if (byPlatform.has(id)) take(byPlatform.get(id), told);
    else if (early.size < 1000) {
      // The start's answer may still be on its way; after a minute it is not.
      early.set(id, [...(early.get(id) ?? []), told].slice(0, 100));
      setTimeout(() => early.delete(id), 60_000).unref?.();
    }
  }
  return { ok: true };
}

// ---- HTTP ----
const ROUTES = [
  ["POST", /^\/token$/, token],
  ["POST", /^\/token\/end$/, leave],
  ["POST", /^\/api\/v1\/conversations$/, start],
  ["POST", /^\/api\/v1\/conversation\/(?<alias>[^/]+)\/messages$/, message],
  ["GET", /^\/api\/v1\/conversation\/(?<alias>[^/]+)\/events$/, events],
  ["POST", /^\/webhook\/(?<secret>[^/]+)$/, webhook],
];

/**
 * Reads the whole body as JSON. A body that is too large is read to its end, or the browser would
 * not see the answer.
 */
async function read(request, limit) {
  const isJson = limit === WEBHOOK_BYTES || /^application\/json\b/i.test(request.headers["content-type"] ?? "");
  if (!isJson) throw new Refusal(415, "BAD_REQUEST", "the body must be JSON");
  const chunks = [];
  let size = 0;
  for await (const chunk of request) if ((size += chunk.length) <= limit) chunks.push(chunk);
  if (size > limit) throw new Refusal(413, "TOO_LARGE", `a body may hold ${limit} bytes`);
  try {
    const body = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    if (typeof body === "object" && body !== null && !Array.isArray(body)) return body;
  } catch {
    // Invalid JSON and JSON that is no object get the same answer.
  }
  throw badRequest("this is not the JSON that this call takes");
}

async function answer(request, response) {
  const { pathname, searchParams: query } = new URL(request.url, "http://localhost");
  const origin = request.headers.origin, isHook = pathname.startsWith("/webhook/");
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("cache-control", "no-store");
  response.setHeader("vary", "origin");
  if (!isHook && origin !== undefined) {
    if (!ORIGINS.has(origin)) throw new Refusal(403, "ORIGIN_NOT_ALLOWED", "this page's origin is not one of the site's");
    response.setHeader("access-control-allow-origin", origin);
    response.setHeader("access-control-expose-headers", "retry-after");
    response.setHeader("access-control-allow-headers", "authorization, content-type, idempotency-key, last-event-id");
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
  }
  const [method, path, route] = ROUTES.find(([, path]) => path.test(pathname)) ?? [];
  if (!route) throw notFound();
  if (method !== request.method) throw new Refusal(405, "METHOD_NOT_ALLOWED", "this path does not take this method");
  // Unauthorized callers are refused before the body is read.
  if (route === start || route === message) visitorOf(request);
  const body = method === "POST" ? await read(request, isHook ? WEBHOOK_BYTES : BODY_BYTES) : undefined;
  const told = await route({ request, response, origin, query, body, ...path.exec(pathname).groups });
  if (told) response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(told));
}

/** Answers one request; the serverless form calls it, too. */
export const handle = (request, response) =>
  answer(request, response).catch((error) => {
    if (!(error instanceof Refusal)) console.error(error.stack);
    const { status, code, message, retryAfter } = error instanceof Refusal ? error : new Refusal(500, "UNAVAILABLE", "something went wrong here");
    request.resume();
    if (retryAfter) response.setHeader("retry-after", retryAfter);
    const body = JSON.stringify({ ok: false, error: code, message, status, retry_after: retryAfter });
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  });

// Only when run directly, not when imported.
const tell = (server) => server.on("listening", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
if (/own-proxy[\\/]proxy\.mjs$/.test(process.argv?.[1])) tell(createServer(handle)).listen(Number(env("PORT", "8787")), env("HOST", "127.0.0.1"));
