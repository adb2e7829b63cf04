//! Tests of tokens that a page registers with `@property`: they keep the page's values, ignore
//! invalid ones, and can be animated; unregistered tokens still work as before.

import assert from 'node:assert/strict';
import { story, until } from './harness.mjs';
import { player, show } from './scenes.mjs';

const LATE = '.late { --chataibot-window-radius: 40px; transition: --chataibot-window-radius 60s linear; }';

story('registered tokens keep the page\'s values, leave nonsense aside and move in a transition, and others still follow', async (world) => {
  const link = `<link rel="stylesheet" href="${world.proxy.address}/chataibot-tokens.css">`;
  const head = `${link}<style>chataibot-widget { --chataibot-radius: 7px; --chataibot-launcher-size: wide; --chataibot-accent: rgb(160, 20, 60); } ${LATE}</style>`;
  const page = await player(world, { page: { head } });
  await show(page, 'greeting');
  const read = () =>
    page.evaluate(() => {
      const { shadowRoot } = document.querySelector('chataibot-widget');
      const of = (part) => getComputedStyle(shadowRoot.querySelector(`[part~="${part}"]`));
      return {
        bubble: of('bubble').borderTopLeftRadius,
        launcher: of('launcher').width,
        background: of('launcher').backgroundColor,
        window: parseFloat(of('window').borderTopLeftRadius),
      };
    });
  assert.deepEqual(await read(), { bubble: '7px', launcher: '60px', background: 'rgb(160, 20, 60)', window: 20 });
  await page.evaluate(() => document.querySelector('chataibot-widget').classList.add('late'));
  await until('the roundness is on its way', async () => {
    const { window } = await read();
    return window > 20 && window < 40;
  });
});
