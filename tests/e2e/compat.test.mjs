//! Tests of compatibility with other chats' APIs: pages keep their calls. The snippets are those
//! that these chats document, with our script in place of theirs.

import assert from 'node:assert/strict';
import { Widget, story, until } from './harness.mjs';

/**
 * Opens a page with our script for `name`, and `before` and `after` around it, but without an
 * element and the element's script.
 */
async function at(world, name, { before = '', after = '' } = {}) {
  const { host, proxy } = world;
  if (before) host.script(`/${name}-before.js`, before);
  host.script(`/${name}-after.js`, after);
  const script = (src) => `<script src="${src}"></script>`;
  const address = host.page(
    `/${name}`,
    `<h1>A page</h1>${before && script(`/${name}-before.js`)}${script(`${proxy.address}/chataibot-compat-${name}.js`)}${script(`/${name}-after.js`)}`,
  );
  const visitor = await world.visitor();
  const page = await visitor.tab(address);
  const widget = new Widget(page);
  await widget.launcher.waitFor();
  return { page, widget, visitor };
}

const heard = (page) => page.evaluate(() => window.heard);
const tells = (page, ...wanted) => until(`${wanted}`, async () => JSON.stringify(await heard(page)) === JSON.stringify(wanted)).catch(async () => assert.deepEqual(await heard(page), wanted));
const contact = async (world) => (await world.simulator.look('calls', { call: 'start' })).calls.at(-1).body.variables;
const isOpen = (page, open) => page.waitForFunction((open) => document.querySelector('chataibot-widget').state.open === open, open);

/** Makes the bot send a message while the window is closed. */
async function unread(world, page, widget) {
  await widget.settles();
  await widget.hears(/What shall we do/);
  await page.evaluate(() => document.querySelector('chataibot-widget').close());
  await isOpen(page, false);
  await world.simulator.reply('Are you there?');
}

story('compat: Intercom', async (world) => {
  const { page, widget, visitor } = await at(world, 'intercom', {
    // Calls made before the script is loaded wait in `q`, as in their snippet.
    before: `window.heard = []; window.intercomSettings = { app_id: 'abc12345', alignment: 'left' };
      var i = function () { i.c(arguments) }; i.q = []; i.c = (all) => i.q.push(all); window.Intercom = i;
      Intercom('onShow', () => heard.push('shown')); Intercom('onUnreadCountChange', (count) => heard.push(count));`,
    after: `Intercom('boot', { app_id: 'abc12345', email: 'john.doe@example.com', name: 'John Doe', user_id: '9876', created_at: 1234567890, plan: 'pro' });
      Intercom('onHide', () => heard.push('hidden'));`,
  });
  await page.evaluate(() => Intercom('showNewMessage', 'About my order'));
  await widget.part('window-open').waitFor();
  await until('the words are in the field', async () => (await widget.input.inputValue()) === 'About my order');
  assert.equal(await page.evaluate(() => document.querySelector('chataibot-widget').position), 'bottom-start');
  await widget.input.press('Control+Enter');
  await unread(world, page, widget);
  await tells(page, 'shown', 'hidden', 1);
  const variables = await contact(world);
  assert.deepEqual(variables.contact, { name: 'John Doe', email: 'john.doe@example.com' });
  assert.deepEqual([variables.conversation.plan, variables.conversation.user_id, variables.conversation.app_id], ['pro', '9876', undefined]);
  await page.evaluate(() => Intercom('shutdown'));
  await page.waitForFunction(() => document.querySelector('chataibot-widget').contact === null);
  visitor.expect(/trackEvent/);
  await page.evaluate(() => Intercom('trackEvent', 'invited-friend'));
});

story('compat: Zendesk', async (world) => {
  const { page, widget } = await at(world, 'zendesk', {
    after: `window.heard = [];
      zE('messenger:set', 'locale', 'de');
      zE('messenger:set', 'conversationFields', [{ id: '4711', value: 'gold' }]);
      zE('messenger:on', 'open', () => heard.push('open'));
      window.end = zE('messenger:on', 'close', () => heard.push('close'));
      zE('messenger:on', 'unreadMessages', (count) => heard.push(count));
      zE('webWidget', 'identify', { name: 'Jane', email: 'jane@example.com' });
      zE('messenger', 'open');`,
  });
  await widget.part('window-open').waitFor();
  assert.equal(await page.evaluate(() => zE('webWidget:get', 'display')), 'chat');
  await page.locator('chataibot-widget [lang="de"]').first().waitFor({ state: 'attached' });
  await widget.say('Hallo');
  await unread(world, page, widget);
  await tells(page, 'open', 'close', 1);
  const variables = await contact(world);
  assert.deepEqual([variables.contact, variables.conversation['4711']], [{ name: 'Jane', email: 'jane@example.com' }, 'gold']);
  await page.evaluate(() => {
    window.end();
    zE('messenger', 'open');
    zE('messenger', 'close');
    zE('messenger', 'hide');
  });
  await widget.launcher.waitFor({ state: 'hidden' });
  await page.evaluate(() => zE('messenger', 'show'));
  await widget.launcher.waitFor();
  await until('closed without a word', async () => (await heard(page)).filter((word) => word === 'open').length === 2);
  assert.equal((await heard(page)).filter((word) => word === 'close').length, 1, 'who has left hears nothing');
});

