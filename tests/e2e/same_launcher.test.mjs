//! The launcher that has the focus stays the same thing to a screen reader while the program comes
//! and the window opens: of what is taken away under it, a screen reader tells nothing.

import assert from 'node:assert/strict';
import { Widget, story, until } from './harness.mjs';

/**
 * The nodes of the accessibility tree from the page to the launcher, as the browser numbers them.
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
