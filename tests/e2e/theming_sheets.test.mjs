//! Checks docs/theming-coverage.md: its style sheets use only existing names, and do what they
//! claim, even where CSS seems unable to.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Camera } from '../pictures/camera.mjs';
import { show } from './scenes.mjs';

const ROOT = new URL('../../', import.meta.url);
const document = await readFile(new URL('docs/theming-coverage.md', ROOT), 'utf8');
const design = JSON.parse(await readFile(new URL('styles/design.json', ROOT), 'utf8'));

/** The style sheets below each heading: `{title: [css, …]}`. */
const SHEETS = Object.fromEntries(
  document
    .split(/^#{2,3} /m)
    .slice(1)
    .map((section) => [section.split('\n')[0].replace(/^\d+ /, ''), [...section.matchAll(/```css\n([^]*?)```/g)].map(([, css]) => css)]),
);

/** Opens a widget in a page with this style sheet on top. */
async function dressed(camera, css = '') {
  const page = await camera.stage({ width: 900, height: 780, deviceScaleFactor: 1 }, 'chataibot-widget { --chataibot-font: monospace }', [{ box: 'page', attributes: { demo: 'empty' } }]);
  page.dress = (css) =>
    page.evaluate((css) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      document.adoptedStyleSheets = [document.adoptedStyleSheets[0], sheet];
    }, css);
  /** Applies `look` to the computed style of each element of a part, in a scene. */
  page.look = async (scene, part, look, pseudo) => {
    if (scene) await show(page, scene);
    return page.evaluate(
      ([part, source, pseudo]) => {
        const look = (0, eval)(source);
        const { shadowRoot } = document.querySelector('chataibot-widget');
        return [...shadowRoot.querySelectorAll(part)].map((element) => look(getComputedStyle(element, pseudo), element));
      },
      [part, String(look), pseudo],
    );
  };
  if (css) await page.dress(css);
  return page;
}

/** Runs a test with a Chromium of its own. */
const inPage = (title, run) =>
  test(title, { timeout: 120_000 }, async () => {
    const camera = await Camera.open();
    try {
      await run(camera);
    } finally {
      await camera.close();
    }
  });

