// The shell's window: built from markup of the program's own components, with the page's settings,
// in the visitor's language. Left out if the program shows more than an empty chat: see `isPlain`.

import { hearClicks } from './clicks.js';
import { build } from './dom.js';
import { prepareStart } from './early_start.js';
import { askToken } from './early_token.js';
import { remember } from './focus_trap.js';
import { note } from './moments.js';
import { PHONE } from './phone.js';
import { arrival } from './shell_arrival.js';
import { compose } from './shell_composer.js';
import { markup } from './shell_markup.js';
import { directionOf, emojiKeys, filled, wordsOf } from './shell_words.js';
import { dress } from './window_css.js';
import { follow } from './window_frame.js';

/** Settings that show something before, above or instead of an empty chat. */
const OTHER_SCREENS = 'consent prechat prechat-fields home starters availability office-hours demo'.split(' ');

function readStored(shelf, name) {
  try {
    return shelf && localStorage.getItem(shelf + name);
  } catch {
    // Storage that cannot be read counts as empty.
    return null;
  }
}

/**
 * Without messages, all that is stored is whether the window was open: see
 * `StoredWindowOpen` in src/runtime/repository.rs.
 */
const ONLY_WINDOW_OPEN = /^{.v.:2,.value.:{(.visitor.:[^,]*,)?.open.:(true|false)}}$/;

/** Whether more than a draft is stored: a message, a size, or a screen passed before the chat. */
function hasMoreThanDraft(shelf) {
  const conversation = readStored(shelf, 'conversation');
  if ((conversation && !ONLY_WINDOW_OPEN.test(conversation)) || ['passed', 'size', 'large'].some((name) => readStored(shelf, name))) return true;
  try {
    return shelf && Object.keys(localStorage).some((key) => key.startsWith(`${shelf}outbox:`));
  } catch {
    return false;
  }
}

