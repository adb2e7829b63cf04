//! A page whose dialog keeps the focus: whoever opens the chat beside it can write there.

import assert from 'node:assert/strict';
import { Widget, story } from './harness.mjs';

const DIALOG = '<div id="dialog" role="dialog" tabindex="-1"><input id="field"><button id="last">Close</button></div>';

/** How libraries hold the focus in a dialog. */
const TRAPS = {
  // Bootstrap 5, jQuery UI, Micromodal, Foundation.
  'focusin while bubbling': () => {
    document.addEventListener('focusin', (event) => dialog.contains(event.target) || field.focus());
  },
  // MUI, Ant Design: what the document says has the focus.
  'focusin and what has the focus': () => {
    document.addEventListener('focusin', () => dialog.contains(document.activeElement) || field.focus());
  },
  // Tab is kept by hand, whoever has the focus.
  'Tab while bubbling': () => {
    document.addEventListener('keydown', (event) => event.key === 'Tab' && (event.preventDefault(), field.focus()));
  },
};

for (const [name, trap] of Object.entries(TRAPS)) {
  story(`focus traps: ${name}`, async (world) => {
    world.host.script('/trap.js', `(${trap})(); field.focus();`);
    const address = world.page({ path: '/trap', scripts: `${DIALOG}<script src="/trap.js"></script>` });
    const page = await (await world.visitor()).tab(address);
    const widget = new Widget(page);
    await widget.open();
    await widget.input.click();
    await page.keyboard.type('Hello from beside');
    assert.equal(await widget.input.inputValue(), 'Hello from beside');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.localName), 'chataibot-widget');
    assert.equal(await page.locator('#field').inputValue(), '');
  });
}
