// Minimal client of the proxy for the plain form, without the program: token, start, send. Stores
// nothing.

import { systemVariables } from './system_variables.js';

/** One visitor's connection to the proxy: token, conversation, messages. */
export class FallbackClient {
  #settings;
  #token;
  #conversation;
  /**
   * The last message not known to have arrived, with its idempotency key: the same text is sent
   * again with the same key.
   */
  #unconfirmed = { text: null, key: null };

  constructor(settings) {
    this.#settings = settings;
  }

  /** Sends `text` and resolves with the outcome: `sent`, `failed` or `unsure`. */
  async send(text, email) {
    if (this.#unconfirmed.text !== text) this.#unconfirmed = { text, key: newIdempotencyKey() };
    try {
      this.#token ??= await this.#fetchToken();
      const message = { data: { body: text }, type: 'text' };
      let answer;
      if (this.#conversation) {
        const path = `/conversation/${encodeURIComponent(this.#conversation)}/messages`;
        answer = await this.#post(path, { message, user: { type: 'VISITOR' } });
      } else {
        answer = await this.#post('/conversations', this.#startBody(message, email));
        this.#conversation = String(answer.conversation.id);
      }
      this.#unconfirmed = { text: null, key: null };
      return 'sent';
    } catch (cause) {
      console.warn(`[chataibot] the message was not sent: ${cause.message}`);
      if (cause.status === 401) this.#token = null;
      if (cause.code === 'CONVERSATION_ENDED') {
        // A start with the key of a send would be refused.
        this.#conversation = null;
        this.#unconfirmed = { text: null, key: null };
      }
      return cause.code === 'UNKNOWN_OUTCOME' ? 'unsure' : 'failed';
    }
  }

  #startBody(message, email) {
    const settings = this.#settings;
    const contact = { name: known(settings, 'name'), email: email || undefined, phone: known(settings, 'phone') };
    const variables = asObject(settings.variables);
    return {
      channel: 'API',
      message,
      variables: {
        system: systemVariables(),
        contact: Object.values(contact).some(Boolean) ? contact : undefined,
        conversation: Object.keys(variables).length
          ? Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)]))
          : undefined,
      },
      bot_key: settings['bot-key'] ?? '',
      from: { user_external_id: this.#token.visitor, type: 'VISITOR' },
    };
  }

  async #fetchToken() {
    const base = trimSlashes(this.#settings['proxy-url']);
    const url = this.#settings['token-url'] || `${base}/token`;
    return readBody(
      await fetch(trimSlashes(url), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ site: this.#settings.site }, ownValue),
      }),
    );
  }

  async #post(path, body) {
    const base = trimSlashes(this.#settings['api-url'] || `${trimSlashes(this.#settings['proxy-url'])}/api/v1`);
    return readBody(
      await fetch(base + path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${this.#token.token}`,
          'idempotency-key': this.#unconfirmed.key,
        },
        body: JSON.stringify(body, ownValue),
      }),
    );
  }
}

async function readBody(response) {
  const body = await response.json().catch(() => ({}));
  if (response.ok && body.ok !== false) return body;
  throw Object.assign(new Error(body.error ?? `status ${response.status}`), { status: response.status, code: body.error });
}

/** Makes `JSON.stringify` ignore the `toJSON` that old libraries add to lists and texts. */
function ownValue(key) {
  return this[key];
}

const trimSlashes = (url) => url.replace(/\/+$/, '');

/**
 * What the host page knows about the visitor: `name`, `email` or `phone`. The property takes
 * precedence over the attribute.
 */
export const known = (settings, field) => asObject(settings.contact)[field] ?? settings[`contact-${field}`];

/** Parses a setting that is an object as a property and JSON as an attribute. */
export function asObject(value) {
  if (typeof value !== 'string') return value ?? {};
  try {
    return Object(JSON.parse(value));
  } catch {
    console.warn('[chataibot] an attribute that should hold JSON does not.');
    return {};
  }
}

/** UUIDv7: the proxy's idempotency key, sorted by time. */
function newIdempotencyKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  new DataView(bytes.buffer).setUint32(0, Math.floor(Date.now() / 65536));
  new DataView(bytes.buffer).setUint16(4, Date.now() % 65536);
  bytes[6] = 0x70 | (bytes[6] & 15);
  bytes[8] = 0x80 | (bytes[8] & 63);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}
