// Whether the program would show only the window of an empty chat, which the shell can show too.

import { hasOwnSize, readStored } from './device_storage.js';

/** Settings that show something before, above or instead of an empty chat. */
const OTHER_SCREENS = 'consent prechat prechat-fields home starters availability office-hours demo'.split(' ');

/** An address that the program accepts without a warning: see src/config/address.rs. */
const ADDRESS = /^(https:\/\/[^\s\\/?#@]+([/?#][^\s\\]*)?|\/(?!\/)[^\s\\]*)$/i;

/**
 * Without messages, all that is stored is whether the window was open: see
 * `StoredWindowOpen` in src/runtime/repository.rs.
 */
const ONLY_WINDOW_OPEN = /^{.v.:2,.value.:{(.visitor.:[^,]*,)?.open.:(true|false)}}$/;

/** Whether more than a draft is stored: a message, a size, or a screen passed before the chat. */
export function hasMoreThanDraft(storagePrefix) {
  const conversation = readStored(storagePrefix, 'conversation');
  if (conversation && !ONLY_WINDOW_OPEN.test(conversation)) return true;
  if (readStored(storagePrefix, 'passed') || hasOwnSize(storagePrefix)) return true;
  try {
    return storagePrefix && Object.keys(localStorage).some((key) => key.startsWith(`${storagePrefix}outbox:`));
  } catch {
    return false;
  }
}

/** Whether the program would show only the window of an empty chat. */
export const isPlain = (settings, storagePrefix) =>
  !OTHER_SCREENS.some((name) => settings[name] != null) &&
  (settings.avatar == null || ADDRESS.test(settings.avatar)) &&
  !hasMoreThanDraft(storagePrefix);
