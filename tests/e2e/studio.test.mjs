//! Tests of the studio: a look is created, changed, undone, shared and exported, by pointer and
//! keyboard, and its export styles a plain page.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { story, until } from './harness.mjs';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Opens the studio for a designer, and waits for the preview. */
async function studio(world, { hash = '', ...options } = {}) {
  const profile = await world.visitor({ reducedMotion: 'reduce', viewport: { width: 1280, height: 860 }, ...options });
  // The scenes' film and sound do not exist.
  profile.expect(/walk\.mp4|waves\.mp3/);
  await profile.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await profile.tab(`${world.proxy.address}/studio/index.html${hash}`);
  const frame = page.frameLocator('iframe');
  const part = (name) => frame.locator(`chataibot-widget [part~="${name}"]`).first();
  await page.locator('body[data-ready]').waitFor();
  await frame.locator('chataibot-widget').first().waitFor({ state: 'attached' });
  const style = (name, property) => part(name).evaluate((element, property) => getComputedStyle(element)[property], property);
  const becomes = (what, name, property, value) => until(what, async () => (await style(name, property)) === value);
  const tab = (title) => page.getByRole('tab', { name: title }).click();
  const exported = async (title) => {
    await page.getByRole('button', { name: 'Export' }).click();
    const text = await page.getByRole('dialog').locator('section', { hasText: title }).locator('code').innerText();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    return text;
  };
  return { page, frame, part, style, becomes, tab, exported };
}

story('a brand colour dresses the preview, is taken back and again, and the link brings it to somebody else', async (world) => {
  const { page, becomes, style } = await studio(world);
  await becomes('the default', 'send', 'color', 'rgb(93, 100, 115)');
  const before = await style('bubble-visitor', 'backgroundColor');
  await page.getByLabel('Brand colour', { exact: true }).fill('#0a7d5a');
  await page.getByRole('button', { name: 'Use this palette' }).click();
  await becomes('the brand colour is in the preview', 'bubble-visitor', 'backgroundColor', 'rgb(10, 125, 90)');
  await page.keyboard.press('Control+z');
  await becomes('it is taken back', 'bubble-visitor', 'backgroundColor', before);
  await page.keyboard.press('Control+Shift+z');
  await becomes('and again', 'bubble-visitor', 'backgroundColor', 'rgb(10, 125, 90)');
  await page.getByRole('button', { name: 'Copy link' }).click();
  const link = await until('the link is copied', () => page.evaluate(() => navigator.clipboard.readText()));
  const other = await studio(world, { hash: new URL(link).hash });
  await other.becomes('the link says all', 'bubble-visitor', 'backgroundColor', 'rgb(10, 125, 90)');
});

