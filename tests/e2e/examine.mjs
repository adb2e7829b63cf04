//! `doctor()` on a page that is set up in one way or another, and what it says there.

import assert from 'node:assert/strict';

/** Servers of a test, which end with it. */
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
 * What `doctor()` says on a page of its own. `script`: the tag; `element`: the element;
 * `before(page)`: what is done to an empty page first; `run`: how the doctor is called.
 */
export async function examine(world, { script, attributes = '', element, headers, head, before, visitor: options, run, address } = {}) {
  const visitor = await world.visitor(options);
  // What is broken complains, and so does the doctor.
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

/** Fails unless a line of this check says so, in message and fix together. */
export function says({ lines }, check, state, ...patterns) {
  const line = lines.find((line) => line.check === check && line.state === state && patterns.every((pattern) => pattern.test(`${line.message} ${line.fix}`)));
  assert.ok(line, `${check}: ${state} ${patterns} among ${JSON.stringify(lines, null, 1)}`);
  if (state !== 'ok') assert.ok(line.fix, 'it says what to change');
}

/** Alone: nothing else is a failure. */
export function saysAlone(report, check, state, ...patterns) {
  says(report, check, state, ...patterns);
  const others = report.lines.filter((line) => line.state === 'failure' && line.check !== check);
  assert.deepEqual(others, [], 'nothing else is blamed');
}

/** Where the element cannot help: as a developer would call it on the console. */
export const fromConsole = (world) => (page) => page.evaluate((proxy) => import(`${proxy}/chataibot-doctor.js`).then((it) => it.doctor()), world.proxy.address);
