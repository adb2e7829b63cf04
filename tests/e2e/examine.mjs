//! Runs `doctor()` on a page with a given set-up, and checks its report.

import assert from 'node:assert/strict';

/** Starts a server for the duration of `tell`. */
export async function withServer(starting, tell) {
  const server = await starting;
  try {
    return await tell(server);
  } finally {
    await server.stop();
  }
}

export const scriptOf = (origin, more = '') => `<script type="module" src="${origin}/chataibot.js"${more}></script>`;

/**
 * Returns what `doctor()` reports on a new page. `script`: the tag; `element`: the element;
 * `before(page)`: prepares an empty page first; `run`: how the doctor is called.
 */
export async function examine(world, { script, attributes = '', element, headers, head, before, visitor: options, run, address } = {}) {
  const visitor = await world.visitor(options);
  // Broken set-ups log errors, and so does the doctor.
  visitor.expect(/./);
  const path = `/doctor-${Math.random()}`;
  const html = `${script ?? scriptOf(world.proxy.address)}${element ?? `<chataibot-widget ${attributes}></chataibot-widget>`}`;
  const place = world.host.page(path, html, { headers, head });
  const page = await visitor.tab('about:blank');
  await before?.(page, visitor);
  await page.goto(address?.(place) ?? place);
  const report = await (run ?? ((page) => page.evaluate(async () => {
    await customElements.whenDefined('chataibot-widget');
    return document.querySelector('chataibot-widget').doctor();
  })))(page);
  return { ...report, page, visitor };
}

/** Fails unless a line of this check and state matches all patterns in message and fix. */
export function says({ lines }, check, state, ...patterns) {
  const line = lines.find((line) => line.check === check && line.state === state && patterns.every((pattern) => pattern.test(`${line.message} ${line.fix}`)));
  assert.ok(line, `${check}: ${state} ${patterns} among ${JSON.stringify(lines, null, 1)}`);
  if (state !== 'ok') assert.ok(line.fix, 'it says what to change');
}

/** As `says`, and fails if another check reports a failure. */
export function saysAlone(report, check, state, ...patterns) {
  says(report, check, state, ...patterns);
  const others = report.lines.filter((line) => line.state === 'failure' && line.check !== check);
  assert.deepEqual(others, [], 'nothing else is blamed');
}

/** Runs the doctor as a developer would on the console, where the element cannot help. */
export const fromConsole = (world) => (page) => page.evaluate((proxy) => import(`${proxy}/chataibot-doctor.js`).then((it) => it.doctor()), world.proxy.address);
