//! Waits for a condition, never for a fixed time.

/** Polls `condition` until it is truthy, and returns its value. A failure names `what`. */
export async function until(what, condition, patience = 15_000) {
  const end = Date.now() + patience;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${patience} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