story('compat: Crisp', async (world) => {
  const { page, widget } = await at(world, 'crisp', {
    before: `window.heard = []; window.$crisp = []; window.CRISP_READY_TRIGGER = () => heard.push('ready');
      $crisp.push(['set', 'user:email', ['john.doe@example.com']]);
      $crisp.push(['set', 'user:nickname', 'John Doe']);
      $crisp.push(['on', 'chat:opened', () => heard.push('opened')]);`,
    after: `$crisp.push(['set', 'session:data', [[['plan', 'pro'], ['seats', 3]]]]);
      $crisp.push(['on', 'message:received', () => heard.push('received')]);
      $crisp.push(['set', 'message:text', ['Where is it?']]);`,
  });
  await tells(page, 'ready');
  await page.evaluate(() => $crisp.push(['do', 'chat:open']));
  await widget.part('window-open').waitFor();
  assert.equal(await widget.input.inputValue(), 'Where is it?');
  assert.deepEqual(await page.evaluate(() => [$crisp.is('chat:opened'), $crisp.get('user:email'), $crisp.get('chat:unread:count')]), [true, 'john.doe@example.com', 0]);
  await page.evaluate(() => $crisp.push(['do', 'message:send', ['text', 'Hello there']]));
  await until('it is said', async () => (await widget.texts()).includes('Hello there'));
  await until('an answer was told', async () => (await heard(page)).includes('received'));
  await page.evaluate(() => $crisp.push(['off', 'message:received']));
  await unread(world, page, widget);
  await page.waitForFunction(() => $crisp.get('chat:unread:count') === 1);
  const variables = await contact(world);
  assert.deepEqual(variables.contact, { name: 'John Doe', email: 'john.doe@example.com' });
  assert.deepEqual([variables.conversation.plan, variables.conversation.seats], ['pro', '3']);
});

story('compat: Chatwoot', async (world) => {
  const { page, widget } = await at(world, 'chatwoot', {
    before: `window.heard = []; window.chatwootSettings = { position: 'left', type: 'expanded_bubble', launcherTitle: 'Chat with us', locale: 'fr', darkMode: 'auto' };
      for (const name of ['ready', 'opened', 'closed']) addEventListener('chatwoot:' + name, () => heard.push(name));
      addEventListener('chatwoot:on-unread-message-count-changed', (event) => heard.push(event.detail.unreadMessageCount));`,
    after: `chatwootSDK.run({ websiteToken: 'token', baseUrl: 'https://chat.example.com' });
      addEventListener('chatwoot:ready', () => {
        $chatwoot.setUser('42', { name: 'Jane', email: 'jane@example.com', phone_number: '+15550100' });
        $chatwoot.setCustomAttributes({ accountId: 1, pricingPlan: 'paid' });
        $chatwoot.deleteCustomAttribute('accountId');
      });`,
  });
  await tells(page, 'ready');
  assert.equal(await widget.launcher.getAttribute('aria-label'), 'Chat with us');
  await page.evaluate(() => $chatwoot.toggle('open'));
  await widget.part('window-open').waitFor();
  assert.equal(await page.evaluate(() => $chatwoot.isOpen), true);
  await widget.say('Bonjour');
  await unread(world, page, widget);
  await tells(page, 'ready', 'opened', 'closed', 1);
  const variables = await contact(world);
  assert.deepEqual(variables.contact, { name: 'Jane', email: 'jane@example.com', phone: '+15550100' });
  const { user_id: user, pricingPlan, accountId } = variables.conversation;
  assert.deepEqual([user, pricingPlan, accountId], ['42', 'paid', undefined]);
  await page.evaluate(() => $chatwoot.reset());
  await page.waitForFunction(() => document.querySelector('chataibot-widget').contact === null);
});

/** Collects what the console of `page` warns of, from now on. */
function warned(page, visitor) {
  const words = [];
  visitor.expect(/is not supported here/);
  page.on('console', (message) => message.type() === 'warning' && words.push(/: "([^"]+)"/.exec(message.text())?.[1]));
  return words;
}

const look = (page, ...names) => page.evaluate((names) => names.map((name) => document.querySelector('chataibot-widget')[name]), names);

