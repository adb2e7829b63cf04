// Methods of the element that few pages call, each with the element and `call`, which calls the
// program; and the merging of object settings. Fetched when one of them is called.

import { propertyOf } from './property_name.js';

/** Checks what keeps the chat from working here. */
export const doctor = (host) => import('./chataibot-doctor.js').then((module) => module.doctor(host));

/** Measures what the widget has cost on this page so far. */
export const metrics = () => import('./chataibot-metrics.js').then((module) => module.metrics());

/** Saves the conversation as a file: `text`, or `html` for a web page. */
export const transcript = (host, call, kind = 'text') => call('transcript', kind === 'html');

/** Changes only the named settings; objects are merged, `null` unsets a setting. */
export function update(host, call, settings) {
  let prototype = host;
  while (!Object.hasOwn(prototype, 'identify')) prototype = Object.getPrototypeOf(prototype);
  for (const name of Object.keys(settings)) {
    const property = propertyOf(name);
    // `open` can be set, too; methods and read-only properties cannot.
    if (Object.getOwnPropertyDescriptor(prototype, property)?.set) host[property] = merged(host, property, settings[name]);
    else console.warn(`[chataibot] there is no setting "${name}".`);
  }
}

/** Identifies the visitor: `{user, identity, name, email, phone, variables}`, all optional. */
export function identify(host, call, { user, identity, variables, ...contact } = {}) {
  const settings = {};
  // Missing values stay unchanged, except that `user` and `identity` are only valid together.
  if (user !== undefined || identity !== undefined) Object.assign(settings, { user: user ?? null, identity: identity ?? null });
  if (variables) settings.variables = variables;
  if (Object.keys(contact).length) settings.contact = contact;
  return host.update(settings);
}

/** Forgets the visitor and all settings about them, so that the next visitor starts afresh. */
export async function logout(host, call) {
  try {
    // Before the settings change, as storage keys depend on the user who logs out.
    await call('reset');
  } finally {
    const names = 'user identity contact variables contact-name contact-email contact-phone'.split(' ');
    await host.update(Object.fromEntries(names.map((name) => [name, null])));
  }
}

/** Puts `text` into the message field, for the visitor to send. */
export async function prefill(host, call, text) {
  const field = host.shadowRoot.querySelector('textarea[part~=input]');
  // The window has not been opened or shows another screen: set the conversation's draft.
  if (!field) return call('prefill', String(text));
  // This also works in the shell's window.
  field.value = text;
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
}

const isObject = (value) => value && typeof value === 'object' && !Array.isArray(value);

/**
 * Merges an object into the setting's present one, which may be a property or JSON in an attribute.
 */
function merged(host, property, value) {
  if (!isObject(value)) return value;
  let current = host[property] ?? host.getAttribute(property.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
  try {
    if (typeof current === 'string') current = JSON.parse(current);
  } catch {
    // The program reports invalid JSON on the console.
  }
  return { ...(isObject(current) ? current : null), ...value };
}
