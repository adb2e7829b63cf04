// Which of our languages a visitor gets, and when its file is asked for.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { mounted, open } from './stage.mjs';

// The list of languages is made when the bundle is; here it is given.
const source = await readFile(new URL('../../loader/sentences.js', import.meta.url), 'utf8');
const withOurs = source.replace("import { languages } from './generated/languages.js';", 'const languages = [];');
const { nearest } = await import(`data:text/javascript,${encodeURIComponent(withOurs)}`);

const OURS = ['ar', 'de', 'es', 'es-419', 'fil', 'fr', 'fr-CA', 'he', 'nb', 'pt-BR', 'pt-PT', 'sr', 'zh-Hans', 'zh-Hant'];

for (const [tag, expected] of Object.entries({
  de: 'de', 'de-AT': 'de', DE: 'de', 'fr-CA': 'fr-CA', 'fr-BE': 'fr', es: 'es', 'es-ES': 'es', 'es-MX': 'es-419', 'es-419': 'es-419',
  pt: 'pt-BR', 'pt-AO': 'pt-PT', 'zh-CN': 'zh-Hans', 'zh-TW': 'zh-Hant', 'zh-HK': 'zh-Hant', zh: 'zh-Hans', iw: 'he', tl: 'fil', no: 'nb',
  'nb-NO': 'nb', 'sr-Latn-RS': 'sr', en: undefined, 'en-GB': undefined, xx: undefined, 'not a tag': undefined, '': undefined,
})) {
  test(`nearest to ${tag || 'nothing'}: ${expected ?? 'English'}`, () => assert.equal(nearest(tag, OURS), expected));
}

const told = (page) => page.evaluate(() => globalThis.spoken);

test('the language is the setting, else that of the page around the element, else the browser’s', async (t) => {
  const page = await open(t, { body: '<div lang="fr"><chataibot-widget></chataibot-widget></div>' });
  await page.evaluate(() => document.querySelector('chataibot-widget').open());
  await mounted(page);
  assert.deepEqual(await told(page), [{ tag: 'fr', words: {} }]);
  await page.evaluate(() => (document.querySelector('chataibot-widget').locale = 'de-AT'));
  await page.waitForFunction(() => globalThis.spoken.length === 2);
  assert.deepEqual((await told(page))[1], { tag: 'de-AT', words: { close: 'close in de-AT' } });
});

test('nothing about languages is fetched before somebody reaches for the chat', async (t) => {
  const page = await open(t, { body: '<chataibot-widget locale="de"></chataibot-widget>' });
  await page.locator('chataibot-widget button').waitFor();
  assert.deepEqual(await page.evaluate(() => globalThis.spoken ?? []), []);
  assert.ok(!page.requests.some((path) => path.includes('locale')), page.requests.join());
});
