// What the widget cost on this page, by the browser's own timeline. Fetched when the page asks:
// `element.metrics()`.

/** Where the bundle's files are. */
const { href: folder } = new URL('.', import.meta.url);

/** What a long task takes beyond this, in milliseconds, the page could not answer. */
const LONG = 50;

const round = (value) => (value == null ? null : Math.round(value));

/** When this was first noted, in milliseconds since the page was asked for; null before. */
const when = (moment) => round(performance.getEntriesByName(`chataibot-${moment}`, 'mark')[0]?.startTime);

/** Tasks of 50 ms and more, the page's own among them; null where the browser does not tell. */
function longTasks() {
  if (!globalThis.PerformanceObserver?.supportedEntryTypes?.includes('longtask')) return null;
  return new Promise((resolve) => {
    // Those of the past come in a task of their own, or not at all where there are none.
    const observer = new PerformanceObserver((list) => end(list.getEntries()));
    const timer = setTimeout(() => end([]), 100);
    function end(entries) {
      clearTimeout(timer);
      observer.disconnect();
      resolve(entries);
    }
    observer.observe({ type: 'longtask', buffered: true });
  });
}

export async function metrics() {
  const own = new URL(import.meta.url).pathname;
  const files = performance
    .getEntriesByType('resource')
    .filter(({ name }) => name.startsWith(`${folder}chataibot`) && new URL(name).pathname !== own);
  // Without the header Timing-Allow-Origin a browser keeps the sizes of another origin's files to
  // itself.
  const told = files.every(({ encodedBodySize }) => encodedBodySize > 0);
  const begin = Math.min(...files.map(({ startTime }) => startTime));
  const tasks = (await longTasks())?.filter(({ startTime }) => startTime >= begin);
  return {
    requests: files.length,
    bytes: told ? files.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) : null,
    launcher: when('launcher'),
    typing: when('typing'),
    reply: when('reply'),
    longTasks: tasks
      ? { count: tasks.length, blocked: round(tasks.reduce((sum, { duration }) => sum + Math.max(0, duration - LONG), 0)) }
      : null,
  };
}
