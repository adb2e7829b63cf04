//! Tests of text formatting: addresses as links, superscripts, numbering and line breaks, in the
//! window and in a saved conversation.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { story, until } from './harness.mjs';

story('addresses in words become links, in what the visitor says as well', async (world) => {
  const { widget } = await world.chat();
  await widget.input.fill('Is it https://a.example/wiki/Foo_(bar)?');
  await widget.input.press('Control+Enter');
  const own = widget.part('bubble-visitor').locator('a');
  await own.waitFor();
  assert.equal(await own.getAttribute('href'), 'https://a.example/wiki/Foo_(bar)');
  assert.match(await widget.part('bubble-visitor').innerText(), /^Is it https:\/\/a\.example\/wiki\/Foo_\(bar\)/, 'the words stay as they were');
  await world.simulator.reply('Write to ada+chat@a.example, or call +49 30 1234567. Not example.com.');
  await widget.hears(/Write to/);
  const links = widget.part('bubble-bot').locator('a');
  await until('both are links', async () => (await links.count()) >= 2);
  const hrefs = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  assert.deepEqual(hrefs.slice(-2), ['mailto:ada+chat@a.example', 'tel:+49301234567']);
});

story('links to places of the page lead there in the same tab, and others open one of their own', async (world) => {
  const address = world.page({ path: '/shop/cart', attributes: 'links="same"' });
  world.page({ path: '/orders/7' });
  const { widget, page } = await world.chat({ address });
  await widget.say('Hello');
  await widget.settles();
  const own = new URL('/orders/7', address).href;
  await world.simulator.reply(`<a href="/orders/7">here</a> <a href="${own}">whole</a> <a href="https://a.example/">there</a> <a href="//evil.example">x</a>`);
  await widget.hears(/there/);
  const links = widget.part('bubble-bot').locator('a');
  const seen = await links.evaluateAll((all) => all.slice(-4).map((link) => [link.href, link.target, /new tab/.test(link.textContent)]));
  assert.deepEqual(seen, [
    [own, '', false],
    [own, '', false],
    ['https://a.example/', '_blank', true],
    ['https://evil.example/', '_blank', true],
  ]);
  await links.filter({ hasText: /^here$/ }).click();
  await page.waitForFunction((own) => location.href === own && document.readyState === 'complete', own);
});

/** Returns a visitor who received superscripts, numbering and line breaks. */
async function told(world) {
  const { widget, page } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.reply(
    '<p>9<sup>99</sup> € for 25 m<sup>2</sup></p><ol><li>Open</li></ol><p>Wait.</p><ol start="2"><li>Go in</li></ol>' +
      '<pre>line 1\n  line 2</pre><p><del>12 €</del></p><p><img src="https://a.example/menu.png" alt="Our menu"></p>',
  );
  await widget.hears(/Go in/);
  return { widget, page };
}

story('raised words, numbers and lines keep their meaning', async (world) => {
  const { widget } = await told(world);
  const bubble = widget.part('bubble-bot').last();
  assert.deepEqual(await bubble.locator('sup').allInnerTexts(), ['99', '2']);
  assert.equal(await bubble.locator('ol').last().evaluate((list) => list.start), 2);
  assert.equal(await bubble.locator('pre').innerText(), 'line 1\n  line 2');
  assert.equal(await bubble.locator('a').getAttribute('href'), 'https://a.example/menu.png');
});

story('raised words, numbers and lines keep their meaning in a saved conversation', async (world) => {
  const { page } = await told(world);
  const save = async (kind) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.evaluate((kind) => document.querySelector('chataibot-widget').transcript(kind), kind),
    ]);
    return readFile(await download.path(), 'utf8');
  };
  const text = await save('text');
  const said = '9⁹⁹ € for 25 m²\n1. Open\nWait.\n2. Go in\nline 1\n  line 2\n~~12 €~~\nOur menu <https://a.example/menu.png>\n';
  assert.ok(text.includes(said), text);
  const html = await save('html');
  for (const part of ['9<sup>99</sup> €', '<ol start="2"><li>Go in</li></ol>', '<pre>line 1<br', '<s>12 €</s>', 'href="https://a.example/menu.png"']) {
    assert.ok(html.includes(part), `${part} in ${html}`);
  }
}, { chromium: 'only Playwright hands over what is saved' });

story('a message of half a million characters arrives whole, and the conversation goes on', async (world) => {
  const { widget, page } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  const parts = Array.from({ length: 30 }, (_, part) => ({ type: 'text', text: `part ${part} ${'界'.repeat(15_900)}` }));
  await world.simulator.order('reply', { message: { type: 'send_message', messages: parts }, wait: true });
  await world.simulator.reply('And on it goes.');
  await widget.hears(/And on it goes/);
  const said = await page.evaluate(() => document.querySelector('chataibot-widget').shadowRoot.textContent);
  for (const part of [0, 15, 29]) assert.ok(said.includes(`part ${part} 界`), `part ${part}`);
});

story('a reply in which nothing shows makes no bubble and is not unread', async (world) => {
  const { widget, page } = await world.chat();
  await widget.say('Hello');
  await widget.settles();
  await world.simulator.reply('Seen');
  await widget.hears(/Seen/);
  const before = await widget.part('row').count();
  await page.evaluate(() => document.querySelector('chataibot-widget').close());
  for (const nothing of ['&#8203;', '\u2060', '&#x3164;', '\u2800', '<p>&nbsp;</p>']) await world.simulator.reply(nothing);
  await world.simulator.reply('And this is seen');
  await until('it is unread', () => page.evaluate(() => document.querySelector('chataibot-widget').state.unread === 1));
  await widget.beOpen();
  await widget.hears(/And this is seen/);
  assert.equal(await widget.part('row').count(), before + 1);
});