inPage('every sheet names tokens, parts, states and properties that there are, with values that they take', async (camera) => {
  const page = await dressed(camera);
  const all = Object.entries(SHEETS).flatMap(([title, sheets]) => sheets.map((css) => [title, css]));
  assert.ok(all.length > 50, `${all.length} sheets`);
  const findings = await page.evaluate(
    async ([all, design]) => {
      const { checkCss } = await import('/studio/check_css.js');
      return all.flatMap(([title, css]) => checkCss(css, design).map(({ line, message }) => `${title}, line ${line}: ${message}`));
    },
    [all, design],
  );
  assert.deepEqual(findings, []);
  for (const [, title] of document.matchAll(/\]\(#(\d+-[^)]*)\)/g)) {
    const anchors = [...document.matchAll(/^#{2,3} (.*)$/gm)].map(([, heading]) => heading.toLowerCase().replaceAll(/[^\w\- ]/g, '').replaceAll(' ', '-'));
    assert.ok(anchors.includes(title), `${title} is linked to, and is there`);
  }
});

inPage('density changes every gap in and between messages by one factor, and neither letters nor targets', async (camera) => {
  const page = await dressed(camera);
  const gaps = (style) => [style.marginBlockStart, style.paddingBlockStart, style.paddingInlineStart, style.rowGap].map((length) => parseFloat(length) || 0);
  const ways = async () => {
    const numbers = { bubble: await page.look('buttons', '[part~="bubble-visitor"]', gaps), first: await page.look('', '[part~="row-first"]', (style) => parseFloat(style.marginBlockStart)), header: await page.look('', '[part~="header"]', (style) => parseFloat(style.paddingBlockStart)), answers: await page.look('', '[part~="answers"]', (style) => parseFloat(style.rowGap)), composer: await page.look('', '[part~="composer"]', (style) => parseFloat(style.paddingBlockEnd)) };
    return Object.fromEntries(Object.entries(numbers).map(([name, found]) => [name, found.flat()]));
  };
  const same = async () => [...(await page.look('', 'button, textarea', (style, element) => [element.offsetHeight, style.fontSize].join())), ...(await page.look('', '[part~="title"], time', (style) => style.fontSize))];
  const [before, before2] = [await ways(), await same()];
  await page.dress('chataibot-widget { --chataibot-density: 0.5 }');
  const [after, after2] = [await ways(), await same()];
  for (const [name, lengths] of Object.entries(before)) {
    assert.ok(lengths.some((length) => length > 0), name);
    lengths.forEach((length, at) => assert.ok(Math.abs(after[name][at] - length / 2) < 0.51, `${name}: ${length} became ${after[name][at]}`));
  }
  assert.deepEqual(after2, before2);
});

inPage('an icon takes what the part around it says, in its colour or as a picture, and the others stay ours', async (camera) => {
  const page = await dressed(camera, SHEETS['Icons one by one'][0]);
  const look = (style, element) => ({ mask: /out\.svg/.test(style.maskImage), paint: style.backgroundColor === style.color || /failed/.test(style.backgroundImage), drawn: style.stroke !== 'rgba(0, 0, 0, 0)', in: element.parentElement.part.value });
  const links = await page.look('links', '[part~="icon"]', look);
  assert.ok(links.some((icon) => /answer-link/.test(icon.in)) && links.some((icon) => icon.in === 'send'));
  for (const icon of links) assert.equal(icon.mask && icon.paint, /answer-link/.test(icon.in), icon.in);
  const failed = await page.look('failed', '[part~="icon"]', look);
  for (const icon of failed) assert.deepEqual([icon.paint, icon.drawn], /meta-failed/.test(icon.in) ? [true, false] : [false, true], icon.in);
  const all = await page.look('', 'svg', (style, element) => [element.part.value, Boolean(element.closest('[part~="launcher"]'))]);
  for (const [part, isLauncher] of all) assert.equal(part, isLauncher ? '' : 'icon');
});

inPage('names stand above what bot and team say, and the visitor\'s avatar beside what they say', async (camera) => {
  const page = await dressed(camera, [...SHEETS['Names above messages'], ...SHEETS['The visitor\'s avatar']].join('\n'));
  const name = (style, element) => [element.dataset.author, style.content, element.part.contains('row-first') && element.part.contains('row-bot')];
  const rows = await page.look('handover', '[part~="row"]', name, '::before');
  const named = rows.filter(([, , isFirst]) => isFirst);
  assert.ok(new Set(named.map(([author]) => author)).size > 1, 'the bot and a person');
  for (const [author, content, isFirst] of rows) {
    assert.ok(author);
    assert.equal(content, isFirst ? `"${author}" / ""` : 'none');
  }
  const visitor = await page.look('', '[part~="row-visitor"][part~="row-meta"]', (style, element) => [style.width, style.position, /me\.webp/.test(style.backgroundImage), element.dataset.author], '::after');
  assert.ok(visitor.length > 0);
  for (const found of visitor) assert.deepEqual(found, ['28.5px', 'absolute', true, 'You']);
});

inPage('what a pointer is on changes another part', async (camera) => {
  const page = await dressed(camera, SHEETS['What depends on another part'][0]);
  const seen = () => page.look('', 'time[part]', (style) => style.opacity);
  await show(page, 'greeting');
  assert.deepEqual([...new Set(await seen())], ['0']);
  await page.locator('chataibot-widget [part~="bubble-visitor"]').first().hover();
  assert.equal((await seen()).filter((opacity) => opacity === '1').length, 1);
});

inPage('lists in a text and the turning ring are painted as a page likes', async (camera) => {
  const page = await dressed(camera, [...SHEETS['Lists in a text'], ...SHEETS['The turning ring']].join('\n'));
  assert.deepEqual([...new Set(await page.look('rich', '[part~="text-list"]', (style) => style.paddingInlineStart))], ['30px']);
  assert.deepEqual([...new Set(await page.look('', '[part~="text-item"]', (style) => style.marginBlockEnd))], ['4.5px']);
  assert.deepEqual([...new Set(await page.look('', '[part~="text-item"]', (style) => `${style.color} ${style.fontWeight}`, '::marker'))], ['rgb(47, 91, 234) 700']);
  assert.equal((await page.look('', 'ul, ol, li', (style, element) => element.part.length)).every((count) => count === 1), true);
  assert.deepEqual(await page.look('earlier-loading', '[part~="spinner"]', (style) => `${style.borderTopColor} ${style.borderLeftColor} ${style.borderTopWidth}`), ['rgb(47, 91, 234) rgb(215, 224, 251) 3px']);
});

inPage('nothing that is painted beside a row is cut before the list ends', async (camera) => {
  const page = await dressed(camera);
  const edges = (style, element) => [element.getBoundingClientRect().left, element.getBoundingClientRect().right].map(Math.round);
  const [list] = await page.look('long-thread', '[part~="list"]', (style, element) => [element.getBoundingClientRect().left, element.getBoundingClientRect().left + element.clientWidth].map(Math.round));
  const blocks = await page.look('', '.block', edges);
  assert.ok(blocks.length > 1);
  for (const block of blocks) assert.deepEqual(block, list);
  const [wide] = await page.look('', '[part~="list"]', (style, element) => element.scrollWidth - element.clientWidth);
  assert.equal(wide, 0);
});

inPage('a message that comes while somebody looks can come in as a page likes', async (camera) => {
  const page = await dressed(camera, '@keyframes mine { from { opacity: 0 } } chataibot-widget::part(row-enter) { animation: mine 1ms }');
  const [typing] = await page.look('typing', '[part~="typing"]', (style, element) => getComputedStyle(element.parentElement).animationName);
  assert.equal(typing, 'mine');
});
