// The sign that the program is wanted without anybody asking: a conversation that runs.

/**
 * What all keys of this widget begin with, as in src/runtime/settings.rs; empty where nothing is to
 * be kept.
 */
export function shelfOf(element, origin) {
  const [proxy] = (element.tokenUrl || element.proxyUrl || origin).match(/^\w+:\/\/[^/]+/) ?? [''];
  return element.storage === 'memory' ? '' : `chataibot:${element.user ? `@${element.user}:` : ''}${element.site || proxy}:`;
}

/** Does this browser keep a conversation, or a message that waits to be sent? Reads only. */
export function hasStoredConversation(shelf) {
  try {
    return shelf && Object.keys(localStorage).some((key) => /^(conversation$|outbox:)/.test(key.split(shelf)[1]));
  } catch {
    // Storage that may not be read keeps nothing.
    return false;
  }
}
