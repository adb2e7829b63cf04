//! Tests of what a screen reader announces of a conversation: exactly these sentences, in this
//! order, each once.

import { announced, forget, listen, says, settled } from './live_region_recorder.mjs';
import { Widget, story, until } from './harness.mjs';
import { still } from './scenes.mjs';

const PHONE = { viewport: { width: 390, height: 700 } };
const say = (world, text) => world.simulator.reply(`<p>${text}</p>`);

/**
 * Returns a visitor with an open window and a running conversation whose first announcements are
 * complete.
 */
async function underWay(world, options = {}) {
  const { widget, page, visitor } = await opened(world, options);
  await widget.say('Hello');
  await widget.hears(/./);
  await widget.settles();
  await world.simulator.idle();
  await widget.isLive();
  await caughtUp(world, widget, page);
  await forget(page);
  return { widget, page, visitor };
}

/** Returns a visitor who has opened the window on a page that is recorded from its start. */
async function opened(world, options = {}) {
  const visitor = await world.visitor(options);
  await listen(visitor);
  const page = await visitor.tab(`${world.host.origin}/`);
  const widget = new Widget(page);
  await widget.open();
  return { widget, page, visitor };
}

/** Sends one last reply; when it is announced, all announcements before it were made. */
async function caughtUp(world, widget, page) {
  await say(world, 'Ready');
  await widget.hears(/^Ready$/);
  await until('all is announced', async () => (await announced(page)).some(({ text }) => text.endsWith('Bot says: Ready')));
}

for (const [where, options] of Object.entries({ 'on a desk': {}, 'on a phone': PHONE })) {
  story(`${where}: opening says nothing by itself`, async (world) => {
    const { page, visitor } = await opened(world, options);
    await says(page);
    for (const demo of ['closed', 'unread']) {
      const past = new Widget(await visitor.tab(world.page({ path: `/${demo}`, attributes: `demo="${demo}"` })));
      await still(past.page, demo);
      // What arrived while the window was closed was announced on arrival.
      await until('it is quiet', async () => {
        const before = (await announced(past.page)).length;
        await settled(past.page);
        return (await announced(past.page)).length === before;
      });
      await forget(past.page);
      await past.open();
      await past.hears(/./);
      await says(past.page);
    }
  });

  story(`${where}: a reply is said once, with its author`, async (world) => {
    const { widget, page } = await underWay(world, options);
    await say(world, 'We open at nine.');
    await says(page, 'Bot says: We open at nine.');
    await widget.say('opening hours');
    await widget.hears(/Monday to Saturday/);
    await widget.settles();
    const [, reply] = await until('the answer is announced', async () => {
      const all = await announced(page);
      return all.length > 1 && all;
    });
    await says(page, 'Bot says: We open at nine.', ...reply.text.split('\n'));
  });

  story(`${where}: replies in a burst are all said, in order`, async (world) => {
    const { widget, page } = await underWay(world, options);
    await world.simulator.order('webhooks/pause');
    for (const text of ['One', 'Two', 'Three']) await world.simulator.order('reply', { text: `<p>${text}</p>` });
    await world.simulator.order('webhooks/resume');
    await widget.hears(/Three/);
    await says(page, 'Bot says: One', 'Bot says: Two', 'Bot says: Three');
  });

  story(`${where}: what comes while the window is closed is said then, and not again when it opens`, async (world) => {
    const { widget, page } = await underWay(world, options);
    await widget.close();
    await say(world, 'Your parcel has left the garden.');
    await says(page, 'Bot says: Your parcel has left the garden.');
    await widget.open();
    await widget.hears(/left the garden/);
    await says(page, 'Bot says: Your parcel has left the garden.');
    await say(world, 'Tea is on its way.');
    await says(page, 'Bot says: Your parcel has left the garden.', 'Bot says: Tea is on its way.');
  });

  story(`${where}: a message that was not sent interrupts`, async (world) => {
    const { widget, page, visitor } = await underWay(world, options);
    visitor.expect(/status of (4|5)\d\d/);
    await world.simulator.order('fail', { call: 'send', error: 'BAD_REQUEST' });
    await widget.say('Is the Darjeeling back?');
    await says(page, { assertive: 'Your message was not sent: Is the Darjeeling back?' });
  });
}

story('a message that was turned away: the failure is said once, a second try and a reload are silent', async (world) => {
  const { widget, page, visitor } = await underWay(world);
  visitor.expect(/status of (4|5)\d\d/);
  await world.simulator.order('webhooks/pause');
  // As many times as the widget retries by itself.
  await world.simulator.order('fail', { call: 'send', error: 'CONVERSATION_CREATION_EXCEPTION', times: 5 });
  await widget.say('opening hours');
  const again = widget.part('meta-failed').getByRole('button', { name: 'Try again' });
  await again.waitFor({ timeout: 60_000 });
  const failure = { assertive: 'Your message was not sent: opening hours' };
  await says(page, failure);
  await page.reload();
  await again.waitFor();
  await widget.isLive();
  await says(page);
  await again.click();
  await widget.settles();
  await says(page);
  await world.simulator.order('webhooks/resume');
  await widget.hears(/Monday to Saturday/);
}, { timeout: 120_000 });

