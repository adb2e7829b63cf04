// A stored conversation, which starts the program without a sign of intent.

/**
 * Prefix of all storage keys of this widget, as in src/runtime/settings.rs; empty if nothing may be
 * stored.
 */
export function storagePrefixOf(element, origin) {
  const [proxy] = (element.tokenUrl || element.proxyUrl || origin).match(/^\w+:\/\/[^/]+/) ?? [''];
  return element.storage === 'memory' ? '' : `chataibot:${element.user ? `@${element.user}:` : ''}${element.site || proxy}:`;
}

/** Whether a conversation or an unsent message is stored. Only reads. */
export function hasStoredConversation(storagePrefix) {
  try {
    return storagePrefix && Object.keys(localStorage).some((key) => /^(conversation$|outbox:)/.test(key.split(storagePrefix)[1]));
  } catch {
    // Storage that cannot be read counts as empty.
    return false;
  }
}
