// Dialogs of the page around us, and where its focus is.

/** What is a dialog of a page, by what it says of itself. */
export const DIALOGS = 'dialog,[role$=dialog],[aria-modal=true]';

const { get } = Object.getOwnPropertyDescriptor(Document.prototype, 'activeElement');

/**
 * What of `root`, the root of a tree, has the focus. A document has elements of the page's under
 * their names.
 */
export const focusedOf = (root) => (root.nodeType === Node.DOCUMENT_NODE ? get.call(root) : root.activeElement);
