//! Tests of the panels before, between and after a chat: from the page's settings to what proxy and
//! platform receive of them.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Widget, story, until } from './harness.mjs';

/**
 * Opens a page with these settings for a visitor. `proxied` lists the requests to the proxy other
 * than for files.
 */
async function arrive(world, attributes, more = {}) {
  const address = world.page({ attributes, ...more });
  const visitor = await world.visitor();
  const page = await visitor.tab('about:blank');
  const proxied = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin === world.proxy.address && !/\.(js|wasm|css)$/.test(url.pathname)) proxied.push(url.pathname);
  });
  await page.goto(address);
  return { visitor, page, proxied, widget: new Widget(page) };
}

const told = (page, type) => page.evaluate((type) => window.told.filter((event) => event.type === type), type);

/** Clicks the button with this text. */
const press = (widget, words) => widget.window.getByRole('button', { name: words, exact: true }).click();

story('before consent nothing is sent and nothing is kept', async (world) => {
  const { page, proxied, widget } = await arrive(world, 'consent consent-url="https://example.com/privacy"');
  await widget.open();
  await widget.part('consent').waitFor();
  await page.evaluate(() => document.querySelector('chataibot-widget').send('Hello from the page'));
  await press(widget, 'No, thank you');
  await widget.part('window-open').waitFor({ state: 'detached' });
  assert.deepEqual(await told(page, 'consent'), [{ type: 'consent', given: false }]);

  // A refusal is not remembered.
  await page.reload();
  await widget.open();
  await widget.part('consent').waitFor();
  assert.deepEqual(proxied, []);
  assert.equal(await page.evaluate(() => localStorage.length), 0);

  await press(widget, 'Yes, start the chat');
  await widget.input.waitFor();
  await widget.say('Hello');
  await widget.hears(/./);
  assert.ok(proxied.includes('/token'));
  assert.deepEqual(await told(page, 'consent'), [{ type: 'consent', given: true }]);

  await page.reload();
  await widget.part('window-open').waitFor();
  await widget.input.waitFor();
  await page.evaluate(() => document.querySelector('chataibot-widget').setAttribute('consent-version', '2'));
  await widget.part('consent').waitFor();
  await page.evaluate(() => document.querySelector('chataibot-widget').reset());
  await until('all is forgotten', () => page.evaluate(() => localStorage.length === 0));
});

story('the form goes along with the first message', async (world) => {
  const scripts = '<script type="module" src="/fields.js"></script>';
  world.host.script(
    '/fields.js',
    `const widget = document.querySelector('chataibot-widget');
     widget.prechatFields = [{ name: 'topic', label: 'What is it about?', type: 'choice', options: ['Tea', 'Trains'], required: true }];
     widget.variables = { plan: 'free' };`,
  );
  const { page, widget } = await arrive(world, 'prechat="name email*" contact-name="Ada"', { scripts });
  await widget.open();
  await widget.part('prechat').waitFor();
  await widget.window.getByLabel('Email address').fill('ada@example.com');
  await widget.window.getByLabel('What is it about?').selectOption('Trains');
  await press(widget, 'Start the chat');
  await widget.say('Hello');
  const [start] = await world.simulator.calls('start', 1);
  assert.deepEqual(start.body.variables.contact, { name: 'Ada', email: 'ada@example.com' });
  assert.deepEqual(start.body.variables.conversation, { plan: 'free', topic: 'Trains' });
  await widget.hears(/./);

  // The form is remembered for this conversation, and shown again before the next.
  await page.reload();
  await widget.part('window-open').waitFor();
  await widget.input.waitFor();
  await widget.say('close');
  await widget.part('ended').waitFor();
  await press(widget, 'Start a new conversation');
  await widget.part('prechat').waitFor();
});

story('home leads into the chat and back', async (world) => {
  const { widget } = await arrive(world, 'home starters="Where is my parcel?|Talk to a person"');
  await widget.open();
  await widget.part('home').waitFor();
  await press(widget, 'Where is my parcel?');
  await until('it is said', async () => (await widget.texts()).includes('Where is my parcel?'));
  await until('the field has the focus', () => widget.input.evaluate((input) => input.matches(':focus')));
  await widget.hears(/./);
  await press(widget, 'Back');
  await widget.part('home-continue').click();
  await widget.input.waitFor();
  assert.equal((await world.simulator.heard())[0], 'Where is my parcel?');
});

story('a conversation is rated once', async (world) => {
  const { page, widget } = await arrive(world, 'rating="stars"');
  await widget.open();
  await widget.say('close');
  await widget.part('rating-form').waitFor();
  await widget.window.getByRole('radio', { name: '4 out of 5' }).check();
  await widget.window.getByLabel('Anything you would like to add?').fill('Lovely');
  await press(widget, 'Send rating');
  await widget.part('rating-thanks').getByText('Thank you for your feedback.').waitFor();
  const [rating] = await told(page, 'rating');
  const conversation = await page.evaluate(() => document.querySelector('chataibot-widget').state.conversation);
  assert.deepEqual(rating, { type: 'rating', value: 4, best: 5, comment: 'Lovely', conversation });
  await page.reload();
  await widget.part('ended').waitFor();
  await widget.part('rating-thanks').waitFor();
  assert.equal(await widget.part('rating-form').count(), 0);
});

