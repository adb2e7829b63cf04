// The element inside of a dialog of the page's: what is in the browser's top layer already lies
// below a dialog that opens later, and a modal one leaves nobody get there.

/**
 * Has what `host` shows come above the dialog around it whenever that opens. Returns how to end it.
 */
export function riseInDialog(host) {
  const dialog = host.closest('dialog');
  if (!dialog) return;
  const watch = new MutationObserver(() => {
    const root = host.shadowRoot;
    const top = root.querySelector('[popover]');
    const focused = root.activeElement;
    if (!dialog.open || !top?.matches(':popover-open')) return;
    top.hidePopover();
    top.showPopover();
    focused?.focus({ preventScroll: true });
  });
  watch.observe(dialog, { attributeFilter: ['open'] });
  return () => watch.disconnect();
}