story('what is exported holds only what differs, and dresses a plain page as the preview was', async (world) => {
  const { page, exported, becomes, style } = await studio(world);
  await page.getByRole('button', { name: 'Slate' }).click();
  await becomes('the theme is in the preview', 'header', 'backgroundColor', 'rgb(31, 52, 71)');
  const css = await exported('Style sheet');
  assert.match(css, /^chataibot-widget \{\n {2}--chataibot-accent: light-dark\(#1f4e79, #2d6ca6\);/);
  assert.match(css, /chataibot-widget::part\(avatar\) \{\n {2}border-radius: 6px;/);
  assert.doesNotMatch(css, /z-index|--chataibot-font-size/, 'nothing of the default');
  const dtcg = JSON.parse(await exported('Design tokens'));
  assert.equal(dtcg.dark.accent.$value.hex, '#2d6ca6');
  const snippet = await exported('For your page');
  assert.ok(snippet.includes(`src="${world.proxy.address}/chataibot.js"`), snippet);

  const visitor = await world.visitor({ reducedMotion: 'reduce' });
  const plain = await visitor.tab(world.page({ path: '/plain', attributes: 'demo="greeting"', head: `<style>${css}</style>` }));
  const header = plain.locator('chataibot-widget [part~="header"]');
  await header.waitFor();
  assert.equal(await header.evaluate((element) => getComputedStyle(element).backgroundColor), await style('header', 'backgroundColor'));
  assert.equal(await plain.locator('chataibot-widget [part~="avatar"]').first().evaluate((element) => getComputedStyle(element).borderRadius), '6px');
});

story('a pasted style sheet is read for variables, and never as markup', async (world) => {
  const { page, becomes } = await studio(world);
  await page.getByLabel(/^Paste its CSS/).fill(`@import "https://example.com/no.css";
    :root { --brand: #b4451f; --background: #fffaf3; --radius: 3px; --not-a-colour: solid }
    @media (prefers-color-scheme: dark) { :root { --background: #231a16 } }
    </style><img src=x onerror="document.title='pwned'"><script>document.title='pwned'</script>`);
  await page.getByRole('button', { name: 'Read it' }).click();
  await page.getByText('3 of its values fit a token').waitFor();
  assert.equal(await page.locator('.found-row', { hasText: 'surface' }).locator('span').innerText(), 'light-dark(#fffaf3, #231a16)');
  await page.getByRole('checkbox', { name: /^radius/ }).uncheck();
  await page.getByRole('button', { name: 'Use these' }).click();
  await becomes('the variables are tokens', 'bubble-visitor', 'backgroundColor', 'rgb(180, 69, 31)');
  await becomes('but for the one that was left out', 'bubble-visitor', 'borderTopLeftRadius', '18px');
  assert.notEqual(await page.title(), 'pwned');
  assert.equal(await page.locator('img[src="x"]').count(), 0);
});

story('a colour is changed by lightness, chroma and hue, its contrast is told, and one gesture is one step back', async (world) => {
  const { page, tab, style, becomes } = await studio(world);
  await tab('Tokens');
  const row = page.locator('[data-token="text-muted"]');
  await row.locator('summary').click();
  const editor = row.getByRole('group', { name: 'On light' });
  const verdict = editor.locator('.verdict');
  await until('the contrast is good', async () => /^5\.\d : 1 with surface-raised$/.test(await verdict.innerText()));
  const before = await style('send', 'color');
  await editor.getByLabel('On light, lightness').focus();
  for (let step = 0; step < 70; step++) await page.keyboard.press('ArrowRight');
  await until('the contrast is bad', async () => /needs 4\.5$/.test(await verdict.innerText()));
  assert.notEqual(await style('send', 'color'), before);
  await page.getByRole('button', { name: 'Undo' }).click();
  await becomes('all at once', 'send', 'color', before);
  assert.equal(await page.getByRole('button', { name: 'Undo' }).isDisabled(), true);
});

story('lengths, shadows, fonts, backgrounds, rules and words have controls, and refuse what is no value', async (world) => {
  const { page, tab, becomes, part } = await studio(world);
  await tab('Tokens');
  await page.getByLabel('Find a token').fill('radius');
  await page.getByLabel('Radius, by the slider', { exact: true }).fill('4');
  await becomes('a length', 'bubble-visitor', 'borderTopLeftRadius', '4px');
  const field = page.locator('[data-token="radius"]').getByRole('textbox');
  await field.fill('nonsense');
  await field.press('Tab');
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  await becomes('nonsense changes nothing', 'bubble-visitor', 'borderTopLeftRadius', '4px');
  await page.getByRole('button', { name: 'Radius: back to the default', exact: true }).click();
  await becomes('back', 'bubble-visitor', 'borderTopLeftRadius', '18px');
  await page.getByLabel('Find a token').fill('density');
  const row = () => part('row-first').evaluate((element) => parseFloat(getComputedStyle(element).marginBlockStart));
  const before = await row();
  await page.getByLabel('Density, by the slider', { exact: true }).fill('0.5');
  await until('density', async () => Math.abs((await row()) - before / 2) < 0.1);
  await page.getByLabel('Find a token').fill('shadow');
  await page.getByLabel('Window shadow', { exact: true }).selectOption('Hard');
  await becomes('a shadow', 'window', 'boxShadow', 'rgb(16, 24, 40) 6px 6px 0px 0px');
  await page.getByLabel('Across').fill('10');
  await becomes('its layer', 'window', 'boxShadow', 'rgb(16, 24, 40) 10px 6px 0px 0px');
  await page.getByLabel('Find a token').fill('header background');
  await page.getByRole('combobox', { name: /Header background/ }).selectOption('Gradient');
  await page.getByLabel('To, on light').fill('#ff0000');
  await until('a gradient', async () => /rgb\(255, 0, 0\)/.test(await part('header').evaluate((element) => getComputedStyle(element).backgroundImage)));
  await tab('Parts');
  await page.getByLabel('Title', { exact: true }).fill('Harbour & Hill');
  await until('words', async () => (await part('title').innerText()) === 'Harbour & Hill');
  await page.getByLabel('Rules for parts').fill('chataibot-widget::part(title) { text-transform: uppercase }');
  await becomes('a rule', 'title', 'textTransform', 'uppercase');
  const name = page.getByLabel('Part', { exact: true });
  await name.fill('tilte');
  await page.getByRole('button', { name: 'Add a rule' }).click();
  await page.getByText('There is no such part; did you mean title?').waitFor();
  await name.fill('status');
  await page.getByText('the line below the title.', { exact: true }).waitFor();
  await name.press('Enter');
  await page.keyboard.type('letter-spacing: 2px;');
  await becomes('a rule that was begun by a name', 'status', 'letterSpacing', '2px');
  await becomes('beside the other', 'title', 'textTransform', 'uppercase');
});

story('any scene, screen, scheme, direction, size and language is a choice, and the focus stays where the designer is', async (world) => {
  const { page, frame, becomes, part } = await studio(world);
  const scene = page.getByLabel('Scene', { exact: true });
  await scene.focus();
  await scene.selectOption('rich');
  await frame.locator('chataibot-widget[demo="rich"] [part~="link"]').first().waitFor();
  await until('the scene has settled', () => frame.locator('chataibot-widget').evaluate((widget) => widget.state.open));
  assert.equal(await page.evaluate(() => document.activeElement.name), 'scene');
  await page.getByRole('radio', { name: 'Dark' }).check();
  await becomes('dark', 'window', 'backgroundColor', 'rgb(22, 24, 29)');
  const width = () => frame.locator('html').evaluate(() => innerWidth);
  await page.getByRole('radio', { name: 'Phone', exact: true }).check();
  await until('a phone', async () => (await width()) === 390);
  await page.getByLabel('Text size').selectOption('Text 200 %');
  await until('zoomed', async () => (await width()) === 195);
  await page.getByLabel('Language').selectOption('ar');
  await page.getByLabel('Right to left').check();
  await becomes('right to left', 'window', 'direction', 'rtl');
  await until('in Arabic', async () => /[\u0600-\u06ff]/.test(await part('input').getAttribute('placeholder')));
  await page.getByLabel('Forced colours').check();
  await page.getByText('Forced colours are imitated').waitFor();
});

story('pointing at the preview names the part and copies its selector, and a click goes to the chat again afterwards', async (world) => {
  // Large enough for the preview at full size: Playwright misses elements in a scaled frame.
  const { page, frame, part } = await studio(world, { hash: '#scene=buttons', viewport: { width: 1500, height: 1200 } });
  await page.getByLabel('Point at parts').check();
  const card = frame.locator('chataibot-widget aside [part="card"]');
  const point = async () => {
    const { x, y } = await part('bubble-visitor').boundingBox();
    await page.mouse.move(x + 12, y + 12);
  };
  await until('a card beside the part', async () => {
    await point();
    return (await card.isVisible()) && /^bubble\b/.test(await card.innerText());
  });
  // The status line below the preview may move it a little.
  await until('it is copied', async () => {
    await point();
    await page.mouse.down();
    await page.mouse.up();
    return (await page.evaluate(() => navigator.clipboard.readText())) === 'chataibot-widget::part(bubble)';
  });
  await page.getByLabel('Point at parts').uncheck();
  await until('it is gone', async () => (await frame.locator('chataibot-widget aside').count()) === 0);
  await part('close').click();
  await until('the chat is used again', async () => frame.locator('chataibot-widget').evaluate((widget) => !widget.state.open));
});

story('all scenes hang on one wall, and a press on a title shows one alone', async (world) => {
  const { page, frame } = await studio(world, { hash: '#scene=wall' });
  const count = () => frame.locator('chataibot-widget').count();
  await until('the first of them are there', async () => (await count()) >= 4);
  assert.ok((await count()) < 40, 'those out of sight wait');
  await frame.getByRole('button', { name: 'A form', exact: true }).scrollIntoViewIfNeeded();
  await frame.locator('[data-scene="form"] chataibot-widget [part~="form-field"]').first().waitFor();
  // Playwright ignores the frame's scaling, so a click would miss.
  await frame.getByRole('button', { name: 'A form', exact: true }).press('Enter');
  await until('it is alone', async () => (await count()) === 1 && (await page.getByLabel('Scene', { exact: true }).inputValue()) === 'form');
});

for (const [name, options] of Object.entries({
  light: {},
  dark: { colorScheme: 'dark' },
  phone: { viewport: { width: 360, height: 740 } },
})) {
  story(`the studio itself can be used by everybody: ${name}`, async (world) => {
    const { page } = await studio(world, options);
    if (name === 'phone') await page.getByRole('button', { name: 'Controls' }).click();
    for (const title of ['Start', 'Tokens', 'Parts', 'Check']) {
      await page.getByRole('tab', { name: title }).click();
      await page.evaluate(AXE);
      const found = await page.evaluate(() => globalThis.axe.run({ exclude: ['iframe'] }, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }));
      assert.deepEqual(found.violations.map(({ id, nodes }) => `${title}: ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' ')}`), []);
    }
    const over = await page.evaluate(() => [...document.querySelectorAll('body > *, .top *, #panel *')].filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.pages')).map((one) => one.outerHTML.slice(0, 80)));
    assert.deepEqual(over, [], 'nothing hangs over');
    await page.getByRole('tab', { name: 'Start' }).focus();
    await page.keyboard.press('ArrowRight');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Tokens');
  });
}

story('a brand nobody has met: its own style sheet becomes a look that is in order in every scene, and dresses a plain page', async (world) => {
  const { page, tab, exported, style, becomes } = await studio(world);
  await page.getByLabel(/^Paste its CSS/).fill(`
    body { margin: 0; background: #fdf8f3; color: #2a1d17; font: 17px/1.6 Georgia, serif }
    a { color: #a33b20 }
    .btn-primary { background: #b5482a; color: #fff; border-radius: 6px; padding: 1em 2em }
    footer a { color: #ccc }`);
  await page.getByRole('button', { name: 'Read it' }).click();
  await page.getByText('7 of its values fit a token').waitFor();
  await page.getByText('7 colours that it does not say, made to be read on its background').waitFor();
  await page.getByText('theme="light"').waitFor();
  await page.getByRole('button', { name: 'Use these' }).click();
  await becomes('the button is the accent', 'bubble-visitor', 'backgroundColor', 'rgb(181, 72, 42)');
  await becomes('bubbles go with the paper', 'bubble-bot', 'backgroundColor', 'rgb(240, 235, 230)');
  await tab('Check');
  await page.getByText('The style sheet is in order.').waitFor();
  await page.getByRole('button', { name: 'Check every scene' }).click();
  await page.getByText(/in what is seen:$|^Every scene is in order/).waitFor({ timeout: 150_000 });
  assert.deepEqual(await page.locator('.findings li').allInnerTexts(), []);
  const css = await exported('Style sheet');
  assert.match(await exported('For your page'), /<chataibot-widget theme="light">/);
  const visitor = await world.visitor({ reducedMotion: 'reduce', colorScheme: 'dark' });
  const plain = await visitor.tab(world.page({ path: '/bakery', attributes: 'demo="greeting" theme="light"', head: `<style>${css}</style>` }));
  const look = (name, property) => plain.locator(`chataibot-widget [part~="${name}"]`).first().evaluate((element, property) => getComputedStyle(element)[property], property);
  await plain.locator('chataibot-widget [part~="bubble-bot"]').first().waitFor();
  for (const [name, property] of [['bubble-bot', 'backgroundColor'], ['bubble-visitor', 'borderTopLeftRadius'], ['window', 'backgroundColor'], ['meta', 'color'], ['title', 'fontFamily']]) {
    assert.equal(await look(name, property), await style(name, property), `${property} of ${name}`);
  }
}, { timeout: 240_000 });

story('the checker sees that a focus does not show, after a press in the preview too, and gives the focus back', async (world) => {
  const rules = 'chataibot-widget::part(answer):focus-visible { outline: none }';
  const { page, tab, part } = await studio(world, { hash: `#scene=buttons&rules=${encodeURIComponent(rules)}`, viewport: { width: 1500, height: 1200 } });
  await tab('Check');
  // A press of the pointer in the preview must not make the checker miss focus rings.
  await part('title').click();
  await page.getByRole('button', { name: 'Check every scene' }).click();
  await page.getByText(/ in what is seen:$/).waitFor({ timeout: 120_000 });
  const found = await page.locator('.findings li', { hasText: 'Focus' }).allInnerTexts();
  assert.deepEqual(found.filter((text) => !/answer/.test(text)), [], 'every other control shows it');
  assert.ok(found.length > 0 && found.every((text) => text.includes('nothing shows that it has the focus')), found.join('\n'));
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Check every scene');
  await page.getByRole('button', { name: 'Check every scene' }).click();
  // A focused field in the tokens' panel and a running check must not disturb each other.
  await tab('Tokens');
  await page.getByLabel('Find a token').fill('radius');
  await tab('Check');
  await page.getByLabel('Scene', { exact: true }).focus();
  await page.getByText(/^The focus was not looked at in \d+ of them, as a field had it\./).waitFor({ timeout: 120_000 });
  assert.equal(await page.evaluate(() => document.activeElement.name), 'scene');
}, { timeout: 240_000 });

story('the checker tells what is wrong with the style sheet and with what is seen, and leads there', async (world) => {
  const { page, tab, frame } = await studio(world, { hash: '#t-text-muted=light-dark(%23bbbbbb,%23a2a9b8)&t-acent=red' });
  await tab('Check');
  await page.getByText('unknown token --chataibot-acent; did you mean --chataibot-accent?').waitFor();
  await page.getByRole('button', { name: 'Check every scene' }).click();
  await page.getByText(/ in what is seen:$/).waitFor({ timeout: 120_000 });
  const finding = page.locator('.findings li', { hasText: 'contrast of text is' }).first();
  const place = finding.getByRole('button');
  assert.match(await place.innerText(), /^light, /);
  await place.click();
  await until('the scene is shown', async () => (await frame.locator('chataibot-widget').getAttribute('demo')) === (await page.getByLabel('Scene', { exact: true }).inputValue()));
  await page.getByRole('button', { name: 'Check every scene' }).click();
  await page.getByText(/ of \d+ scenes …$/).waitFor();
  await page.getByRole('radio', { name: 'Dark' }).check();
  await page.getByText('Stopped: something else is shown now.').waitFor();
}, { timeout: 180_000 });
