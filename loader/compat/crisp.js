// Compatibility layer for pages that come from Crisp: the `$crisp` queue, on our element.

import { plain, unknown, widget } from './widget.js';

const api = widget();
const { run, on } = api;
const warnUnsupported = unknown('$crisp');
const contactData = {};

/** Values come alone or in an array. */
const firstValue = (value) => (Array.isArray(value) ? value[0] : value);

function contactSetter(key, name) {
  return (value) => {
    contactData[key] = firstValue(value);
    run((host) => host.identify({ [name]: firstValue(value) }));
  };
}

/** Parses `[key, value]`, an array of such pairs, or that in another array. */
function entriesOf(value) {
  while (Array.isArray(value) && Array.isArray(value[0]) && Array.isArray(value[0][0])) value = value[0];
  return Object.fromEntries(Array.isArray(value[0]) ? value : [value]);
}

const DO = {
  'chat:open': () => run((host) => host.open()),
  'chat:close': () => run((host) => host.close()),
  'chat:toggle': () => run((host) => host.toggle()),
  'chat:show': () => run((host) => host.show()),
  'chat:hide': () => run((host) => host.hide()),
  'message:send': ([kind, text]) =>
    kind === 'text' ? run((host) => host.send(text)) : warnUnsupported(`do, message:send, ${kind}`),
  'session:reset': () => run((host) => host.logout()),
};

const SET = {
  'user:email': contactSetter('user:email', 'email'),
  'user:nickname': contactSetter('user:nickname', 'name'),
  'user:phone': contactSetter('user:phone', 'phone'),
  'message:text': (value) => run((host) => host.prefill(firstValue(value))),
  'user:company': (value) => run((host) => host.identify({ variables: { company: String(firstValue(value)) } })),
  'session:data': (value) => run((host) => host.identify({ variables: plain(entriesOf(value)) })),
};

const CONFIG = {
  'position:reverse': (value) =>
    run((host) => void (host.position = firstValue(value) ? 'bottom-start' : 'bottom-end')),
  'container:index': (value) => run((host) => host.style.setProperty('--chataibot-z-index', firstValue(value))),
  'sound:mute': (value) => run((host) => void (host.sound = firstValue(value) ? 'off' : 'on')),
  'color:theme': (value) => warnUnsupported(`config, color:theme, ${firstValue(value)}: set --chataibot-accent`),
};

const ON = {
  'session:loaded': (listener) => {
    run(() => listener());
    return () => {};
  },
  'chat:opened': (listener) => on('open', () => listener()),
  'chat:closed': (listener) => on('close', () => listener()),
  'message:sent': (listener) => on('sent', ({ text }) => listener({ content: text, from: 'user', type: 'text' })),
  'message:received': (listener) =>
    on('message', ({ author, text }) => author !== 'visitor' && listener({ content: text, from: 'operator', type: 'text' })),
};

const removers = {};
const COMMANDS = {
  do: (name, value) => (Object.hasOwn(DO, name) ? DO[name](value ?? []) : warnUnsupported(`do, ${name}`)),
  set: (name, value) => (Object.hasOwn(SET, name) ? SET[name](value) : warnUnsupported(`set, ${name}`)),
  config: (name, value) => (Object.hasOwn(CONFIG, name) ? CONFIG[name](value) : warnUnsupported(`config, ${name}`)),
  on(name, listener) {
    if (!Object.hasOwn(ON, name)) return warnUnsupported(`on, ${name}`);
    // As in Crisp, each event has one listener.
    removers[name]?.();
    return void (removers[name] = ON[name](listener));
  },
  off: (name) => removers[name]?.(),
  // Turns warnings on the console on or off in Crisp; here they are always on.
  safe() {},
};

const IS = {
  'chat:opened': () => api.isOpen,
  'chat:closed': () => !api.isOpen,
  'chat:visible': () => !!api.host && !api.host.hidden,
  'website:available': () => (api.host?.availability ?? 'open') === 'open',
  'session:ongoing': () => api.host?.state.phase === 'active',
};

const queuedCalls = Array.isArray(globalThis.$crisp) ? globalThis.$crisp : [];
const push = (...calls) =>
  calls.forEach(([kind, ...values]) =>
    Object.hasOwn(COMMANDS, kind) ? COMMANDS[kind](...values) : warnUnsupported(kind),
  );
globalThis.$crisp = {
  push,
  get: (name) => (name === 'chat:unread:count' ? (api.host?.state.unread ?? 0) : (contactData[name] ?? null)),
  is: (name) => (Object.hasOwn(IS, name) ? IS[name]() : false),
};
if (globalThis.CRISP_RUNTIME_CONFIG?.locale) run((host) => void (host.locale = globalThis.CRISP_RUNTIME_CONFIG.locale));
push(...queuedCalls);
run(() => globalThis.CRISP_READY_TRIGGER?.());
