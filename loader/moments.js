// Performance marks of a visit, each set once, which metrics.js reports.

const noted = new Set();

/** `typing`: the visitor can write. `reply`: the first message from someone else has arrived. */
export function note(moment) {
  if (noted.has(moment)) return;
  noted.add(moment);
  performance.mark(`chataibot-${moment}`);
}
