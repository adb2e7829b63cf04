//! Tests of the page's language, as written and as it changes: texts, direction and dates go
//! together.

import assert from 'node:assert/strict';
import { LANGUAGE, story, until } from './harness.mjs';

const placeholder = (widget) => widget.input.getAttribute('placeholder');

/**
 * Returns the signs of the language: the placeholder's text, the direction, and the `lang`
 * attribute, in whose language dates are written.
 */
const tongue = (widget) =>
  widget.window.evaluate((window) => {
    const app = window.closest('[lang]');
    return { lang: app?.lang, direction: getComputedStyle(window).direction, words: window.querySelector('[part~="input"]').placeholder };
  });

const LETTERS = { en: /^Write a message/, de: /^Nachricht/, ar: /[\u0600-\u06ff]/, ja: /[ぁ-ん]/, sr: /[\u0400-\u04ff]/ };

async function speaks(widget, language, lang = language, direction = language === 'ar' ? 'rtl' : 'ltr') {
  let now;
  await until(`it speaks ${language}`, async () => {
    now = await tongue(widget);
    return LETTERS[language].test(now.words) && now.lang === lang && now.direction === direction;
  }).catch(() => assert.fail(`it should speak ${language} (${lang}, ${direction}): ${JSON.stringify(now)}`));
}

async function chat(world, html, body = '<chataibot-widget></chataibot-widget>') {
  return world.chat({ address: world.page({ path: '/spoken', body, language: html.lang, direction: html.dir }) });
}

story('language: tags as real pages write them', async (world) => {
  const { widget } = await chat(world, { lang: 'pt_BR' });
  assert.match(await placeholder(widget), /^(Escreva|Digite)/);
  assert.equal((await tongue(widget)).lang, 'pt-BR');
});

story('language: the page changes it while the chat is open, and back', async (world) => {
  const { widget, page } = await chat(world, { lang: 'en-GB' });
  await speaks(widget, 'en', 'en-GB');
  await page.evaluate(() => (document.documentElement.lang = 'de_AT'));
  await speaks(widget, 'de', 'de-AT');
  await page.evaluate(() => Object.assign(document.documentElement, { lang: 'ar', dir: 'rtl' }));
  await speaks(widget, 'ar');
  await page.evaluate(() => Object.assign(document.documentElement, { lang: 'en', dir: 'ltr' }));
  await speaks(widget, 'en');
  await page.evaluate(() => document.documentElement.removeAttribute('lang'));
  await speaks(widget, 'en', LANGUAGE);
});

story('language: of a box around it, and of the place it is moved to', async (world) => {
  const body = '<div id="one" lang="de"><chataibot-widget></chataibot-widget></div><div id="two" lang="ja"></div>';
  const { widget, page } = await chat(world, { lang: 'en' }, body);
  await speaks(widget, 'de');
  await page.evaluate(() => (document.querySelector('#one').lang = 'ar'));
  await speaks(widget, 'ar');
  await page.evaluate(() => document.querySelector('#two').append(document.querySelector('chataibot-widget')));
  await speaks(widget, 'ja');
  await page.evaluate(() => (document.querySelector('#two').lang = 'und'));
  await speaks(widget, 'en');
  await page.evaluate(() => {
    const box = document.body.appendChild(document.createElement('section'));
    box.lang = 'de';
    const root = box.attachShadow({ mode: 'open' });
    root.append(document.querySelector('chataibot-widget'));
  });
  await speaks(widget, 'de');
  await page.evaluate(() => (document.querySelector('section').lang = 'ja'));
  await speaks(widget, 'ja');
});

story('language: the setting goes before the page, live, and what is none is passed over', async (world) => {
  const { widget, page } = await chat(world, { lang: 'de' });
  const locale = (locale) => page.evaluate((locale) => (document.querySelector('chataibot-widget').locale = locale), locale);
  await locale('ar_EG.UTF-8');
  await speaks(widget, 'ar', 'ar-EG');
  await page.evaluate(() => (document.documentElement.lang = 'ja'));
  await locale('sr_Latn');
  // The texts exist in Cyrillic only, and dates match them.
  await speaks(widget, 'sr', 'sr');
  await locale(null);
  await speaks(widget, 'ja');
});

story('language: a page in one that we do not have gets English and its dates, in the page’s direction', async (world) => {
  const { widget } = await chat(world, { lang: 'ps', dir: 'rtl' });
  await speaks(widget, 'en', 'en', 'rtl');
});

story('language: of many changes the last holds, however slow a file is', async (world) => {
  const { widget, page } = await chat(world, { lang: 'en' });
  let go;
  const gate = new Promise((resolve) => (go = resolve));
  await page.route('**/chataibot-locale-de.json', async (route) => {
    await gate;
    await route.continue();
  });
  const asked = page.waitForRequest('**/chataibot-locale-de.json');
  await page.evaluate(() => (document.documentElement.lang = 'de'));
  await asked;
  await page.evaluate(() => (document.documentElement.lang = 'ar'));
  await speaks(widget, 'ar');
  const late = page.waitForResponse('**/chataibot-locale-de.json');
  go();
  await late;
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  await speaks(widget, 'ar');
}, { chromium: 'only Playwright holds a file back' });
