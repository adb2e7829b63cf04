// The documented `system` variables of a new conversation, from the browser; the program's version
// is in src/browser/environment.rs.

function timeZone() {
  // The first DateTimeFormat takes a slow phone a hundred milliseconds.
  return globalThis.Temporal?.Now.timeZoneId() ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export const systemVariables = () => ({
  timezone: timeZone(),
  referrerUrl: document.referrer || undefined,
  browserLanguage: navigator.language,
});
