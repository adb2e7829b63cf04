// A stored conversation, which starts the program without a sign of intent.

/**
 * Prefix of all storage keys of this widget, as in src/runtime/settings.rs; empty if nothing may be
 * stored.
 */
export function shelfOf(element, origin) {
  const [proxy] = (element.tokenUrl || element.proxyUrl || origin).match(/^\w+:\/\/[^/]+/) ?? [''];
  return element.storage === 'memory' ? '' : `chataibot:${element.user ? `@${element.user}:` : ''}${element.site || proxy}:`;
}

/** Whether a conversation or an unsent message is stored. Only reads. */
export function hasStoredConversation(shelf) {
  try {
    return shelf && Object.keys(localStorage).some((key) => /^(conversation$|outbox:)/.test(key.split(shelf)[1]));
  } catch {
    // Storage that cannot be read counts as empty.
    return false;
  }
}
