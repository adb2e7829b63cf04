//! Tests of the host page's hooks, in the program and in the shell: it can decide before an action
//! of the visitor is carried out, act in the visitor's place, and fill slots.

import assert from 'node:assert/strict';
import { sign } from '../../examples/signing/identity.mjs';
import { Widget, siteByEnvironment, story, until } from './harness.mjs';

const SECRET = 'the-host-sites-own-secret-0123456789';

/** Records the details of these events in `window.asked`, and handles each as `deed` says. */
const listen = (page, type, deed = '') =>
  page.evaluate(
    ([type, deed]) => {
      window.asked ??= [];
      const act = { '': () => {}, refuse: (event) => event.preventDefault(), shout: (event) => (event.detail.text = event.detail.text.toUpperCase()), empty: (event) => (event.detail.text = '') }[deed];
      window.ending = new AbortController();
      document.addEventListener(type, (event) => {
        window.asked.push({ type: event.type, ...event.detail });
        act(event);
      }, { signal: window.ending.signal });
    },
    [type, deed],
  );
const told = (page) => page.evaluate(() => window.asked);
const end = (page) => page.evaluate(() => window.ending.abort());

/** Holds the program back on `page` until the returned function is called. */
async function holdProgram(page) {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route('**/chataibot-widget_bg.wasm', (route) => held.then(() => route.continue()));
  return release;
}

