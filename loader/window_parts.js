// Follows the parts of the window, by which the program tells whether it is open and large.

import { readStored, writeStored } from './device_storage.js';

/** Raises the chat in `top`, which the visitor asked for, above newer elements in the top layer. */
function raise(top, root) {
  if (!top.popover || !top.showPopover || !navigator.userActivation?.isActive || !document.querySelector(':popover-open, :modal')) return;
  const focused = root.activeElement;
  top.hidePopover();
  top.showPopover();
  focused?.focus({ preventScroll: true });
}

/**
 * Raises the window `section` when it is opened, keeps Tab out of it when it is closed, and stores
 * whether it is large. `root`: the shadow root; `on` listens until the window ends. Returns a
 * function that ends the rest.
 */
export function followParts(place, root, section, storagePrefix, on) {
  const hasPart = (name) => section.part.contains(name);
  let isOpen = false;
  let isLarge = false;
  const update = () => {
    if (hasPart('window-open') !== isOpen) {
      isOpen = !isOpen;
      if (isOpen) raise(place.parentNode, root);
    }
    // Without a handle the size is not the visitor's choice and is not stored.
    if (hasPart('window-large') !== isLarge && place.querySelector('[part~="resize"]')) {
      isLarge = !isLarge;
      writeStored(storagePrefix, 'large', isLarge && '1');
    }
  };
  // While the closed window fades, Tab must not enter it. On the next opening the program rewrites
  // all classes. In the capture phase, as not every key event is passed on.
  on(document, 'keydown', ({ key }) => key === 'Tab' && !hasPart('window-open') && section.classList.add('window-gone'), true);
  const observer = new MutationObserver(update);
  observer.observe(section, { attributeFilter: ['part'] });
  if (readStored(storagePrefix, 'large') && !hasPart('window-large')) {
    // Not composed: outside, a click counts as the visitor's, after which sounds may be played.
    place.querySelector('[part~="expand"]')?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  }
  // The window may have been opened before this was loaded.
  update();
  return () => observer.disconnect();
}