story('the conversation is saved as text and as a web page, under the strictest policy', async (world) => {
  const proxy = world.proxy.address;
  const policy = `default-src 'none'; script-src ${proxy} 'wasm-unsafe-eval'; connect-src ${proxy}; img-src ${proxy}`;
  const headers = { 'content-security-policy': `${policy}; require-trusted-types-for 'script'; trusted-types 'none'` };
  const { page, widget } = await arrive(world, 'consent home', { direction: 'rtl', language: 'ar', headers });
  await widget.open();
  await widget.part('consent').locator('[part~="button-primary"]').click();
  await widget.part('home').locator('[part~="button-primary"]').click();
  await widget.say('<b>Grüße & Küsse</b> 👋');
  await widget.hears(/./);
  await world.simulator.reply('<p>See <a href="https://example.com/a?b=1&amp;c=2">our page</a></p>');
  await widget.hears(/our page/);
  const save = async (kind) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.evaluate((kind) => document.querySelector('chataibot-widget').transcript(kind), kind),
    ]);
    return { name: download.suggestedFilename(), content: await readFile(await download.path(), 'utf8') };
  };

  const { transcript_title: title } = JSON.parse(await readFile(new URL('../../locales/ar.json', import.meta.url), 'utf8'));
  const text = await save('text');
  assert.match(text.name, /^chat-\d{4}-\d\d-\d\d\.txt$/);
  assert.ok(text.content.startsWith(`${title}\n`));
  assert.match(text.content, /\n.+[,،] .+:\n<b>Grüße & Küsse<\/b> 👋\n/);
  assert.match(text.content, /\n.+[,،] .+:\nSee our page <https:\/\/example\.com\/a\?b=1&c=2>\n/);

  const html = await save('html');
  assert.match(html.name, /\.html$/);
  assert.match(html.content, /^<!DOCTYPE html>\n<html xmlns="[^"]+" lang="ar" dir="rtl">/);
  assert.ok(html.content.includes('&lt;b&gt;Grüße &amp; Küsse&lt;/b&gt; 👋'), 'nothing a visitor writes becomes markup');
  // Parsed by a browser.
  const reader = await (await world.visitor()).tab(world.host.page('/saved', ''));
  await reader.setContent(html.content);
  assert.equal(await reader.locator('article.visitor .bubble').innerText(), '<b>Grüße & Küsse</b> 👋');
  assert.equal(await reader.getByRole('link', { name: 'our page' }).getAttribute('href'), 'https://example.com/a?b=1&c=2');
  assert.equal(await reader.locator('h1').innerText(), title);
});

story('where WASM is refused the plain form asks for consent too', async (world) => {
  const proxy = world.proxy.address;
  const headers = { 'content-security-policy': `default-src 'none'; script-src ${proxy}; connect-src ${proxy}; img-src ${proxy}` };
  const { visitor, proxied, widget } = await arrive(world, 'consent consent-url="https://example.com/privacy"', { headers });
  visitor.expect(/wasm|WebAssembly|unsafe-eval/i);
  await widget.launcher.click();
  const form = widget.part('fallback').locator('form');
  await form.locator('textarea').fill('Please call me back');
  await form.locator('button').click();
  assert.equal(await form.evaluate((form) => form.checkValidity()), false, 'the box is not ticked');
  assert.deepEqual(proxied, []);
  await form.getByRole('checkbox').check();
  await form.locator('button').click();
  await until('the platform has it', async () => (await world.simulator.heard()).includes('Please call me back'));
});

story('what comes in the place of what had the focus gets it a moment later, so that a screen reader tells of it', async (world) => {
  const { page, widget } = await arrive(world, 'home prechat="name"');
  await widget.open();
  await widget.part('home').waitFor();
  await page.evaluate(() => {
    const root = document.querySelector('chataibot-widget').shadowRoot;
    let gone;
    new MutationObserver(() => (gone ??= root.querySelector('[part~="home"]') ? undefined : performance.now())).observe(root, { childList: true, subtree: true });
    root.addEventListener('focusin', ({ target }) => target.part.contains('form-input') && (window.after ??= performance.now() - gone));
  });
  await widget.part('home').locator('[part~="button-primary"]').focus();
  await page.keyboard.press('Enter');
  await until('the form has the focus', () => page.evaluate(() => window.after !== undefined));
  const after = await page.evaluate(() => window.after);
  assert.ok(after > 300, `${after} ms`);
  await page.keyboard.type('Ann');
  assert.equal(await widget.part('form-input').inputValue(), 'Ann');
});