for (const isHeld of [false, true]) {
  const when = isHeld ? ', before the program is there' : '';
  const hold = (page) => (isHeld ? holdProgram(page) : () => {});

  story(`hooks: a message is refused and stays in the field, or goes out as the page changes it${when}`, async (world) => {
    const visitor = await world.visitor();
    const page = await visitor.tab(`${world.host.origin}/`);
    const release = await hold(page);
    const widget = new Widget(page);
    await widget.open();
    if (!isHeld) {
      await widget.say('First');
      await widget.hears(/./);
    }
    const before = (await widget.transcript()).length;
    await listen(page, 'chataibot-before-send', 'refuse');
    await widget.input.fill('my card is 4711');
    await widget.input.press('Control+Enter');
    assert.deepEqual(await told(page), [{ type: 'chataibot-before-send', text: 'my card is 4711' }]);
    assert.equal(await widget.input.inputValue(), 'my card is 4711');
    assert.equal((await widget.transcript()).length, before);
    await end(page);
    await listen(page, 'chataibot-before-send', 'shout');
    await widget.input.press('Control+Enter');
    await until('the changed words', async () => (await widget.texts()).includes('MY CARD IS 4711'));
    assert.equal(await widget.input.inputValue(), '');
    assert.equal((await widget.texts()).includes('my card is 4711'), false);
    await end(page);
    await listen(page, 'chataibot-before-send', 'empty');
    await widget.input.fill('never mind');
    await widget.input.press('Control+Enter');
    await until('the field is empty', async () => (await widget.input.inputValue()) === '');
    release();
    await widget.settles();
    await until('the platform has it', async () => (await world.simulator.heard()).includes('MY CARD IS 4711'));
    assert.deepEqual((await world.simulator.heard()).filter((text) => /4711|never/.test(text)), ['MY CARD IS 4711']);
    assert.equal((await told(page)).length, 3, 'each message is asked for once');
  });

  story(`hooks: the window does not open where the page refuses it, and opens where it does not${when}`, async (world) => {
    const visitor = await world.visitor();
    const page = await visitor.tab(`${world.host.origin}/`);
    const release = await hold(page);
    const widget = new Widget(page);
    if (!isHeld) {
      await widget.open();
      await widget.close();
    }
    await listen(page, 'chataibot-before-open', 'refuse');
    await widget.launcher.click();
    assert.deepEqual(await told(page), [{ type: 'chataibot-before-open' }]);
    assert.equal(await widget.part('window-open').count(), 0);
    await end(page);
    await listen(page, 'chataibot-before-open');
    await widget.open();
    assert.equal((await told(page)).length, 2);
    release();
    await page.waitForFunction(() => document.querySelector('chataibot-widget').state.open);
    assert.equal((await told(page)).length, 2, 'nobody is asked again when the program comes');
    await widget.part('close').click();
    await page.waitForFunction(() => !document.querySelector('chataibot-widget').state.open);
    assert.equal((await told(page)).length, 2, 'closing is not asked for');
    await page.evaluate(() => document.querySelector('chataibot-widget').open());
    await widget.part('window-open').waitFor();
    assert.equal((await told(page)).length, 2, 'what the page does itself is not asked for');
  });

  story(`hooks: words are put into the field, and the visitor sends them${when}`, async (world) => {
    const visitor = await world.visitor();
    const page = await visitor.tab(`${world.host.origin}/`);
    const release = await hold(page);
    const widget = new Widget(page);
    await widget.open();
    await page.evaluate(() => document.querySelector('chataibot-widget').prefill('About order 7:'));
    assert.equal(await widget.input.inputValue(), 'About order 7:');
    assert.equal(await widget.part('send').isEnabled(), true);
    release();
    await page.waitForFunction(() => document.querySelector('chataibot-widget').state.ready);
    assert.equal(await widget.input.inputValue(), 'About order 7:');
    await widget.input.press('End');
    await widget.input.pressSequentially(' where is it?');
    await widget.input.press('Control+Enter');
    await until('it is said', async () => (await widget.texts()).includes('About order 7: where is it?'));
  });

  story(`hooks: slots hold what the page brings, at the top and in an empty chat${when}`, async (world) => {
    const address = world.page({ path: '/slots', inside: '<strong slot="header">Our team</strong><p slot="empty">What shall it be</p>' });
    const visitor = await world.visitor();
    const page = await visitor.tab(address);
    const release = await hold(page);
    const widget = new Widget(page);
    await widget.open();
    const seen = async () => {
      assert.equal(await page.getByText('Our team').isVisible(), true);
      assert.equal(await page.getByText('What shall it be').isVisible(), true);
      assert.equal(await widget.part('title').isVisible(), false);
      assert.equal(await widget.part('greeting-title').isVisible(), false);
      assert.equal(await page.getByRole('dialog', { name: 'Chat with us' }).count(), 1, 'the window keeps its name');
    };
    await seen();
    release();
    await page.waitForFunction(() => document.querySelector('chataibot-widget').state.ready);
    await seen();
    await widget.say('Hello');
    await until('the empty chat is one no longer', async () => !(await page.getByText('What shall it be').isVisible()));
    assert.equal(await page.getByText('Our team').isVisible(), true);
  });
}

story('hooks: a pressed answer is asked for, too; refused it says nothing, and changed it is a text', async (world) => {
  const { page, widget } = await world.chat();
  await widget.say('buttons');
  const answer = widget.part('answer').first();
  await answer.waitFor();
  const label = (await answer.textContent()).trim();
  await widget.input.fill('half a thought');
  await listen(page, 'chataibot-before-send', 'refuse');
  const before = (await world.simulator.heard()).length;
  await answer.click();
  assert.deepEqual(await told(page), [{ type: 'chataibot-before-send', text: label }]);
  await end(page);
  await listen(page, 'chataibot-before-send', 'shout');
  await answer.click();
  await until('the platform has it', async () => (await world.simulator.heard()).length > before);
  assert.equal((await world.simulator.heard()).at(-1), label.toUpperCase());
  assert.equal(await widget.input.inputValue(), 'half a thought', 'what stands in the field is another thing');
}, { typed: true });