story('compat: Intercom’s settings of the messenger are settings here, and after a shutdown there is no chat until the next boot', async (world) => {
  const { page, widget } = await at(world, 'intercom', {
    before: `window.intercomSettings = { app_id: 'abc12345', language_override: 'de', theme_mode: 'dark', hide_default_launcher: false, z_index: 77 };`,
    // Their snippet's code for a page that has the script already.
    after: `Intercom('reattach_activator'); Intercom('update', window.intercomSettings); Intercom('update');`,
  });
  await page.locator('chataibot-widget[locale=de]').waitFor({ state: 'attached' });
  assert.deepEqual(await look(page, 'theme', 'launcher', 'variables'), ['dark', null, null]);
  await page.evaluate(() => Intercom('shutdown'));
  await widget.launcher.waitFor({ state: 'hidden' });
  await page.evaluate(() => Intercom('boot', { app_id: 'abc12345', name: 'Jane' }));
  await widget.launcher.waitFor();
  await page.waitForFunction(() => document.querySelector('chataibot-widget').contact?.name === 'Jane');
});

story('compat: Zendesk’s first and classic forms, its settings, and calls that wait for the script', async (world) => {
  const { page, widget, visitor } = await at(world, 'zendesk', {
    before: `window.heard = [];
      window.zESettings = { webWidget: { position: { horizontal: 'left', vertical: 'top' }, offset: { horizontal: '40px' }, launcher: { label: { '*': 'Ask us' } }, zIndex: 5 } };
      window.zE = function () { zE._.push(arguments) }; zE._ = [];
      zE(function () { heard.push('ready'); zE.identify({ name: 'Jane', email: 'jane@example.com' }); });
      zE('webWidget:on', 'open', function () { heard.push('open') });`,
    after: `zE('webWidget', 'setLocale', 'fr');`,
  });
  assert.equal(await widget.launcher.getAttribute('aria-label'), 'Ask us');
  await page.waitForFunction(() => document.querySelector('chataibot-widget').contact?.email === 'jane@example.com');
  assert.deepEqual(await look(page, 'position', 'launcher', 'locale'), ['top-start', 'label', 'fr']);
  await page.evaluate(() => zE.activate());
  await widget.part('window-open').waitFor();
  await tells(page, 'ready', 'open');
  await page.evaluate(() => zE('webWidget', 'chat:send', 'Bonjour'));
  await until('it is said', async () => (await widget.texts()).includes('Bonjour'));
  await widget.settles();
  assert.equal(await page.evaluate(() => zE('webWidget:get', 'chat:isChatting')), true);
  await page.evaluate(() => zE('webWidget', 'updateSettings', { webWidget: { position: { horizontal: 'right' } } }));
  await page.locator('chataibot-widget[position=bottom-end]').waitFor({ state: 'attached' });
  const words = warned(page, visitor);
  await page.evaluate(() => zE('webWidget', 'popout'));
  await until('it says what it lacks', () => words.includes('webWidget, popout'));
});

story('compat: Crisp’s configuration, company, availability and safe mode', async (world) => {
  const { page, widget } = await at(world, 'crisp', {
    before: `window.$crisp = []; $crisp.push(['safe', true]); $crisp.push(['config', 'sound:mute', [true]]); $crisp.push(['config', 'position:reverse', [true]]);`,
    after: `$crisp.push(['set', 'user:company', ['Acme', { url: 'https://example.com' }]]); $crisp.push(['config', 'container:index', [9]]);`,
  });
  await page.waitForFunction(() => document.querySelector('chataibot-widget').variables?.company === 'Acme');
  assert.deepEqual(await look(page, 'sound', 'position'), ['off', 'bottom-start']);
  const facts = () => page.evaluate(() => ['chat:opened', 'chat:closed', 'chat:visible', 'website:available', 'session:ongoing'].map((name) => $crisp.is(name)));
  assert.deepEqual(await facts(), [false, true, true, true, false]);
  await page.evaluate(() => $crisp.push(['do', 'chat:hide']));
  await widget.launcher.waitFor({ state: 'hidden' });
  await page.evaluate(() => (document.querySelector('chataibot-widget').availability = 'away'));
  assert.deepEqual(await facts(), [false, true, false, false, false]);
});

story('compat: Chatwoot’s calls that have nothing here harm nothing, and say so once', async (world) => {
  const { page, widget, visitor } = await at(world, 'chatwoot', { after: `chatwootSDK.run({ websiteToken: 'token', baseUrl: 'https://chat.example.com' });` });
  const words = warned(page, visitor);
  await page.evaluate(() => {
    for (const label of ['support', 'sales']) $chatwoot.setLabel(label);
    $chatwoot.removeLabel('support');
    $chatwoot.popoutChatWindow();
    $chatwoot.toggle();
  });
  await widget.part('window-open').waitFor();
  await page.evaluate(() => $chatwoot.toggleBubbleVisibility('hide'));
  await page.locator('chataibot-widget[launcher=none]').waitFor({ state: 'attached' });
  await page.evaluate(() => $chatwoot.toggleBubbleVisibility('show'));
  await page.locator('chataibot-widget:not([launcher])').waitFor({ state: 'attached' });
  assert.deepEqual(words, ['setLabel', 'removeLabel', 'popoutChatWindow']);
});
