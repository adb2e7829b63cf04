//! Checks that the focused launcher stays the same accessibility node while the program loads and
//! the window opens: screen readers do not report the replacement of a focused element.

import assert from 'node:assert/strict';
import { Widget, story, until } from './harness.mjs';

/**
 * Returns the nodes of the accessibility tree from the launcher up to the page, with the browser's
 * ids.
 */
async function line(session) {
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  const launcher = nodes.find(({ ignored, role, name }) => !ignored && role?.value === 'button' && /^Chat/.test(name?.value));
  const above = [];
  for (let at = launcher; at; at = nodes.find(({ nodeId }) => nodeId === at.parentId)) {
    above.push(`${at.nodeId} ${at.ignored ? 'ignored' : at.role.value}`);
  }
  return above;
}

story('the launcher is the same thing in the accessibility tree before and after the first opening', async (world) => {
  const visitor = await world.visitor();
  const page = await visitor.tab(`${world.host.origin}/`);
  const widget = new Widget(page);
  await widget.launcher.waitFor();
  const session = await page.context().newCDPSession(page);
  await session.send('Accessibility.enable');

  await page.keyboard.press('Tab');
  const before = await line(session);
  assert.match(before[0] ?? '', /button$/);
  await page.keyboard.press('Enter');
  await widget.part('window-open').waitFor();
  await until('the keyboard is in the window', () => page.evaluate(() => !!document.activeElement.shadowRoot?.activeElement?.closest('#window')));
  assert.deepEqual(await line(session), before);
});
