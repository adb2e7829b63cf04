//! Screenshots of moments that are hard to reach by hand, for people to look at; each is reached as
//! a visitor would reach it.

import { mkdir } from 'node:fs/promises';
import { Widget, story } from './harness.mjs';

const PICTURES = new URL('../pictures/out/', import.meta.url);

async function picture(page, name) {
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: new URL(`moment-${name}.png`, PICTURES).pathname, animations: 'disabled' });
}

const MOMENTS = {
  handover: async ({ widget }) => {
    await widget.say('handover');
    await widget.part('bubble-agent').first().waitFor();
  },
  ended: async ({ widget }) => {
    await widget.say('close');
    await widget.part('ended').waitFor();
  },
  failed: async ({ widget, visitor, world }) => {
    visitor.expect(/status of (4|5)\d\d/);
    await world.simulator.order('fail', { call: 'send', error: 'BAD_REQUEST' });
    await widget.say('Is the Darjeeling back in stock?');
    await widget.part('bubble-failed').waitFor();
  },
  unknown: async ({ widget, visitor, world }) => {
    visitor.expect(/status of 502/);
    await world.simulator.order('webhooks/pause');
    await world.simulator.order('drop', { call: 'send' });
    await widget.say('Is the Darjeeling back in stock?');
    await widget.part('bubble-unknown').waitFor();
  },
  offline: async ({ widget, visitor }) => {
    await visitor.goOffline();
    await widget.part('notice-offline').waitFor();
    await widget.say('I am in a tunnel');
  },
  unread: async ({ widget, world }) => {
    await widget.close();
    await world.simulator.reply('<p>Your parcel has left the garden.</p>');
    await widget.part('badge').waitFor();
  },
  emoji: async ({ widget, world }) => {
    await widget.say('emoji');
    await world.simulator.idle();
    await widget.say('🎉');
  },
  kinds: async ({ widget, world }) => {
    for (const word of ['carousel', 'list']) {
      await widget.say(word);
      await world.simulator.idle();
    }
    await widget.part('cards').first().waitFor();
  },
};

for (const [name, reach] of Object.entries(MOMENTS)) {
  story(`moment: ${name}`, async (world) => {
    const { widget, visitor, page } = await world.chat();
    await widget.say('Hello');
    await widget.hears(/./);
    await widget.settles();
    await world.simulator.idle();
    await reach({ widget, visitor, world });
    await picture(page, name);
  });
}

story('moment: playground', async (world) => {
  const visitor = await world.visitor({ viewport: { width: 1280, height: 900 } });
  const page = await visitor.tab(`${world.proxy.address}/`);
  await new Widget(page).launcher.waitFor();
  await picture(page, 'playground');
});
