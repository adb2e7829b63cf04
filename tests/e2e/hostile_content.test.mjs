//! Tests of hostile bot messages, in a real browser: no script runs, nothing is requested, and the
//! list contains no forbidden element. The vectors are those of
//! crates/chataibot-proxy/tests/hostile.rs.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Widget, story, until } from './harness.mjs';

/** The elements that the widget may contain. */
const ALLOWED = new Set(
  ('a br button code details div em figcaption figure form h2 h3 header footer img input label li ol option output p path pre s section select slot span ' +
    'strong sub summary sup svg circle rect line polyline polygon g textarea time u ul dl dt dd audio video fieldset legend table tr td').split(' '),
);

/**
 * Upper bounds of one webhook, in vectors and in characters: few calls, and none that takes a slow
 * machine long.
 */
const [MOST, LONGEST] = [40, 100_000];

function batches(messages) {
  const all = [];
  let length = Infinity;
  for (const message of messages) {
    const more = JSON.stringify(message).length;
    if (length + more > LONGEST || all.at(-1).length === MOST) {
      all.push([]);
      length = 0;
    }
    all.at(-1).push(message);
    length += more;
  }
  return all;
}

/** Returns each vector as the content of a message event. */
async function messages() {
  const groups = JSON.parse(await readFile(new URL('../hostile/vectors.json', import.meta.url), 'utf8'));
  return Object.values(groups)
    .flat()
    .map((vector) => {
      if (typeof vector === 'string') return { type: 'text', text: vector };
      return vector.message ?? { type: 'text', text: vector.repeat.repeat(vector.times) };
    });
}

/** Returns what the widget contains but should not. Runs in the page. */
function strange(allowed) {
  const found = [];
  const walk = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (!allowed.includes(element.localName)) found.push(`<${element.localName}>`);
      if (element.shadowRoot) found.push(`a shadow root in <${element.localName}>`);
      for (const { name, value } of element.attributes) {
        if (/^on|^style$|^srcdoc$|^formaction$|^ping$|^srcset$/i.test(name)) found.push(`${element.localName}[${name}]`);
        if (/^(href|src|action|data|poster|xlink:href)$/.test(name) && !/^(https?:\/\/[^@/?#]+([/?#]|$)|mailto:|tel:|blob:|\/(?![/\\])|[?#])/.test(value)) {
          found.push(`${element.localName}[${name}=${value}]`);
        }
      }
      // Only links written as paths of the page's own site open in its tab.
      const opens = /^[/?#]/.test(element.getAttribute('href')) ? '' : '_blank';
      if (element.localName === 'a' && !(element.target === opens && /noopener/.test(element.rel) && /noreferrer/.test(element.rel))) {
        found.push(`a link without rel or target: ${element.outerHTML}`);
      }
    }
  };
  walk(document.querySelector('chataibot-widget').shadowRoot);
  if (/[\u202a-\u202e\u2066-\u2069]/.test(document.querySelector('chataibot-widget').shadowRoot.textContent)) found.push('text that is turned around');
  return found;
}

story('an address that becomes a link is the one that a browser reads, and what a browser refuses becomes none', async (world) => {
  const table = JSON.parse(await readFile(new URL('../hostile/addresses.json', import.meta.url), 'utf8'));
  const { page } = await world.chat();
  const read = await page.evaluate(
    (all) =>
      all.map(([raw]) => {
        try {
          return new URL(raw).href;
        } catch {
          return null;
        }
      }),
    table,
  );
  assert.deepEqual(read, table.map(([, href]) => href));
});

story(
  'hostile content: hundreds of vectors, no script, no request, no element outside the list',
  async (world) => {
    const policy = "require-trusted-types-for 'script'; trusted-types 'none'";
    const address = world.page({ path: '/hostile', headers: { 'content-security-policy': policy } });
    const visitor = await world.visitor();
    await visitor.context.addInitScript(() => {
      window.ran = [];
      window.boom = () => window.ran.push(new Error().stack);
      window.alert = window.prompt = window.confirm = window.boom;
    });
    const asked = [];
    visitor.context.on('request', (request) => asked.push(request.url()));
    const page = await visitor.tab(address);
    const widget = new Widget(page);
    await widget.open();
    await widget.say('Hello');
    await widget.settles();
    await world.simulator.idle();
    const { conversations } = await world.simulator.look('conversations');
    const conversation = { key: conversations.at(-1).id };
    const globals = () => page.evaluate(() => Object.getOwnPropertyNames(window).length);
    const before = await globals();
    const children = await page.evaluate(() => document.body.children.length);

    const all = await messages();
    assert.ok(all.length >= 450, `only ${all.length} vectors`);
    const event = (message) => ({ event: { type: 'message', payload: { message, message_by: { type: 'bot' } } }, conversation });
    for (const [number, batch] of batches(all).entries()) {
      const events = batch.map(event);
      events.push(event({ type: 'text', text: `<p>That was batch ${number}.</p>` }));
      await world.simulator.order('reply', { body: { token: 'demo-webhook-token', events } });
      await widget.part('bubble').filter({ hasText: `That was batch ${number}.` }).waitFor({ timeout: 30_000 });
      assert.deepEqual([...new Set(await page.evaluate(strange, [...ALLOWED]))], [], `after batch ${number}`);
    }

    // Some handlers would run only on a visitor's action, so events are dispatched on every bubble.
    await widget.part('bubble').evaluateAll((bubbles) => {
      for (const bubble of bubbles) {
        for (const element of [bubble, ...bubble.querySelectorAll(':not(a):not(button)')]) {
          for (const type of ['pointerover', 'mouseenter', 'mouseover', 'focus', 'click', 'animationend', 'transitionend', 'scroll', 'toggle', 'error', 'load']) {
            element.dispatchEvent(new Event(type));
          }
        }
      }
    });
    assert.deepEqual(await page.evaluate(() => window.ran), [], 'no script ran');
    const own = [world.proxy.address, world.host.origin, 'blob:', 'data:'];
    assert.deepEqual(asked.filter((url) => !own.some((known) => url.startsWith(known))), [], 'nothing was asked for');
    assert.equal(await page.evaluate(() => ({}).polluted), undefined);
    assert.equal(await globals(), before, 'no new global');
    assert.equal(await page.evaluate(() => document.body.children.length), children, 'nothing new in the page');
    assert.equal(new URL(page.url()).pathname, '/hostile', 'the page is still there');
    assert.equal(visitor.context.pages().length, 1, 'and no other');

    await widget.say('Still here?');
    await widget.settles();
    await until('it lives', () => widget.part('window-open').count());
  },
  { timeout: 120_000 },
);