/** An address that the program accepts without a warning: see src/config/address.rs. */
const ADDRESS = /^(https:\/\/[^\s\\/?#@]+([/?#][^\s\\]*)?|\/(?!\/)[^\s\\]*)$/i;

/** Whether the program would show only the window of an empty chat. */
const isPlain = (settings, shelf) =>
  !OTHER_SCREENS.some((name) => settings[name] != null) &&
  (settings.avatar == null || ADDRESS.test(settings.avatar)) &&
  !hasMoreThanDraft(shelf);

function setAttribute(element, name, value) {
  if (value == null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}

/**
 * Adds the window to `top`, or returns null if the program would show more. `translation`: the
 * sentences; `isOpen`: show it at once; `hasAsked`: the visitor has clicked. Returns the window's
 * stand-in until the program takes over.
 */
export function present(host, top, settings, shelf, translation, isOpen, hasAsked) {
  const { tag } = translation;
  if (hasAsked) remember(host);
  if (!isPlain(settings, shelf)) return null;
  let tokenRequest;
  const requestToken = () => (tokenRequest ??= askToken(settings, shelf));
  // First of all: another process grants the token's lock while the window is built.
  if (isOpen) requestToken();
  const words = wordsOf(settings, translation);
  const isTouch = matchMedia('(pointer: coarse)').matches;
  const isInline = settings.mode === 'inline';
  const isPhone = !isInline && matchMedia(PHONE).matches;
  const beginsLine = settings.enter === 'newline' || (settings.enter !== 'send' && isTouch);
  const keys = !isTouch && emojiKeys(navigator.platform);
  if (keys) words.emoji_hint = words.emoji_hint.replace('{keys}', () => keys);

  const place = build(['div', {}, filled(markup, words)]);
  const [app] = place.children;
  const find = (selector) => app.querySelector(selector);
  const section = find('section');
  const field = find('textarea');
  const launcher = top.querySelector('button');
  const removeAll = (selectors) => app.querySelectorAll(selectors).forEach((element) => element.remove());
  if (isPhone || isInline) removeAll('.expand,.resize');
  if (isInline) {
    // A part of the page: it cannot be closed, and only the visitor moves the focus into it.
    removeAll('.close');
    section.role = 'region';
  }
  if (!keys) removeAll('.emoji');
  if (!words.subheading) removeAll('.status');
  if (beginsLine) {
    removeAll('#composer-hint');
    field.removeAttribute('aria-describedby');
    field.enterKeyHint = 'enter';
  }
  const position = /^(top|bottom)-(start|end)$/.test(settings.position) ? settings.position : 'bottom-end';
  const theme = /^(light|dark|system)$/.test(settings.theme) ? settings.theme : 'auto';
  // The launcher's container gets everything but the class of the window's layout.
  for (const [element, name] of [[app, 'app '], [launcher.parentNode, '']]) {
    element.className = `${name}at-${position} theme-${theme}`;
    setAttribute(element, 'dir', directionOf(tag, settings.locale != null));
    setAttribute(element, 'lang', tag);
  }
  launcher.querySelector('span').textContent = launcher.ariaLabel = words.launcher;
  launcher.setAttribute('aria-controls', 'window');
  field.value = readStored(shelf, 'draft') || '';
  if (settings.avatar) {
    for (const sign of app.querySelectorAll('.spark')) {
      sign.replaceWith(build(['img', { src: settings.avatar, alt: '', referrerpolicy: 'no-referrer', decoding: 'async' }]));
    }
  }

  const root = host.shadowRoot;
  hearClicks(place, root);
  const hasFocus = () => section.contains(root.activeElement);
  const showWindow = (open) => {
    const names = open ? 'window window-open' : 'window';
    section.className = names;
    setAttribute(section, 'part', names);
    setAttribute(section, 'aria-modal', open && isPhone ? 'true' : null);
    setAttribute(launcher, 'part', open ? 'launcher launcher-open' : 'launcher');
    setAttribute(launcher, 'aria-expanded', open);
  };
  const focusWindow = () => (isTouch ? section : field).focus({ preventScroll: true });

  const followViewport = () => {
    if (shell.frame) return;
    shell.frame = follow(place, top, host, shelf);
    const removalObserver = new MutationObserver(() => top.parentNode || shell.frame.then((frame) => frame?.end()));
    removalObserver.observe(root, { childList: true });
    shell.handOver = () => removalObserver.disconnect();
  };

  /** The early start of the first message. */
  let earlyStart;
  /** Shows the window, until that is done. */
  let pendingShow;
  /** The program, once it has started. */
  let program;
  const shell = {
    isOpen: false,
    hasAsked,
    // A click opens it again, which also tries to load a program that failed to load.
    stays: true,
    open: () => host.open(),
    show() {
      if (shell.isOpen) return;
      shell.isOpen = true;
      program?.open();
      // The phone's keyboard and Back button do not wait for the program.
      if (isPhone) followViewport();
      earlyStart ??= prepareStart(host, settings, shelf, requestToken(), () => hasMoreThanDraft(shelf));
      shell.asked ??= requestToken().then((features) => {
        // Room for the attachment button, as in src/components/lazy_view.rs.
        if (features?.uploads && !composer.isOver()) find('.field').prepend(build(['div', { class: 'on-demand waits' }]));
      });
      // Nothing but the visitor moves the focus.
      const takesFocus = !isInline && (hasAsked || navigator.userActivation?.isActive);
      pendingShow = () => {
        pendingShow = null;
        place.hidden = false;
        showWindow(true);
        if (takesFocus) focusWindow();
        note('typing');
      };
      // Layout is left to the next frame's rendering: forced here it would make one long task of
      // two.
      requestAnimationFrame(shell.appear);
    },
    /** Shows now what the next frame would show, as a hidden page gets no frames. */
    appear: () => pendingShow?.(),
    close() {
      if (!shell.isOpen) return;
      shell.isOpen = false;
      pendingShow = null;
      place.hidden = false;
      program?.close();
      const hadFocus = hasFocus();
      showWindow(false);
      if (hadFocus) launcher.focus({ preventScroll: true });
    },
    /**
     * The program has started: tells it first whether the window is open, else a reply would count
     * as unread, and then the messages.
     */
    connect(mounted) {
      program = mounted;
      if (shell.isOpen) mounted.open();
      composer.connect(mounted);
    },
    /** Another stand-in replaces it. Returns the text that was written and not sent. */
    leave() {
      shell.close();
      place.remove();
      return composer.leave();
    },
    /** Place for the notice that the program could not be loaded. */
    notices: find('.notices'),
  };
  const composer = compose({ host, place, section, field, sentences: words, beginsLine, isPhone, isInline, find, start: () => earlyStart });
  Object.assign(shell, arrival({ shell, place, launcher, section, field, composer }));

  // Laid out once, when it is shown: if the page measured something before, it would be laid out
  // twice.
  place.hidden = isOpen;
  top.append(place);
  dress(root);
  composer.look();
  if (isOpen) shell.show();
  return shell;
}
