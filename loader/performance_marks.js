// Performance marks of a visit, each set once, which metrics.js reports.

const marked = new Set();

/** `typing`: the visitor can write. `reply`: the first message from someone else has arrived. */
export function mark(moment) {
  if (marked.has(moment)) return;
  marked.add(moment);
  performance.mark(`chataibot-${moment}`);
}
