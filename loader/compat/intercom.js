// Compatibility layer for pages that come from Intercom: the calls of `Intercom(…)`, on our
// element. Replaces Intercom's script.

import { plain, unknown, widget } from './widget.js';

const { run, on } = widget();
const warnUnsupported = unknown('Intercom');

/** Settings of the messenger; all others describe the visitor. */
const MESSENGER_SETTINGS =
  /^(app_id|api_base|session_duration|user_hash|intercom_user_jwt|alignment|horizontal_padding|vertical_padding|hide_default_launcher|custom_launcher_selector|action_color|background_color|language_override|theme_mode|z_index|identity)$/;

function applySettings(host, { name, email, phone, user_id, identity, ...more }) {
  const variables = plain(Object.fromEntries(Object.entries(more).filter(([key]) => !MESSENGER_SETTINGS.test(key))));
  // Only the site's own server can prove who is signed in, with `identity`; without it the id is an
  // unverified variable.
  if (user_id != null && !identity) variables.user_id = String(user_id);
  const {
    alignment,
    hide_default_launcher: isHidden,
    custom_launcher_selector: selector,
    horizontal_padding: inlineOffset,
    vertical_padding: blockOffset,
  } = more;
  if (alignment) host.position = alignment === 'left' ? 'bottom-start' : 'bottom-end';
  if (isHidden !== undefined) host.launcher = isHidden ? 'none' : null;
  if (selector) host.launcherFor = selector;
  if (more.language_override) host.locale = more.language_override;
  if (more.theme_mode) host.theme = more.theme_mode;
  if (more.z_index != null) host.style.setProperty('--chataibot-z-index', more.z_index);
  if (inlineOffset != null) host.style.setProperty('--chataibot-offset-inline', `${inlineOffset}px`);
  if (blockOffset != null) host.style.setProperty('--chataibot-offset-block', `${blockOffset}px`);
  const contact = Object.fromEntries(Object.entries({ name, email, phone }).filter(([, value]) => value != null));
  return host.identify({ ...(identity ? { user: String(user_id), identity } : {}), ...contact, ...(Object.keys(variables).length ? { variables } : {}) });
}

const CALLS = {
  boot(settings = {}) {
    run((host) => host.show());
    CALLS.update(settings);
  },
  update: (settings) => run((host) => applySettings(host, settings ?? globalThis.intercomSettings ?? {})),
  // After this the page has no chat until the next `boot`.
  shutdown() {
    run((host) => host.hide());
    run((host) => host.logout());
  },
  // Intercom's snippet calls it if a script is already there.
  reattach_activator() {},
  show: () => run((host) => host.open()),
  showMessages: () => CALLS.show(),
  showSpace: () => CALLS.show(),
  showNewMessage(text) {
    run((host) => host.open());
    if (text) run((host) => host.prefill(text));
  },
  hide: () => run((host) => host.close()),
  ready: (listener) => run(() => listener()),
  onShow: (listener) => on('open', () => listener()),
  onHide: (listener) => on('close', () => listener()),
  onUnreadCountChange: (listener) => on('unread', ({ count }) => listener(count)),
};

const queuedCalls = globalThis.Intercom?.q ?? [];
globalThis.Intercom = (method, ...values) =>
  Object.hasOwn(CALLS, method) ? void CALLS[method](...values) : warnUnsupported(method);
globalThis.Intercom.booted = true;
if (globalThis.intercomSettings) CALLS.boot(globalThis.intercomSettings);
for (const call of queuedCalls) globalThis.Intercom(...call);
