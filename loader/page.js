// Methods of the element that few pages call, each with the element and `call`, which asks the
// program; and how objects are added to settings. Fetched when one of them is called.

/** Looks for what keeps the chat from working here. */
export const doctor = (host) => import('./chataibot-doctor.js').then((module) => module.doctor(host));

/** What the widget cost on this page so far. */
export const metrics = () => import('./chataibot-metrics.js').then((module) => module.metrics());

/** Saves the conversation as a file: `text`, or `html` for a web page. */
export const transcript = (host, call, kind = 'text') => call('transcript', kind === 'html');

/**
 * Says who the visitor is: `{user, identity, name, email, phone, variables}`, of which any may be
 * missing.
 */
export function identify(host, call, { user, identity, variables, ...contact } = {}) {
  const settings = {};
  // What is missing stays as it is; a user without an identity, or the other way round, would be
  // neither.
  if (user !== undefined || identity !== undefined) Object.assign(settings, { user: user ?? null, identity: identity ?? null });
  if (variables) settings.variables = variables;
  if (Object.keys(contact).length) settings.contact = contact;
  return host.update(settings);
}

/**
 * Forgets the visitor, and takes back all that the page has said of them, so that the next one
 * begins anew.
 */
export async function logout(host, call) {
  try {
    // Under the name of who leaves: what is stored is kept apart by it.
    await call('reset');
  } finally {
    const names = 'user identity contact variables contact-name contact-email contact-phone'.split(' ');
    await host.update(Object.fromEntries(names.map((name) => [name, null])));
  }
}

/** Puts `text` into the message field, for the visitor to send. */
export async function prefill(host, call, text) {
  const field = host.shadowRoot.querySelector('textarea[part~=input]');
  // Nothing was opened yet, or the chat begins with something else: then it is the conversation's
  // draft.
  if (!field) return call('prefill', String(text));
  // In the window before the program, too.
  field.value = text;
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
}

const isObject = (value) => value && typeof value === 'object' && !Array.isArray(value);

/**
 * What a setting is to be: an object is added to the one that it is now, as a property or as JSON,
 * which an attribute is and frameworks set.
 */
export function merged(host, property, value) {
  if (!isObject(value)) return value;
  let before = host[property] ?? host.getAttribute(property.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
  try {
    if (typeof before === 'string') before = JSON.parse(before);
  } catch {
    // The program says on the console what is wrong with it.
  }
  return { ...(isObject(before) ? before : null), ...value };
}
