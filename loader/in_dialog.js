// The element inside a dialog of the host page: a popover shown earlier lies below a dialog that
// opens later, and is inert if that is modal.

/**
 * Raises what `host` shows above the dialog around it whenever that opens. Returns a function that
 * ends it.
 */
export function riseInDialog(host) {
  const dialog = host.closest('dialog');
  if (!dialog) return;
  const observer = new MutationObserver(() => {
    const root = host.shadowRoot;
    const top = root.querySelector('[popover]');
    const focused = root.activeElement;
    if (!dialog.open || !top?.matches(':popover-open')) return;
    top.hidePopover();
    top.showPopover();
    focused?.focus({ preventScroll: true });
  });
  observer.observe(dialog, { attributeFilter: ['open'] });
  return () => observer.disconnect();
}
