// Tests of `open` and boolean settings as real frameworks set them, before and after the element is
// defined: in each, state is synchronized in both directions.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { open } from './harness.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Each defines `show(open)`, which renders the element with that value for `open` and for a flag.
 */
const FRAMEWORKS = {
  React: `import { createElement } from 'react'; import { createRoot } from 'react-dom/client'; import { flushSync } from 'react-dom';
    const root = createRoot(app);
    globalThis.show = (open) => flushSync(() => root.render(createElement('chataibot-widget', { open, home: open })));`,
  Vue: `import { createApp, h, nextTick, ref } from 'vue';
    const open = ref(false);
    createApp({ render: () => h('chataibot-widget', { open: open.value, home: open.value }) }).mount(app);
    globalThis.show = (now) => ((open.value = now), nextTick());`,
  Preact: `import { h, render } from 'preact';
    globalThis.show = (open) => render(h('chataibot-widget', { open, home: open }), app);`,
  'Lit, by property': `import { html, render } from 'lit';
    globalThis.show = (open) => render(html\`<chataibot-widget .open=\${open} .home=\${open}></chataibot-widget>\`, app);`,
  'Lit, by attribute': `import { html, render } from 'lit';
    globalThis.show = (open) => render(html\`<chataibot-widget ?open=\${open} ?home=\${open}></chataibot-widget>\`, app);`,
  // React 18 and others set every value on a custom element as text.
  'one that writes text': `globalThis.show = (open) => {
      const element = app.firstChild ?? document.createElement('chataibot-widget');
      for (const name of ['open', 'home']) open == null ? element.removeAttribute(name) : element.setAttribute(name, String(open));
      if (!app.firstChild) app.append(element);
    };`,
};

const bundle = (source) =>
  execFileSync(`${ROOT}node_modules/.bin/esbuild`, ['--bundle', '--format=esm', '--define:process.env.NODE_ENV="production"'], {
    input: `const app = document.querySelector('#app');${source}`,
    cwd: ROOT,
    maxBuffer: 1 << 26,
  }).toString();

const page = (t, source, script) =>
  open(t, {
    body: '<div id="app"></div>',
    script: `<script type="module">${script}; globalThis.rendered = true;</script>`,
    routes: { '/framework.js': (_request, _response, send) => send('text/javascript', bundle(source)) },
  });

const WHEN = {
  before: "await import('/framework.js'); await show(false); await import('/chataibot.js')",
  after: "await import('/chataibot.js'); await import('/framework.js'); await show(false)",
};

for (const [name, source] of Object.entries(FRAMEWORKS)) {
  for (const [when, script] of Object.entries(WHEN)) {
    test(`${name} sets open and flags ${when} the element is known, and visitor and page go on from there`, async (t) => {
      const tab = await page(t, source, script);
      await tab.waitForFunction(() => globalThis.rendered);
      const stands = (open) => tab.waitForFunction((open) => document.querySelector('chataibot-widget').state.open === open, open);
      const home = () => tab.evaluate(() => document.querySelector('chataibot-widget').home);
      await stands(false);
      assert.equal(await home(), false);
      for (const [value, open] of [[true, true], [false, false], [true, true], [null, false], [true, true], [undefined, false]]) {
        await tab.evaluate((value) => show(value), value);
        await stands(open);
        assert.equal(await home(), open, String(value));
      }
      await tab.evaluate(() => show(true));
      await stands(true);
      await tab.locator('button').click();
      await stands(false);
      await tab.evaluate(() => show(false));
      await tab.evaluate(() => show(true));
      await stands(true);
      assert.equal(await tab.evaluate(() => typeof document.querySelector('chataibot-widget').open), 'function');
    });
  }
}

test('<chataibot-widget open> in a template of Vue opens', async (t) => {
  const source = "import { createApp, h } from 'vue'; globalThis.show = () => createApp({ render: () => h('chataibot-widget', { open: '' }) }).mount(app);";
  const tab = await page(t, source, WHEN.after);
  await tab.waitForFunction(() => document.querySelector('chataibot-widget')?.state.open);
});
