// Tests of which language a visitor gets, and when its file is requested.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { mounted, open } from './harness.mjs';

// The list of languages is generated with the bundle; this test replaces it.
const source = await readFile(new URL('../../loader/locale.js', import.meta.url), 'utf8');
const withOurs = source.replace("import { languages } from './generated/languages.js';", 'const languages = [];');
const { nearest } = await import(`data:text/javascript,${encodeURIComponent(withOurs)}`);

const OURS = ['ar', 'de', 'es', 'es-419', 'fil', 'fr', 'fr-CA', 'he', 'nb', 'pt-BR', 'pt-PT', 'sr', 'zh-Hans', 'zh-Hant'];

for (const [tag, expected] of Object.entries({
  de: 'de', 'de-AT': 'de', DE: 'de', 'fr-CA': 'fr-CA', 'fr-BE': 'fr', es: 'es', 'es-ES': 'es', 'es-MX': 'es-419', 'es-419': 'es-419',
  pt: 'pt-BR', 'pt-AO': 'pt-PT', 'zh-CN': 'zh-Hans', 'zh-TW': 'zh-Hant', 'zh-HK': 'zh-Hant', zh: 'zh-Hans', yue: 'zh-Hant', iw: 'he', tl: 'fil', no: 'nb', nn: 'nb',
  cn: 'zh-Hans', 'cn-CN': 'zh-Hans', 'nb-NO': 'nb', 'sr-Latn-RS': 'sr', en: undefined, 'en-GB': undefined, xx: undefined, 'not a tag': undefined, '': undefined,
})) {
  test(`nearest to ${tag || 'nothing'}: ${expected ?? 'English'}`, () => assert.equal(nearest(tag, OURS), expected));
}

test('scripts and regions are looked up only where a tag does not say enough', (t) => {
  t.mock.method(Intl.Locale.prototype, 'maximize', () => assert.fail('a browser’s first look takes long'));
  for (const tag of [...OURS, 'en', 'en-GB']) assert.equal(nearest(tag, OURS), OURS.includes(tag) ? tag : undefined);
});

const told = (page) => page.evaluate(() => globalThis.spoken.map(({ tag, words }) => ({ tag, words })));

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

const { tagOf } = await import('../../loader/language.js');

for (const [written, tag] of Object.entries({
  pt_BR: 'pt-BR', 'pt_BR.UTF-8': 'pt-BR', 'de-AT@euro': 'de-AT', 'sr_RS@latin': 'sr-RS', zh_Hant_TW: 'zh-Hant-TW', 'sr-Latn': 'sr-Latn', ' EN-us ': 'en-US',
  'zh-hans-cn': 'zh-Hans-CN', 'zh-cmn-Hans': 'zh-Hans', 'zh-cmn-Hant-TW': 'zh-Hant-TW', 'zh-yue': 'yue', 'zh-CHT': 'zh-Hant', 'en-USA': 'en', de_DE_EURO: 'de-DE', 'de-1': 'de', 'en-US-': 'en-US', 'ja_JP.eucJP': 'ja-JP', 'de, en': 'de', 'fil': 'fil', iw: 'he', 'es-419': 'es-419', 'de-u-co-phonebk': 'de-u-co-phonebk',
  C: undefined, POSIX: undefined, 'C.UTF-8': undefined, und: undefined, zxx: undefined, mul_DE: undefined, '': undefined, ' ': undefined, english: undefined,
  'Deutsch (Schweiz)': undefined, 'not a tag': undefined, '{{ lang }}': undefined, 'pt__BR': undefined, null: undefined,
})) {
  test(`the language written as "${written}": ${tag ?? 'none'}`, () => assert.equal(tagOf(written), tag));
}

const openPage = (t, body, html = '') => open(t, { routes: {
  '/': (_request, _response, send) => send('text/html', `<!doctype html><html ${html}><title>harness</title><script type="module" src="/chataibot.js"></script><body>${body}`),
} });

for (const [name, html, body, tag] of [
  ['an underscore', 'lang="pt_BR"', '<chataibot-widget></chataibot-widget>', 'pt-BR'],
  ['none that can be read: the next one around it', 'lang="fr"', '<p lang="C"><b lang=""><chataibot-widget lang="english"></chataibot-widget></b></p>', 'fr'],
  ['its own', 'lang="fr"', '<chataibot-widget lang="sv"></chataibot-widget>', 'sv'],
  ['none at all: the browser’s', '', '<chataibot-widget></chataibot-widget>', 'en-US'],
  ['one in the old spelling of XML', 'xml:lang="it"', '<chataibot-widget></chataibot-widget>', 'it'],
  ['a setting that is none: the page’s', 'lang="nl"', '<chataibot-widget locale="Dutch!"></chataibot-widget>', 'nl'],
  ['a setting in another spelling', 'lang="nl"', '<chataibot-widget locale="de_CH.UTF-8"></chataibot-widget>', 'de-CH'],
]) {
  test(`a page whose language is ${name}: ${tag}`, async (t) => {
    const page = await openPage(t, body, html);
    await page.evaluate(() => document.querySelector('chataibot-widget').open());
    assert.equal((await told(page)).at(-1).tag, tag);
    assert.deepEqual(page.lines, []);
  });
}

test('the language around the shadow root that the element is in counts', async (t) => {
  const page = await openPage(t, '<p lang="da"><span></span></p>', 'lang="fr"');
  await page.evaluate(() => {
    const inner = document.querySelector('span').attachShadow({ mode: 'closed' });
    inner.innerHTML = '<div><chataibot-widget></chataibot-widget></div>';
    return inner.querySelector('chataibot-widget').open();
  });
  assert.equal((await told(page)).at(-1).tag, 'da');
});
