/** What is a dialog of a page, by what it says of itself. */
export const DIALOGS = 'dialog,[role$=dialog],[aria-modal=true]';
