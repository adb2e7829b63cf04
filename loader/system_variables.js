// What a conversation begins with, of the browser, as the documented `system` variables; the
// program's are in src/browser/environment.rs.

function timeZone() {
  // A first format takes a slow phone a hundred milliseconds.
  return globalThis.Temporal?.Now.timeZoneId() ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export const systemVariables = () => ({
  timezone: timeZone(),
  referrerUrl: document.referrer || undefined,
  browserLanguage: navigator.language,
});
