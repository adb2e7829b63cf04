//! The probe that takes times in the page. A time is taken in the frame after the one in which an
//! element becomes visible: by then it is on the screen.

/** Runs in the page before all of its scripts. */
export function probe(parts) {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const seen = (element) => !!element && element.getBoundingClientRect().height > 1 && element.checkVisibility({ visibilityProperty: true });
  const until = async (holds) => {
    for (;;) {
      const value = holds();
      if (value) return value;
      await frame();
    }
  };
  const bench = (globalThis.bench = { tasks: [], parts });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) bench.tasks.push([startTime, duration]);
  }).observe({ type: 'longtask', buffered: true });
  addEventListener('pointerdown', ({ timeStamp }) => (bench.clicked ??= timeStamp), true);

  /** When the launcher is visible, since the navigation began, in milliseconds. */
  bench.launcher = async () => {
    const launcher = await until(() => [parts.launcher()].find(seen));
    await frame();
    const { left, top, width, height } = launcher.getBoundingClientRect();
    return { at: performance.now(), x: left + width / 2, y: top + height / 2 };
  };

  /** When the visitor can type. */
  bench.typing = async () => {
    await until(() => {
      const field = parts.field();
      if (!seen(field) || field.disabled || field.readOnly) return false;
      const root = field.getRootNode();
      if (root.activeElement !== field) field.focus({ preventScroll: true });
      return root.activeElement === field;
    });
    return performance.now();
  };

  const holding = (bubbles, words) => bubbles.findLast((bubble) => bubble.textContent.includes(words));

  /**
   * Measures from the next Enter: the time until the bubble with these words is on the screen, and
   * the time until it is in view.
   */
  bench.sends = (words) => {
    bench.sent = new Promise((resolve) => {
      const entered = async (event) => {
        if (event.key !== 'Enter') return;
        removeEventListener('keydown', entered, true);
        await until(() => seen(holding(parts.own(), words)));
        await frame();
        const shown = performance.now() - event.timeStamp;
        await until(() => {
          const bubble = holding(parts.own(), words)?.getBoundingClientRect();
          const list = parts.list()?.getBoundingClientRect();
          return bubble && list && bubble.top + Math.min(bubble.height, 20) <= list.bottom + 1 && bubble.bottom > list.top;
        });
        resolve({ shown, inView: Math.max(shown, performance.now() - event.timeStamp) });
      };
      addEventListener('keydown', entered, true);
    });
  };

  /** When the list contains this number of replies. */
  bench.replied = async (count) => {
    await until(() => parts.replies().filter(seen).length >= count);
    await frame();
    return performance.now();
  };

  /** The time from the click until the list contains these words. */
  bench.read = async (words) => {
    await until(() => seen(holding([...parts.own(), ...parts.replies()], words)));
    await frame();
    return performance.now() - bench.clicked;
  };

  /** Resolves when for one second nothing was fetched and no long task ran. */
  bench.idle = () =>
    until(() => {
      const busy = [...bench.tasks.map(([at, took]) => at + took), ...performance.getEntriesByType('resource').map(({ responseEnd }) => responseEnd)];
      return document.readyState === 'complete' && performance.now() - Math.max(0, ...busy) > 1_000;
    });

  /** Total blocking time since the click: the sum of what each long task takes beyond 50 ms. */
  bench.blocked = () => bench.tasks.reduce((sum, [at, took]) => (at >= bench.clicked ? sum + Math.max(0, took - 50) : sum), 0);
}
