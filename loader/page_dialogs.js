// Dialogs of the host page, and its focused element.

/** Selects dialogs by how they declare themselves. */
export const DIALOGS = 'dialog,[role$=dialog],[aria-modal=true]';

const { get: getActiveElement } = Object.getOwnPropertyDescriptor(Document.prototype, 'activeElement');

/**
 * The focused element of `root`, a document or shadow root. On a document, the host page's elements
 * with that name would hide the property.
 */
export const focusedOf = (root) =>
  root.nodeType === Node.DOCUMENT_NODE ? getActiveElement.call(root) : root.activeElement;
