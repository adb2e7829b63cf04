// The window's stand-in: shows and hides the shell's window until the program takes over.

import { build, setAttribute } from './dom.js';
import { mark } from './performance_marks.js';
import { arrival } from './shell_arrival.js';
import { compose } from './shell_composer.js';
import { follow } from './window_frame.js';

/** Marks window and launcher as open or closed; `isModal`: the open window covers the page. */
function setOpen(section, launcher, open, isModal) {
  const names = open ? 'window window-open' : 'window';
  section.className = names;
  setAttribute(section, 'part', names);
  setAttribute(section, 'aria-modal', isModal ? 'true' : null);
  setAttribute(launcher, 'part', open ? 'launcher launcher-open' : 'launcher');
  setAttribute(launcher, 'aria-expanded', open);
}

/**
 * Returns the stand-in of the window in `view`, which shell_window.js builds. `early`: the requests
 * that do not wait for the program; `hasAsked`: the visitor has clicked.
 */
export function standIn(view, early, hasAsked, storagePrefix) {
  const { host, place, section, find } = view;
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
      if (view.isPhone) shell.frame ??= follow(place, view.top, host, storagePrefix);
      shell.asked ??= early.prepare().then((features) => {
        // Room for the attachment button, as in src/components/lazy_view.rs.
        if (features?.uploads && !composer.isOver()) find('.field').prepend(build(['div', { class: 'on-demand waits' }]));
      });
      // Nothing but the visitor moves the focus.
      const takesFocus = !view.isInline && (hasAsked || navigator.userActivation?.isActive);
      pendingShow = () => {
        pendingShow = null;
        place.hidden = false;
        setOpen(section, view.launcher, true, view.isPhone);
        if (takesFocus) view.focused.focus({ preventScroll: true });
        mark('typing');
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
      const hadFocus = section.contains(host.shadowRoot.activeElement);
      setOpen(section, view.launcher, false);
      if (hadFocus) view.launcher.focus({ preventScroll: true });
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
  const composer = compose(view, early.start);
  Object.assign(shell, arrival(view, shell, composer));
  const removalObserver = new MutationObserver(() => {
    if (view.top.parentNode) return;
    composer.abandon();
    shell.frame?.then((frame) => frame?.end());
  });
  removalObserver.observe(host.shadowRoot, { childList: true });
  shell.handOver = () => removalObserver.disconnect();
  composer.look();
  return shell;
}