story('hooks: a link is not followed where the page refuses it, by key and by pointer', async (world) => {
  const { page, widget } = await world.chat();
  await widget.say('rich');
  const link = widget.part('link').first();
  await link.waitFor();
  const href = await link.evaluate((element) => element.href);
  await listen(page, 'chataibot-before-link', 'refuse');
  const tabs = page.context().pages().length;
  await link.click();
  await link.click({ button: 'middle' });
  await link.press('Enter');
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  assert.equal(page.context().pages().length, tabs);
  const asked = await told(page);
  assert.equal(asked.length, 3);
  assert.deepEqual(asked[0], { type: 'chataibot-before-link', href, newTab: true });
});

story('hooks: once, and signals, work as with every event', async (world) => {
  const { page, widget } = await world.chat();
  await page.evaluate(() => {
    window.counts = { once: 0, signal: 0 };
    const widget = document.querySelector('chataibot-widget');
    const ending = new AbortController();
    widget.addEventListener('chataibot-sent', () => (counts.once += 1), { once: true });
    widget.addEventListener('chataibot-sent', () => {
      counts.signal += 1;
      if (counts.signal === 2) ending.abort();
    }, { signal: ending.signal });
  });
  for (const text of ['one', 'two', 'three']) await widget.say(text);
  await widget.settles();
  await until('three were told', async () => (await world.simulator.heard()).length === 3);
  assert.deepEqual(await page.evaluate(() => counts), { once: 1, signal: 2 });
});

story('hooks: who is signed in is said by identify(), and forgotten by logout()', async (world) => {
  const visitor = await world.visitor();
  const page = await visitor.tab(`${world.host.origin}/`);
  const ada = { id: 'u-1', name: 'Ada Lovelace', email: 'ada@example.com' };
  const identity = sign(ada, 'demo', SECRET);
  await page.evaluate((identity) => document.querySelector('chataibot-widget').identify({ user: 'u-1', identity, phone: '555-0100', variables: { plan: 'pro' } }), identity);
  const widget = new Widget(page);
  await widget.open();
  await widget.say('This is Ada');
  await widget.settles();
  const [start] = (await world.simulator.look('calls', { call: 'start' })).calls.map(({ body }) => body);
  assert.deepEqual(start.variables.contact, { name: 'Ada Lovelace', email: 'ada@example.com', phone: '555-0100' });
  assert.equal(start.variables.conversation.plan, 'pro');

  await page.evaluate(() => document.querySelector('chataibot-widget').logout());
  await until('her words are gone', async () => !(await widget.texts()).includes('This is Ada'));
  const left = await page.evaluate(() => {
    const { user, identity, contact, variables } = document.querySelector('chataibot-widget');
    return { user, identity, contact, variables, keys: Object.keys(localStorage).filter((key) => key.includes('@u-1')).map((key) => [key, localStorage[key]]) };
  });
  assert.deepEqual([left.user, left.identity, left.contact, left.variables], [null, null, null, null]);
  assert.equal(JSON.stringify(left.keys).includes('This is Ada'), false, JSON.stringify(left.keys));
  assert.equal(/renewal/.test(JSON.stringify(left.keys)), false, 'no secret of hers is left');
  await widget.beOpen();
  await widget.say('Somebody else');
  await widget.settles();
  const second = (await world.simulator.look('calls', { call: 'start' })).calls.at(-1).body;
  assert.equal(second.variables.contact, undefined, 'nothing of her goes along');
  assert.notEqual(second.from.user_external_id, start.from.user_external_id);
}, { proxy: siteByEnvironment({ CHATAIBOT_PROXY_SITE_IDENTITY: 'optional', CHATAIBOT_PROXY_SITE_IDENTITY_SECRET: SECRET }) });

story('hooks: words that were put in before anything was opened wait in the field', async (world) => {
  const visitor = await world.visitor();
  const page = await visitor.tab(`${world.host.origin}/`);
  await page.evaluate(() => document.querySelector('chataibot-widget').prefill('About order 7'));
  const widget = new Widget(page);
  await widget.beOpen();
  assert.equal(await widget.input.inputValue(), 'About order 7');
});
