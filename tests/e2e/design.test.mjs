//! Tests of design mode: what it shows of the element under the pointer or the focus, and that
//! other pages do not load it.

import assert from 'node:assert/strict';
import { story } from './harness.mjs';
import { show } from './scenes.mjs';

const SHEET = `chataibot-widget { --chataibot-surface-raised: #ffe9c7; --chataibot-text: #b5a58a; }
  chataibot-widget::part(title) { color: rgb(10 20 30); }`;

const DESIGN = /chataibot-design\.js/;

/** Opens a page in design mode with this scene, and records every requested address. */
async function designer(world, { attributes = 'design demo="empty"', query = '', scene = 'rich', ...options } = {}) {
  const address = world.page({ path: '/design', attributes, head: `<style>${SHEET}</style>`, ...options });
  const profile = await world.visitor({ reducedMotion: 'reduce' });
  await profile.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await profile.tab('about:blank');
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(address + query);
  await page.waitForFunction(() => document.querySelector('chataibot-widget').state.ready);
  await show(page, scene, attributes.includes('design="address"') ? { design: 'address' } : attributes.includes('design') ? { design: '' } : {});
  const design = page.locator('chataibot-widget aside');
  const part = (name) => page.locator(`chataibot-widget [part~="${name}"]`).first();
  /** Points at a part's edge, where nothing covers it. */
  const point = async (name, shown = name) => {
    const { x, y, height } = await part(name).boundingBox();
    await page.mouse.move(x + 3, y + height / 2);
    await design.locator('.card strong').filter({ hasText: new RegExp(`^${shown}$`) }).waitFor();
  };
  const card = () => design.locator('.card').innerText();
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  return { page, asked, design, part, point, card, copied };
}

