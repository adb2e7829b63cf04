// Compatibility layer for pages that come from Chatwoot: the calls and events of `$chatwoot` and
// `chatwootSDK`, on our element.

import { plain, unknown, widget } from './widget.js';

const api = widget();
const { run, on } = api;
const warnUnsupported = unknown('$chatwoot');
const dispatch = (name, detail) => dispatchEvent(new CustomEvent(`chatwoot:${name}`, { detail }));
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
    return api.isOpen;
  },
  toggle: (state) => run((host) => (state === 'open' ? host.open() : state === 'close' ? host.close() : host.toggle())),
  toggleBubbleVisibility: (state) => run((host) => void (host.launcher = state === 'hide' ? 'none' : null)),
  setUser(id, { name, email, phone_number: phone, identity, identifier_hash: _, avatar_url: __, ...more } = {}) {
    const contact = plain({ name, email, phone });
    // Only the site's own server can prove who is signed in, with `identity`: see examples/signing.
    if (identity) return run((host) => host.identify({ ...contact, user: String(id), identity }));
    run((host) => host.identify(contact));
    setVariables({ user_id: String(id), ...more });
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
  reset() {
    variables = {};
    run((host) => host.logout());
  },
  setLabel: () => warnUnsupported('setLabel'),
  removeLabel: () => warnUnsupported('removeLabel'),
  popoutChatWindow: () => warnUnsupported('popoutChatWindow'),
};

function applySettings(host, { hideMessageBubble, position, locale, type, launcherTitle, darkMode } = {}) {
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
    on('open', () => dispatch('opened'));
    on('close', () => dispatch('closed'));
    on('message', ({ author, text }) => dispatch('on-message', { content: text, message_type: author === 'visitor' ? 0 : 1 }));
    on('unread', ({ count }) => dispatch('on-unread-message-count-changed', { unreadMessageCount: count }));
    on('error', ({ code, message }) => dispatch('error', { code, message }));
    run((host) => {
      applySettings(host, globalThis.chatwootSettings);
      chatwoot.hasLoaded = true;
      dispatch('ready');
    });
  },
};
