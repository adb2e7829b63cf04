//! Tests of pages with a strict policy, and of pages whose policy refuses WASM.

import assert from 'node:assert/strict';
import { Widget, story, until } from './harness.mjs';

const policy = (proxy, more = '') =>
  `default-src 'none'; script-src ${proxy} 'wasm-unsafe-eval'; connect-src ${proxy}; img-src ${proxy}${more}`;

for (const [name, more] of [
  ['the strictest policy it documents', ''],
  ['Trusted Types enforced', "; require-trusted-types-for 'script'; trusted-types 'none'"],
]) {
  story(`a whole conversation under ${name}`, async (world) => {
    const address = world.page({ path: '/strict', headers: { 'content-security-policy': policy(world.proxy.address, more) } });
    const { widget } = await world.chat({ address });
    await widget.say('rich');
    await widget.hears(/./);
    await widget.say('buttons');
    await widget.part('answer').first().waitFor();
    await widget.settles();
    const looks = await widget.window.evaluate((window) => getComputedStyle(window).position);
    assert.equal(looks, 'fixed', 'its styles apply');
  });
}

story('where WASM is refused the visitor can leave a message and the console names the header', async (world) => {
  const proxy = world.proxy.address;
  const address = world.page({
    path: '/no-wasm',
    headers: { 'content-security-policy': `default-src 'none'; script-src ${proxy}; connect-src ${proxy}; img-src ${proxy}` },
  });
  const visitor = await world.visitor();
  // The browser's own line about it, the line for the policy event, and the widget's.
  visitor.expect(/wasm|WebAssembly|unsafe-eval/i);
  const lines = [];
  const page = await visitor.tab(address);
  page.on('console', (message) => lines.push(message.text()));
  const widget = new Widget(page);
  await widget.launcher.click();
  const form = widget.part('fallback').locator('form');
  await form.waitFor();
  await form.locator('textarea').fill('Please call me back');
  const email = form.locator('input[type="email"]');
  if (await email.count()) await email.fill('ada@example.com');
  await form.locator('button').first().click();
  await until('the platform has it', async () => (await world.simulator.heard()).some((text) => text.includes('Please call me back')));
  const ours = lines.filter((line) => line.startsWith('[chataibot]'));
  assert.equal(ours.length, 1, 'one line of ours');
  assert.match(ours[0], new RegExp(`script-src ${proxy} 'wasm-unsafe-eval'`));
});

story('where WASM is refused the page’s own words are shown, if it brings some', async (world) => {
  const proxy = world.proxy.address;
  const address = world.page({
    path: '/own-words',
    inside: '<p slot="fallback">Call us: 555-0100</p>',
    headers: { 'content-security-policy': `default-src 'none'; script-src ${proxy}; connect-src ${proxy}; img-src ${proxy}` },
  });
  const visitor = await world.visitor();
  visitor.expect(/wasm|WebAssembly|unsafe-eval/i);
  const page = await visitor.tab(address);
  await new Widget(page).launcher.click();
  await page.getByText('Call us: 555-0100').waitFor();
});

story('the playground on the proxy’s own origin works', async (world) => {
  const visitor = await world.visitor();
  const page = await visitor.tab(`${world.proxy.address}/`);
  const widget = new Widget(page);
  await widget.open();
  await widget.say('Hello');
  await widget.hears(/./);
  await widget.settles();
});
