//! Tests of the documents as pages (`cargo xtask docs`): every page is reachable, every link leads
//! somewhere, all can be read and searched, from the proxy and from a folder, and no other server
//! is contacted.

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { story } from './harness.mjs';

const { CHATAIBOT_DIST } = process.env;
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };

/** Returns the names of the pages. */
const pages = async () => (await readdir(join(CHATAIBOT_DIST, 'docs'))).filter((name) => name.endsWith('.html')).sort();

story('docs: from the first page every page is reached, and every link leads to a heading that is there', async (world) => {
  const visitor = await world.visitor();
  const page = await visitor.tab('about:blank');
  const asked = new Set();
  page.on('request', (request) => asked.add(new URL(request.url()).origin));
  const start = `${world.proxy.address}/docs/index.html`;
  const seen = new Map();
  const waiting = [start];
  const links = [];
  while (waiting.length) {
    const address = waiting.pop();
    if (seen.has(address)) continue;
    const response = await page.goto(address);
    assert.equal(response.status(), 200, address);
    const found = await page.evaluate(() => ({
      ids: [...document.querySelectorAll('[id]')].map(({ id }) => id),
      links: [...document.querySelectorAll('a[href]')].map(({ href }) => href),
    }));
    seen.set(address, found.ids);
    for (const link of found.links.filter((link) => link.startsWith(world.proxy.address))) {
      const [target] = link.split('#');
      links.push(link);
      if (target !== address) waiting.push(target);
    }
  }
  assert.deepEqual([...seen.keys()].map((address) => address.split('/').at(-1)).sort(), await pages());
  const lost = links.filter((link) => {
    const [target, id] = link.split('#');
    return id && !seen.get(target).includes(decodeURIComponent(id));
  });
  assert.deepEqual(lost, []);
  assert.deepEqual([...asked], [world.proxy.address], 'nobody else is asked');
}, { timeout: 180_000 });

for (const [mode, options] of Object.entries({ light: {}, dark: { colorScheme: 'dark' }, 'a phone': { viewport: { width: 320, height: 640 } } })) {
  story(`docs: each page can be read, in ${mode}`, async (world) => {
    const visitor = await world.visitor(options);
    // The page's own policy would block the script that the test injects.
    const page = await visitor.tab('about:blank');
    const found = [];
    for (const name of await pages()) {
      await page.goto(`${world.proxy.address}/docs/${name}`);
      await page.evaluate(AXE);
      const violations = await page.evaluate(async (rules) => (await axe.run(document, rules)).violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 120)}`), RULES);
      found.push(...violations.map((line) => `${name}: ${line}`));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) found.push(`${name}: is ${wide} px wider than the screen`);
      assert.equal(await page.locator('h1').count(), 1, name);
    }
    assert.deepEqual(found, []);
  }, { timeout: 240_000 });
}

for (const [where, address] of [
  ['from the proxy', (world) => `${world.proxy.address}/docs/index.html`],
  ['from a folder, without a server', () => pathToFileURL(join(CHATAIBOT_DIST, 'docs/index.html')).href],
]) {
  story(`docs: the search finds a setting, a token and a symptom by keys alone, ${where}`, async (world) => {
    const visitor = await world.visitor();
    const page = await visitor.tab(address(world));
    const results = page.locator('#results a');
    for (const [words, wanted] of [['launcher-for', /Settings/], ['bubble visitor background', /Tokens/], ['no reply', /Troubleshooting/], ['erase', /Eras/]]) {
      await page.getByRole('searchbox', { name: 'Search' }).fill(words);
      await results.first().waitFor();
      const found = await results.allTextContents();
      assert.ok(found.some((text) => wanted.test(text)), `${words}: ${found.join(' | ')}`);
    }
    assert.match(await page.getByRole('status').textContent(), /^\d+ found$/);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash.length > 1);
    const id = await page.evaluate(() => decodeURIComponent(location.hash.slice(1)));
    assert.equal(await page.locator(`[id="${id}"]`).count(), 1);
    await page.getByRole('searchbox', { name: 'Search' }).fill('xyzzy');
    assert.equal(await page.getByRole('status').textContent(), '0 found');
  });
}

test('docs: code of frameworks is that of the examples which are tested, line by line', async () => {
  const read = (name) => readFile(new URL(`../../${name}`, import.meta.url), 'utf8');
  const lines = (text) => text.split('\n').map((line) => line.trim()).filter(Boolean);
  const found = [...(await read('docs/frameworks.md')).matchAll(/<!-- example: (\S+) -->\n```\w*\n([^]*?)\n```/g)];
  assert.ok(found.length >= 15, 'they are found');
  for (const [, name, code] of found) {
    const example = lines((await read(`examples/${name}`)).replaceAll('http://127.0.0.1:8787', 'https://chat.example.com'));
    let at = 0;
    for (const line of lines(code)) {
      const next = example.indexOf(line, at);
      assert.ok(next >= 0, `examples/${name} has no such line, or not there: ${line}`);
      at = next + 1;
    }
  }
});
