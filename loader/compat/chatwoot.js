// Compatibility layer for pages that come from Chatwoot: the calls and events of `$chatwoot` and
// `chatwootSDK`, on our element.

import { plain, unknown, widget } from './widget.js';

const it = widget();
const { run, on } = it;
const lacks = unknown('$chatwoot');
const tell = (name, detail) => dispatchEvent(new CustomEvent(`chatwoot:${name}`, { detail }));
/** The variables that the page has set, so that single ones can be deleted. */
let variables = {};
let isRunning = false;

const setVariables = (more) => {
  variables = { ...variables, ...plain(more) };
  run((host) => host.identify({ variables: plain(more) }));
};

const chatwoot = {
  hasLoaded: false,
  get isOpen() {
    return it.isOpen;
  },
  toggle: (state) => run((host) => (state === 'open' ? host.open() : state === 'close' ? host.close() : host.toggle())),
  toggleBubbleVisibility: (state) => run((host) => void (host.launcher = state === 'hide' ? 'none' : null)),
  setUser(id, { name, email, phone_number: phone, identity, identifier_hash: _, avatar_url: __, ...more } = {}) {
    const contact = plain({ name, email, phone });
    // Only the site's own server can prove who is signed in, with `identity`: see examples/signing.
    const who = identity ? { user: String(id), identity } : { variables: { user_id: String(id), ...plain(more) } };
    run((host) => host.identify({ ...contact, ...who }));
  },
  setCustomAttributes: setVariables,
  setConversationCustomAttributes: setVariables,
  deleteCustomAttribute(name) {
    const { [name]: _, ...rest } = variables;
    variables = rest;
    run((host) => void (host.variables = rest));
  },
  deleteConversationCustomAttribute: (name) => chatwoot.deleteCustomAttribute(name),
  setLocale: (tag) => run((host) => void (host.locale = tag)),
  setColorScheme: (scheme) => run((host) => void (host.theme = scheme === 'auto' ? 'system' : scheme)),
  reset: () => run((host) => host.logout()),
  setLabel: () => lacks('setLabel'),
  removeLabel: () => lacks('removeLabel'),
  popoutChatWindow: () => lacks('popoutChatWindow'),
};

function settle(host, { hideMessageBubble, position, locale, type, launcherTitle, darkMode } = {}) {
  if (hideMessageBubble) host.launcher = 'none';
  if (position) host.position = position === 'left' ? 'bottom-start' : 'bottom-end';
  if (locale) host.locale = locale;
  if (type === 'expanded_bubble') host.launcher = 'label';
  if (launcherTitle) host.launcherLabel = launcherTitle;
  if (darkMode) host.theme = darkMode === 'auto' ? 'system' : darkMode;
}

globalThis.chatwootSDK = {
  run() {
    if (isRunning) return;
    isRunning = true;
    globalThis.$chatwoot = chatwoot;
    on('open', () => tell('opened'));
    on('close', () => tell('closed'));
    on('message', ({ author, text }) => tell('on-message', { content: text, message_type: author === 'visitor' ? 0 : 1 }));
    on('unread', ({ count }) => tell('on-unread-message-count-changed', { unreadMessageCount: count }));
    on('error', ({ code, message }) => tell('error', { code, message }));
    run((host) => {
      settle(host, globalThis.chatwootSettings);
      chatwoot.hasLoaded = true;
      tell('ready');
    });
  },
};
