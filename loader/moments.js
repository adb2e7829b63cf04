// Moments of a visit that metrics.js tells of, each noted once, in the browser's own timeline.

const noted = new Set();

/** `typing`: the visitor can write. `reply`: the first message of somebody else is there. */
export function note(moment) {
  if (noted.has(moment)) return;
  noted.add(moment);
  performance.mark(`chataibot-${moment}`);
}
