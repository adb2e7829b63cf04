//! Test of a whole conversation by keyboard alone.

import assert from 'node:assert/strict';
import { Widget, story, until } from './harness.mjs';

/** Returns the part names of the focused element, inside the widget or not. */
const focused = (page) => page.evaluate(() => {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active ? [...active.part].join(' ') || active.localName : '';
});

story('open, write, answer, close: by keyboard alone', async (world) => {
  const visitor = await world.visitor();
  const page = await visitor.tab(`${world.host.origin}/`);
  const widget = new Widget(page);
  await widget.launcher.waitFor();

  await page.keyboard.press('Tab');
  assert.match(await focused(page), /launcher/);
  assert.equal(await widget.launcher.getAttribute('aria-expanded'), 'false');
  await page.keyboard.press('Enter');
  await widget.part('window-open').waitFor();
  await until('the keyboard is in the message field', async () => /input/.test(await focused(page)));

  await page.keyboard.type('buttons');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Enter');
  await widget.part('answer').first().waitFor();
  assert.equal((await world.simulator.heard())[0], 'buttons');

  await page.keyboard.press('Shift+Tab');
  await until('back to the suggested replies', async () => {
    if (/answer/.test(await focused(page))) return true;
    await page.keyboard.press('Shift+Tab');
    return false;
  });
  await page.keyboard.press('Enter');
  await until('the choice is heard', async () => (await world.simulator.heard()).length === 2);

  await page.keyboard.press('Escape');
  await widget.part('window-open').waitFor({ state: 'detached' });
  await until('the launcher has the keyboard again', async () => /launcher/.test(await focused(page)));
});

story('a reply never moves the keyboard', async (world) => {
  const { widget, page } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.idle();
  await page.evaluate(() => {
    const field = document.body.appendChild(document.createElement('input'));
    field.id = 'own';
    field.focus();
  });
  await world.simulator.reply('<p>Here I am</p>');
  await widget.hears(/Here I am/);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'own');
});
