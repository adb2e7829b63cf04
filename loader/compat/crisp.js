// Compatibility layer for pages that come from Crisp: the `$crisp` queue, on our element.

import { plain, unknown, widget } from './widget.js';

const it = widget();
const { run, on } = it;
const lacks = unknown('$crisp');
const known = {};

/** Values come alone or in an array. */
const first = (value) => (Array.isArray(value) ? value[0] : value);

function tell(fact, name) {
  return (value) => {
    known[fact] = first(value);
    run((host) => host.identify({ [name]: first(value) }));
  };
}

/** Parses `[key, value]`, an array of such pairs, or that in another array. */
function pairs(value) {
  while (Array.isArray(value) && Array.isArray(value[0]) && Array.isArray(value[0][0])) value = value[0];
  return Object.fromEntries(Array.isArray(value[0]) ? value : [value]);
}

const DO = {
  'chat:open': () => run((host) => host.open()),
  'chat:close': () => run((host) => host.close()),
  'chat:toggle': () => run((host) => host.toggle()),
  'chat:show': () => run((host) => host.show()),
  'chat:hide': () => run((host) => host.hide()),
  'message:send': ([kind, text]) => (kind === 'text' ? run((host) => host.send(text)) : lacks(`do, message:send, ${kind}`)),
  'session:reset': () => run((host) => host.logout()),
};

const SET = {
  'user:email': tell('user:email', 'email'),
  'user:nickname': tell('user:nickname', 'name'),
  'user:phone': tell('user:phone', 'phone'),
  'message:text': (value) => run((host) => host.prefill(first(value))),
  'user:company': (value) => run((host) => host.identify({ variables: { company: String(first(value)) } })),
  'session:data': (value) => run((host) => host.identify({ variables: plain(pairs(value)) })),
};

const CONFIG = {
  'position:reverse': (value) => run((host) => void (host.position = first(value) ? 'bottom-start' : 'bottom-end')),
  'container:index': (value) => run((host) => host.style.setProperty('--chataibot-z-index', first(value))),
  'sound:mute': (value) => run((host) => void (host.sound = first(value) ? 'off' : 'on')),
  'color:theme': (value) => lacks(`config, color:theme, ${first(value)}: set --chataibot-accent`),
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

const ends = {};
const KINDS = {
  do: (name, value) => (Object.hasOwn(DO, name) ? DO[name](value ?? []) : lacks(`do, ${name}`)),
  set: (name, value) => (Object.hasOwn(SET, name) ? SET[name](value) : lacks(`set, ${name}`)),
  config: (name, value) => (Object.hasOwn(CONFIG, name) ? CONFIG[name](value) : lacks(`config, ${name}`)),
  on(name, listener) {
    if (!Object.hasOwn(ON, name)) return lacks(`on, ${name}`);
    // As in Crisp, each event has one listener.
    ends[name]?.();
    return void (ends[name] = ON[name](listener));
  },
  off: (name) => ends[name]?.(),
  // Turns warnings on the console on or off in Crisp; here they are always on.
  safe() {},
};

const IS = {
  'chat:opened': () => it.isOpen,
  'chat:closed': () => !it.isOpen,
  'chat:visible': () => !!it.host && !it.host.hidden,
  'website:available': () => (it.host?.availability ?? 'open') === 'open',
  'session:ongoing': () => it.host?.state.phase === 'active',
};

const waiting = Array.isArray(globalThis.$crisp) ? globalThis.$crisp : [];
const push = (...calls) => calls.forEach(([kind, ...values]) => (Object.hasOwn(KINDS, kind) ? KINDS[kind](...values) : lacks(kind)));
globalThis.$crisp = {
  push,
  get: (name) => (name === 'chat:unread:count' ? (it.host?.state.unread ?? 0) : (known[name] ?? null)),
  is: (name) => (Object.hasOwn(IS, name) ? IS[name]() : false),
};
if (globalThis.CRISP_RUNTIME_CONFIG?.locale) run((host) => void (host.locale = globalThis.CRISP_RUNTIME_CONFIG.locale));
push(...waiting);
run(() => globalThis.CRISP_READY_TRIGGER?.());