story('design mode tells part, states, box, tokens with their source, and contrast of what one points at', async (world) => {
  const { card, point, part } = await designer(world);
  await point('bubble');
  const told = await card();
  const { width, height } = await part('bubble').boundingBox();
  const round = (length) => Math.round(length * 10) / 10;
  assert.match(told, /^bubble\s+bubble-bot/);
  assert.ok(told.includes(`${round(width)} × ${round(height)}`), told);
  assert.match(told, /--chataibot-surface-raised\s+background: #ffe9c7\s+set by chataibot-widget in the page/);
  assert.match(told, /--chataibot-bubble-bot-background\s+background: [^\n]+\s+default/);
  assert.match(told, /--chataibot-radius\s+border-radius: 18px\s+default/);
  assert.match(told, /--chataibot-text\s/);
  assert.doesNotMatch(told, /--chataibot-(badge|launcher|danger)/, 'nothing that does not paint it');
  assert.match(told, /contrast 2\.\d\d, too low: 4\.5 is needed/, '#b5a58a on #ffe9c7');
});

story('design mode tells of density by the room that it gives, and of no size that follows from it', async (world) => {
  const { card, point } = await designer(world);
  await point('bubble');
  const [, properties] = /--chataibot-density\s+([^:]+):/.exec(await card());
  assert.equal(properties, 'padding');
});

story('design mode believes what is painted: a token that a rule of the page for the part overrides is not named', async (world) => {
  const { card, point } = await designer(world);
  await point('title');
  const told = await card();
  assert.doesNotMatch(told, /--chataibot-(header-color|text)\b/);
  assert.match(told, /passes AAA/);
});

story('in design mode a click copies the selector and does nothing else, with Shift the states too; with Alt the chat has it', async (world) => {
  const { page, point, copied } = await designer(world);
  await point('close', 'header-button');
  await page.mouse.down();
  await page.mouse.up();
  await page.waitForFunction(async () => (await navigator.clipboard.readText()).startsWith('chataibot-widget'));
  assert.equal(await copied(), 'chataibot-widget::part(header-button)');
  await page.keyboard.down('Shift');
  await page.mouse.down();
  await page.mouse.up();
  await page.keyboard.up('Shift');
  await page.waitForFunction(async () => (await navigator.clipboard.readText()).includes(' '));
  assert.equal(await copied(), 'chataibot-widget::part(header-button close)');
  assert.equal(await page.evaluate(() => document.querySelector('chataibot-widget').state.open), true);
  await page.keyboard.down('Alt');
  await page.mouse.down();
  await page.mouse.up();
  await page.keyboard.up('Alt');
  await page.waitForFunction(() => !document.querySelector('chataibot-widget').state.open);
});

story('design mode works by the keyboard: arrows and Tab walk, Enter copies, Escape leaves, and all of it is announced', async (world) => {
  const { page, design, copied } = await designer(world);
  const toggle = design.getByRole('button', { name: 'Design mode' });
  const name = () => design.locator('.card strong').innerText();
  await toggle.focus();
  await page.keyboard.press('ArrowDown');
  const first = await name();
  await page.keyboard.press('Tab');
  assert.notEqual(await name(), first);
  await page.keyboard.press('Shift+Tab');
  assert.equal(await name(), first);
  for (let step = 0; step < 300 && (await name()) !== 'bubble'; step++) await page.keyboard.press('ArrowRight');
  assert.match(await design.getByRole('status').textContent(), /^bubble, .*contrast/);
  await page.keyboard.press('Enter');
  await page.waitForFunction(async () => (await navigator.clipboard.readText()).startsWith('chataibot-widget'));
  assert.equal(await copied(), 'chataibot-widget::part(bubble)');
  await page.keyboard.press('[');
  assert.notEqual(await name(), 'bubble', 'out of it');
  await page.keyboard.press('Escape');
  assert.equal(await design.locator('.card').isVisible(), false);
  assert.equal(await toggle.getAttribute('aria-pressed'), 'false');
  await page.keyboard.press('Enter');
  assert.equal(await toggle.getAttribute('aria-pressed'), 'true');
});

story('design mode begins and ends with the attribute, leaves nothing, and adds no style attribute under the strictest policy', async (world) => {
  const { origin } = new URL(world.proxy.address);
  const policy = `default-src 'none'; script-src ${origin} 'wasm-unsafe-eval'; connect-src ${origin}; img-src ${origin}`;
  const { page, point, design } = await designer(world, { head: '', scene: 'greeting', headers: { 'content-security-policy': policy } });
  await point('bubble');
  const styled = await page.evaluate(() => {
    const { shadowRoot } = document.querySelector('chataibot-widget');
    return [...shadowRoot.querySelectorAll('*'), ...shadowRoot.querySelector('aside').shadowRoot.querySelectorAll('*')].filter((one) => one.matches('style, [style]')).length;
  });
  assert.equal(styled, 0);
  const sheets = () => page.evaluate(() => document.querySelector('chataibot-widget').shadowRoot.adoptedStyleSheets.length);
  const before = await sheets();
  await page.evaluate(() => (document.querySelector('chataibot-widget').design = false));
  await design.waitFor({ state: 'detached' });
  assert.equal(await sheets(), before);
  await page.evaluate(() => (document.querySelector('chataibot-widget').design = true));
  await design.waitFor({ state: 'attached' });
});

story('nobody fetches design mode who does not ask for it, and a page may leave it to its address', async (world) => {
  const without = await designer(world, { attributes: 'demo="empty"', scene: 'greeting' });
  const closed = await designer(world, { attributes: 'design="address" demo="empty"', scene: 'greeting' });
  assert.deepEqual([...without.asked, ...closed.asked].filter((url) => DESIGN.test(url)), []);
  assert.deepEqual(without.asked.filter((url) => /chataibot-beside/.test(url)), []);
  const open = await designer(world, { attributes: 'design="address" demo="empty"', scene: 'greeting', query: '?chataibot-design' });
  await open.point('bubble');
  assert.equal(open.asked.filter((url) => DESIGN.test(url)).length, 1);
});
