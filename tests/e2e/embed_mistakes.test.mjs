//! Tests of nearly correct ways to embed: what can work works, and one line on the console says
//! what to write.

import assert from 'node:assert/strict';
import { Widget, story, until } from './harness.mjs';

/** Records the widget's own lines on a page's console. */
const KEEP = `window.lines = [];
  for (const kind of ['log', 'info', 'warn', 'error']) {
    const own = console[kind];
    console[kind] = (...told) => {
      const line = told.join(' ');
      if (line.startsWith('[chataibot]')) lines.push(line);
      own.apply(console, told);
    };
  }`;

/** Opens a page with this HTML, and returns the widget's own lines on its console. */
async function at(world, html, path = '/embedded') {
  const visitor = await world.visitor();
  visitor.expect(/^console\.warn(ing)?: \[chataibot\]/);
  world.host.script('/keep.js', KEEP);
  world.host.page(path, html, { head: '<script src="/keep.js"></script>' });
  const page = await visitor.tab(world.host.origin + path);
  return { page, lines: () => page.evaluate(() => window.lines), widget: new Widget(page) };
}

const talks = async (widget) => {
  await widget.open();
  await widget.say('Hello');
  await widget.hears(/./);
};

const AS_MODULE = (address) => `<script type="module" src="${address}/chataibot.js"></script>`;
const AS_SCRIPT = (address) => `<script src="${address}/chataibot.js"></script>`;

for (const [name, script, around] of [
  ['in the body', AS_MODULE, (widget) => `${widget}\n<main><h1>The rest of the page</h1></main>`],
  ['in a box', AS_MODULE, (widget) => `<div>${widget}<p>The rest of the page</p></div><footer>The end</footer>`],
  ['after a classic script', AS_SCRIPT, (widget) => `${widget}\n<p>The rest of the page</p>`],
  ['after a classic script, with a teaser', AS_SCRIPT, () => '<chataibot-widget teaser="Hello" />\n<p>The rest of the page</p>'],
  ['on a page whose script appends a banner', AS_MODULE, (widget) => `${widget}\n<p>The rest of the page</p><script src="/banner.js"></script>`],
]) {
  story(`mistakes: a tag that closes itself, ${name}, hides nothing of the page`, async (world) => {
    world.host.script('/banner.js', "document.body.append(Object.assign(document.createElement('div'), { textContent: 'Cookies?' }));");
    const { page, lines, widget } = await at(world, `${script(world.proxy.address)}<h1>Before</h1>${around('<chataibot-widget />')}`);
    await page.getByText('The rest of the page').waitFor();
    await talks(widget);
    assert.deepEqual(await lines(), ['[chataibot] <chataibot-widget /> does not end in HTML: write <chataibot-widget></chataibot-widget>.']);
    assert.equal(await widget.launcher.count(), 1);
  });
}

story('mistakes: what a page has put inside of the element for old browsers stays hidden, without a word', async (world) => {
  const script = `<script type="module" src="${world.proxy.address}/chataibot.js"></script>`;
  const { page, lines, widget } = await at(world, `${script}<chataibot-widget><a href="/help">Help</a></chataibot-widget>\n<p>After</p>`);
  await talks(widget);
  assert.equal(await page.locator('chataibot-widget a[href="/help"]').isVisible(), false);
  assert.deepEqual(await lines(), []);
});

for (const [name, tag] of [
  ['', (address) => `<script src="${address}/chataibot.js"></script>`],
  [' that is deferred', (address) => `<script defer src="${address}/chataibot.js"></script>`],
  [' that a tag manager puts in', (address) => `<script src="/manager.js" data-src="${address}/chataibot.js"></script>`],
  [', twice and as a module, too', (address) => `<script src="${address}/chataibot.js"></script><script src="${address}/chataibot.js"></script><script type="module" src="${address}/chataibot.js"></script>`],
]) {
  story(`mistakes: a classic script${name} works`, async (world) => {
    world.host.script('/manager.js', "const tag = document.createElement('script'); tag.src = document.currentScript.dataset.src; document.head.append(tag);");
    const { page, lines, widget } = await at(world, `${tag(world.proxy.address)}<chataibot-widget></chataibot-widget>`);
    await talks(widget);
    assert.deepEqual(await lines(), []);
    assert.deepEqual(await page.evaluate(() => Object.keys(window).filter((name) => /chataibot/i.test(name))), ['ChataibotWidget'], 'one global of ours');
  });
}

story('mistakes: a module still exports the class, and leaves no global', async (world) => {
  world.host.script('/imports.js', `import { ChataibotWidget } from '${world.proxy.address}/chataibot.js'; window.same = customElements.get('chataibot-widget') === ChataibotWidget;`);
  const { page, widget } = await at(world, '<script type="module" src="/imports.js"></script><chataibot-widget></chataibot-widget>');
  await talks(widget);
  assert.deepEqual(await page.evaluate(() => [window.same, 'ChataibotWidget' in window]), [true, false]);
});

story('mistakes: what frameworks write for a flag that is off is off, and page and visitor open and close it', async (world) => {
  const script = `<script type="module" src="${world.proxy.address}/chataibot.js"></script>`;
  const { page, lines, widget } = await at(world, `${script}<chataibot-widget open="false" home="false"></chataibot-widget>`);
  const host = page.locator('chataibot-widget');
  await widget.launcher.waitFor();
  assert.equal(await host.evaluate((element) => element.state.open || element.home), false);
  await widget.open();
  await until('the attribute follows the visitor', async () => (await host.getAttribute('open')) === '');
  for (const [off, on] of [['attribute', 'attribute'], ['property', 'property'], ['attribute', 'property']]) {
    await host.evaluate((element, by) => (by === 'attribute' ? element.setAttribute('open', 'false') : void (element.open = false)), off);
    await widget.part('window-open').waitFor({ state: 'detached' });
    await host.evaluate((element, by) => (by === 'attribute' ? element.setAttribute('open', 'true') : void (element.open = true)), on);
    await widget.part('window-open').waitFor();
  }
  await widget.close();
  await until('the attribute follows the visitor', async () => (await host.getAttribute('open')) === null);
  assert.deepEqual(await lines(), []);
});

