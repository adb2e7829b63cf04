// The shell's window: built from markup of the program's own components, with the page's settings,
// in the visitor's language. Left out if the program shows more than an empty chat: see `isPlain`.

import { delegateClicks } from './click_delegation.js';
import { build, setAttribute } from './dom.js';
import { prepareStart } from './early_start.js';
import { askToken } from './early_token.js';
import { hasMoreThanDraft, isPlain } from './empty_chat.js';
import { remember } from './focus_trap.js';
import { PHONE } from './phone.js';
import { markup } from './shell_markup.js';
import { standIn } from './shell_stand_in.js';
import { directionOf, emojiKeys, filled, wordsOf } from './shell_words.js';
import { readStored } from './device_storage.js';

/** Gives the launcher's container and the window in `app` their position, theme and language. */
function orient(app, container, settings, { tag }) {
  const position = /^(top|bottom)-(start|end)$/.test(settings.position) ? settings.position : 'bottom-end';
  const theme = /^(light|dark|system)$/.test(settings.theme) ? settings.theme : 'auto';
  // The launcher's container gets everything but the class of the window's layout.
  for (const [element, name] of [[app, 'app '], [container, '']]) {
    element.className = `${name}at-${position} theme-${theme}`;
    setAttribute(element, 'dir', directionOf(tag, settings.locale != null));
    setAttribute(element, 'lang', tag);
  }
}

function showAvatar(app, src) {
  for (const sign of app.querySelectorAll('.spark')) {
    sign.replaceWith(build(['img', { src, alt: '', referrerpolicy: 'no-referrer', decoding: 'async' }]));
  }
}

/**
 * Builds the window, which is not in the page yet, and names the launcher. Returns the view: nodes,
 * sentences, and what device and settings decide.
 */
function buildWindow(host, top, settings, translation) {
  const launcher = top.querySelector('button');
  const sentences = wordsOf(settings, translation);
  const isTouch = matchMedia('(pointer: coarse)').matches;
  const isInline = settings.mode === 'inline';
  const isPhone = !isInline && matchMedia(PHONE).matches;
  const beginsLine = settings.enter === 'newline' || (settings.enter !== 'send' && isTouch);
  const keys = !isTouch && emojiKeys(navigator.platform);
  if (keys) sentences.emoji_hint = sentences.emoji_hint.replace('{keys}', () => keys);

  const place = build(['div', {}, filled(markup, sentences)]);
  const [app] = place.children;
  const find = (selector) => app.querySelector(selector);
  const section = find('section');
  const field = find('textarea');
  const removeAll = (selectors) => app.querySelectorAll(selectors).forEach((element) => element.remove());
  if (isPhone || isInline) removeAll('.expand,.resize');
  if (isInline) {
    // A part of the page: it cannot be closed, and only the visitor moves the focus into it.
    removeAll('.close');
    section.role = 'region';
  }
  if (!keys) removeAll('.emoji');
  if (!sentences.subheading) removeAll('.status');
  if (beginsLine) {
    removeAll('#composer-hint');
    field.removeAttribute('aria-describedby');
    field.enterKeyHint = 'enter';
  }
  if (settings.avatar) showAvatar(app, settings.avatar);
  orient(app, launcher.parentNode, settings, translation);
  launcher.querySelector('span').textContent = launcher.ariaLabel = sentences.launcher;
  launcher.setAttribute('aria-controls', 'window');
  return {
    host,
    top,
    field,
    place,
    section,
    launcher,
    sentences,
    beginsLine,
    isPhone,
    isInline,
    find,
    /** Gets the focus when the window is opened: the field would bring up a touch keyboard. */
    focused: isTouch ? section : field,
  };
}

/**
 * The requests that do not wait for the program. `token()` asks for the token, once; `prepare()`,
 * to be called once, also prepares the early start of the first message, which `start()` returns.
 * Both resolve with the site's features.
 */
function earlyRequests(host, settings, storagePrefix) {
  let tokenRequest, earlyStart;
  const token = () => (tokenRequest ??= askToken(settings, storagePrefix));
  const prepare = () => {
    earlyStart = prepareStart(host, settings, storagePrefix, token(), () => hasMoreThanDraft(storagePrefix));
    return token();
  };
  return { prepare, token, start: () => earlyStart };
}

/**
 * Adds the window to `top`, or returns null if the program would show more. `translation`: the
 * sentences; `isOpen`: show it at once; `hasAsked`: the visitor has clicked. Returns the window's
 * stand-in until the program takes over. Named parameters would cost the loader too many bytes.
 */
export function present(host, top, settings, storagePrefix, translation, isOpen, hasAsked) {
  if (hasAsked) remember(host);
  if (!isPlain(settings, storagePrefix)) return null;
  // Only the program writes correct JSON where an old library has added `toJSON` to lists and texts.
  const early = earlyRequests(host, settings, [].toJSON ? '' : storagePrefix);
  // First of all: another process grants the token's lock while the window is built.
  if (isOpen) early.token();
  const view = buildWindow(host, top, settings, translation);
  const { place, field } = view;
  field.value = readStored(storagePrefix, 'draft') || '';
  delegateClicks(place, host.shadowRoot);
  const shell = standIn(view, early, hasAsked, storagePrefix);

  // Laid out once, when it is shown: if the page measured something before, it would be laid out
  // twice.
  place.hidden = isOpen;
  top.append(place);
  if (isOpen) shell.show();
  return shell;
}
