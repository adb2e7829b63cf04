// `element.metrics()`: what the widget cost on this page, from the browser's performance timeline.
// Fetched when called.

/** The folder of the bundle. */
const { href: folder } = new URL('.', import.meta.url);

/** Length of a task that does not count as blocking, in milliseconds. */
const BLOCKING_AFTER = 50;

const round = (value) => (value == null ? null : Math.round(value));

/** When this moment was first recorded, in milliseconds since navigation start; null before. */
const markTime = (moment) => round(performance.getEntriesByName(`chataibot-${moment}`, 'mark')[0]?.startTime);

/** Tasks of 50 ms and more, also the host page's own; null if the browser does not report them. */
function longTasks() {
  if (!globalThis.PerformanceObserver?.supportedEntryTypes?.includes('longtask')) return null;
  return new Promise((resolve) => {
    // Past entries are delivered in a later task, or not at all if there are none.
    const observer = new PerformanceObserver((list) => finish(list.getEntries()));
    const timer = setTimeout(() => finish([]), 100);
    function finish(entries) {
      clearTimeout(timer);
      observer.disconnect();
      resolve(entries);
    }
    observer.observe({ type: 'longtask', buffered: true });
  });
}

export async function metrics() {
  const ownPath = new URL(import.meta.url).pathname;
  const files = performance
    .getEntriesByType('resource')
    .filter(({ name }) => name.startsWith(`${folder}chataibot`) && new URL(name).pathname !== ownPath);
  // Without the header Timing-Allow-Origin a browser hides the sizes of another origin's files.
  const hasSizes = files.every(({ encodedBodySize }) => encodedBodySize > 0);
  const firstStart = Math.min(...files.map(({ startTime }) => startTime));
  const tasks = (await longTasks())?.filter(({ startTime }) => startTime >= firstStart);
  return {
    requests: files.length,
    bytes: hasSizes ? files.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) : null,
    launcher: markTime('launcher'),
    typing: markTime('typing'),
    reply: markTime('reply'),
    longTasks: tasks
      ? { count: tasks.length, blocked: round(tasks.reduce((sum, { duration }) => sum + Math.max(0, duration - BLOCKING_AFTER), 0)) }
      : null,
  };
}