story('mistakes: a window in the page without a height is seen, and says so once', async (world) => {
  const script = `<script type="module" src="${world.proxy.address}/chataibot.js"></script>`;
  const { lines, widget } = await at(world, `${script}<main><chataibot-widget mode="inline"></chataibot-widget></main>`);
  await widget.part('window-open').waitFor();
  const { height } = await widget.window.boundingBox();
  assert.ok(height > 400, `${height}`);
  await widget.say('Hello');
  await until('the line', async () => (await lines()).length > 0);
  assert.deepEqual(await lines(), ['[chataibot] mode="inline" needs a height, its own or of its box. Now: 600px.']);
});

story('mistakes: a window in the page with a height has that height, and nothing is said', async (world) => {
  const script = `<script type="module" src="${world.proxy.address}/chataibot.js"></script>`;
  const { lines, widget } = await at(world, `${script}<main style="height: 350px"><chataibot-widget mode="inline"></chataibot-widget></main>`);
  await widget.part('window-open').waitFor();
  assert.equal(Math.round((await widget.window.boundingBox()).height), 350);
  assert.deepEqual(await lines(), []);
});

story('mistakes: sheets and nodes of others in our shadow root stay, whenever they come', async (world) => {
  const script = `<script type="module" src="${world.proxy.address}/chataibot.js"></script>`;
  const { page, widget } = await at(world, `${script}<chataibot-widget></chataibot-widget><main></main>`);
  await widget.launcher.waitFor();
  await page.evaluate(() => {
    const root = document.querySelector('chataibot-widget').shadowRoot;
    window.mine = new CSSStyleSheet();
    mine.replaceSync('[part~="header"] { border-bottom: 3px solid red }');
    root.adoptedStyleSheets.unshift(mine);
    root.prepend(Object.assign(document.createElement('style'), { className: 'extension', textContent: '[part~="list"] { outline: 2px solid red }' }));
    root.append(document.createElement('extension-button'));
  });
  await talks(widget);
  const stands = () =>
    page.evaluate(() => {
      const root = document.querySelector('chataibot-widget').shadowRoot;
      const style = (part, property) => getComputedStyle(root.querySelector(`[part~="${part}"]`))[property];
      return [mine.cssRules.length, root.adoptedStyleSheets.includes(mine), !!root.querySelector('.extension'), style('header', 'borderBottomWidth'), style('list', 'outlineWidth')];
    });
  assert.deepEqual(await stands(), [1, true, true, '3px', '2px']);
  const count = () => page.evaluate(() => document.querySelector('chataibot-widget').shadowRoot.adoptedStyleSheets.length);
  const before = await count();
  await page.evaluate(async () => {
    const element = document.querySelector('chataibot-widget');
    element.remove();
    await null;
    document.querySelector('main').append(element);
    await element.open();
  });
  await until('all is as before', async () => (await count()) === before);
  assert.deepEqual(await stands(), [1, true, true, '3px', '2px']);
});

for (const [name, attributes] of Object.entries({
  'that a template left empty': 'user="" identity="" site="" proxy-url="" token-url="" launcher-for="" heading="" launcher-label=" " teaser="" prechat="" contact-email="" theme=""',
  'that a framework wrote for nothing': 'user="undefined" site="null" proxy-url="undefined" heading="false" teaser="false" prechat="false" demo="false" home="off" consent="no"',
  'with spaces around them': 'mode=" floating" storage="local " theme="dark\n"',
})) {
  story(`mistakes: settings ${name} count as not set`, async (world) => {
    const script = `<script type="module" src="${world.proxy.address}/chataibot.js"></script>`;
    const { page, lines, widget } = await at(world, `${script}<chataibot-widget ${attributes}></chataibot-widget>`);
    await talks(widget);
    assert.equal(await widget.part('title').innerText(), 'Chat with us');
    assert.equal(await widget.launcher.getAttribute('aria-label'), 'Chat');
    await page.reload();
    await widget.part('window-open').waitFor();
    await widget.hears(/./);
    assert.deepEqual(await lines(), []);
  });
}

story('mistakes: an address of the proxy that is none is reported, and the one of the script is used', async (world) => {
  const script = `<script type="module" src="${world.proxy.address}/chataibot.js"></script>`;
  const { lines, widget } = await at(world, `${script}<chataibot-widget proxy-url="chat.example.com"></chataibot-widget>`);
  await talks(widget);
  assert.match((await lines()).join(), /proxy-url="chat.example.com" is not allowed/);
});

story('mistakes: a property that says false leaves nothing behind', async (world) => {
  const script = `<script type="module" src="${world.proxy.address}/chataibot.js"></script>`;
  const { page, lines, widget } = await at(world, `${script}<chataibot-widget></chataibot-widget>`);
  await page.evaluate(() => Object.assign(document.querySelector('chataibot-widget'), { teaser: false, teaserDelay: 0, heading: false, user: false, contactEmail: null, sound: false, feedback: true, home: false }));
  await talks(widget);
  assert.equal(await widget.part('title').innerText(), 'Chat with us');
  await page.locator('chataibot-widget .thumbs').first().waitFor({ state: 'attached' });
  assert.deepEqual(await lines(), []);
});
