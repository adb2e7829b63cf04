// Compatibility layer for pages that come from Zendesk: the calls of `zE(…)` for messaging
// (`messenger`) and the classic web widget (`webWidget`), on our element.

import { plain, unknown, widget } from './widget.js';

const api = widget();
const { run, on } = api;
const warnUnsupported = unknown('zE');

/** Reads the claims of a JSON Web Token without checking its signature; the proxy checks it. */
function claims(token) {
  try {
    return JSON.parse(atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/')));
  } catch {
    return {};
  }
}

/**
 * `loginUser(ask, done)`: `ask` is called with a callback that takes a token signed by the site's
 * own server (examples/signing).
 */
function logIn(ask, done) {
  ask?.((identity) =>
    run(async (host) => {
      const { sub, external_id: externalId } = claims(identity);
      await host.identify({ user: String(sub ?? externalId), identity });
      done?.(null);
    }),
  );
}

const fieldValue = (field) => (typeof field === 'object' ? field?.value : field);

const prefill = ({ name, email, phone } = {}) =>
  run((host) => host.identify(plain({ name: fieldValue(name), email: fieldValue(email), phone: fieldValue(phone) })));

/** Applies those settings of `zESettings.webWidget` that have a counterpart here. */
function applySettings({ position, offset, launcher, zIndex } = {}) {
  const label = launcher?.label;
  run((host) => {
    if (position) host.position = `${position.vertical ?? 'bottom'}-${position.horizontal === 'left' ? 'start' : 'end'}`;
    if (offset?.horizontal) host.style.setProperty('--chataibot-offset-inline', offset.horizontal);
    if (offset?.vertical) host.style.setProperty('--chataibot-offset-block', offset.vertical);
    if (label) {
      host.launcher = 'label';
      host.launcherLabel = label[host.locale] ?? label['*'] ?? Object.values(label)[0];
    }
  });
  if (zIndex != null) SET.zIndex(zIndex);
}

const DO = {
  open: () => run((host) => host.open()),
  close: () => run((host) => host.close()),
  toggle: () => run((host) => host.toggle()),
  show: () => run((host) => host.show()),
  hide: () => run((host) => host.hide()),
  loginUser: logIn,
  logoutUser: () => run((host) => host.logout()),
  logout: () => DO.logoutUser(),
  identify: prefill,
  prefill,
  setLocale: (tag) => SET.locale(tag),
  reset: () => DO.logoutUser(),
  'chat:send': (message) => run((host) => host.send(message)),
  updateSettings: ({ webWidget } = {}) => applySettings(webWidget),
};

const SET = {
  locale: (tag) => run((host) => void (host.locale = tag)),
  zIndex: (zIndex) => run((host) => host.style.setProperty('--chataibot-z-index', zIndex)),
  conversationFields: (fields) => run((host) => host.identify({ variables: plain(Object.fromEntries(fields.map(({ id, value }) => [id, value]))) })),
};

const ON = {
  open: (listener) => on('open', () => listener({ type: 'messagingOpened', createdAt: Date.now() })),
  close: (listener) => on('close', () => listener({ type: 'messagingClosed', createdAt: Date.now() })),
  unreadMessages: (listener) => on('unread', ({ count }) => listener(count)),
  'chat:unreadMessages': (listener) => ON.unreadMessages(listener),
};

const GET = {
  'chat:isChatting': () => api.host?.state.phase === 'active',
  display: () => (api.host?.hidden ? 'hidden' : api.isOpen ? 'chat' : 'launcher'),
};

const KINDS = { '': DO, on: ON, set: SET, get: GET };

const queuedCalls = globalThis.zE?._ ?? [];
const zE = (globalThis.zE = globalThis.zEmbed = (command, method, ...values) => {
  if (typeof command === 'function') return void run(() => command());
  const [, kind = ''] = String(command).match(/^(?:messenger|webWidget)(?::(\w+))?$/) ?? [null, '?'];
  const call = Object.hasOwn(KINDS, kind) && Object.hasOwn(KINDS[kind], method) ? KINDS[kind][method] : null;
  if (!call) return warnUnsupported(`${command}, ${method}`);
  const answer = call(...values);
  return kind === 'on' || kind === 'get' ? answer : undefined;
});
// The oldest form of Zendesk's API, in which each call is a method.
Object.assign(zE, { activate: DO.open, hide: DO.hide, show: DO.show, identify: DO.identify, setLocale: DO.setLocale, logout: DO.logout });
applySettings(globalThis.zESettings?.webWidget);
for (const call of queuedCalls) zE(...call);