story('somebody takes over, speaks, ends the conversation and takes it up again', async (world) => {
  const { page } = await underWay(world);
  await world.simulator.order('handover', { name: 'Noor Haddad' });
  await says(page, 'Noor Haddad joined the chat');
  await world.simulator.order('agent', { text: '<p>How can I help?</p>' });
  await says(page, 'Noor Haddad joined the chat', 'Noor Haddad says: How can I help?');
  await forget(page);
  await world.simulator.order('close');
  await says(page, 'This conversation has ended.');
  await world.simulator.order('reopen');
  await says(page, 'This conversation has ended.', 'The conversation continues.');
});

story('a connection that is lost and comes back is told twice, however often it was tried', async (world) => {
  const { widget, page, visitor } = await underWay(world);
  visitor.expect(/ERR_|Failed to fetch|status of 5/);
  await world.proxy.kill();
  await says(page, 'Connection lost. Trying to reconnect…');
  await world.proxy.start();
  await widget.isLive();
  await says(page, 'Connection lost. Trying to reconnect…', 'Connected again.');
  await forget(page);
  await visitor.goOffline();
  await says(page, 'You’re offline. Your messages will be sent when you’re back.');
  await visitor.goOnline();
  await widget.isLive();
  await says(page, 'You’re offline. Your messages will be sent when you’re back.', 'Connected again.');
});

story('typing is shown and not said', async (world) => {
  const { widget, page } = await underWay(world);
  await world.simulator.order('webhooks/pause');
  await widget.say('opening hours');
  await widget.part('typing').waitFor();
  await says(page);
  await world.simulator.order('webhooks/resume');
  await widget.hears(/Monday to Saturday/);
  await widget.part('typing').waitFor({ state: 'detached' });
});

story('a conversation that was there before is not read out after a reload, what is new is', async (world) => {
  const { widget, page } = await underWay(world);
  await page.reload();
  await widget.part('window-open').waitFor();
  await widget.hears(/^Ready$/);
  await widget.isLive();
  await says(page);
  await say(world, 'Something new');
  await says(page, 'Bot says: Something new');
});

story('another language is not announced', async (world) => {
  const { widget, page } = await underWay(world);
  await page.evaluate(() => (document.querySelector('chataibot-widget').locale = 'de'));
  await until('it speaks German', async () => /^Nachricht/.test(await widget.input.getAttribute('placeholder')));
  await says(page);
});

story('the announcer itself: a window that becomes a phone’s says nothing twice', async (world) => {
  const { widget, page } = await underWay(world);
  await say(world, 'On a desk');
  await says(page, 'Bot says: On a desk');
  await page.setViewportSize(PHONE.viewport);
  await until('it is modal', async () => (await widget.window.getAttribute('aria-modal')) === 'true');
  await says(page, 'Bot says: On a desk');
  await say(world, 'On a phone');
  await says(page, 'Bot says: On a desk', 'Bot says: On a phone');
});

story('the recorder itself: it hears what is live and there, whole where it is atomic, and what is cut off', async (world) => {
  const visitor = await world.visitor();
  await listen(visitor);
  const regions = `<p id="plain">-</p><p id="live" aria-live="polite">-</p><p id="off" role="status" aria-live="off">-</p>
    <p id="whole" role="status">Now <b>-</b></p><p id="part" role="log">Now <b>-</b></p>
    <div aria-hidden="true"><p id="hidden" role="alert">-</p></div><div inert><p id="inert" role="alert">-</p></div>
    <div hidden><p id="away" role="alert">-</p></div><div id="modal" role="dialog"><p id="inside" role="status">-</p></div><div id="shadow"></div>`;
  const page = await visitor.tab(world.host.page('/regions', regions));
  const write = (id, text, within = '') =>
    page.evaluate(([id, text, within]) => (document.querySelector(`#${id} ${within}`).textContent = text), [id, text, within]);
  await forget(page);
  for (const id of ['plain', 'off', 'hidden', 'inert', 'away']) await write(id, 'Nobody hears this');
  await says(page);
  await write('live', 'One');
  await write('whole', 'two', 'b');
  await write('part', 'three', 'b');
  await page.evaluate(() => {
    const alert = document.createElement('p');
    alert.setAttribute('role', 'alert');
    alert.textContent = 'Four';
    document.querySelector('#shadow').attachShadow({ mode: 'closed' }).append(alert);
  });
  const heard = ['One', 'Now two', 'three', { assertive: 'Four' }];
  await says(page, ...heard);
  await page.evaluate(() => document.querySelector('#modal').setAttribute('aria-modal', 'true'));
  await write('live', 'Covered');
  await write('inside', 'Five');
  await write('inside', 'Six');
  await says(page, ...heard, 'Five', { 'cut off': 'Five' }, 'Six');
});
