//! Compares the words of the bot's HTML in the widget with what a browser shows of the same HTML:
//! no visible word is lost, merged with the next, or split.

import assert from 'node:assert/strict';
import { story } from './harness.mjs';

/** `HTML_SEED=7 HTML_MESSAGES=2000` tests other messages, and more of them. */
const SEED = Number(process.env.HTML_SEED ?? 1);
const MESSAGES = Number(process.env.HTML_MESSAGES ?? 200);
const BATCH = 40;

/** The random number generator Mulberry32. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const INLINE = 'b i u s em strong span code sup sub small big mark cite dfn var kbd samp abbr time data bdi bdo label font ins del tt strike nobr a q unknown my-box'.split(' ');
const BLOCK = 'p div section article aside header footer main nav h1 h2 h3 h4 h5 h6 blockquote address center figure figcaption fieldset legend hgroup search pre dl dt ul ol li table template picture map svg select'.split(' ');
const VOID = 'br wbr hr img col source track param meta link base bgsound'.split(' ');
const HIDING = [
  'display:none', 'display: none ! important', 'DISPLAY:NONE', 'display:none;display:block', 'display:none!important;display:block', 'display:none;display:nonsense', 'dis/**/play:none',
  'display:/**/none', 'visibility:hidden', 'visibility:collapse', 'visibility:hidden!important;visibility:visible', 'display : none ;', ';;display:none', 'display:none none', 'display:\\6eone',
  "content:';display:none;'", 'background:url(a;display:none)', 'display:none}', '{display:none}', 'display="none"', '@x;display:none', 'display:none/* c */', 'content-visibility:visible',
];
const STANDING = ['color:red', 'display:block', 'display:inline', 'float:left', 'position:absolute', 'display:flex', 'display:contents', 'display:block flow', 'display:inline flow', 'white-space:pre', 'text-transform:uppercase', 'position:relative', 'float:none'];
const STYLES = [...HIDING, ...STANDING];
const REFERENCES = ['&amp;', '&lt;b&gt;', '&#65;', '&#x41;', '&nbsp;', '&eacute;', '&notit;', '&amp', '&#128;', '&#xD800;', '&#1114112;', '&shy;', '&zwnj;', '&hellip;', '&ampx', '&unknown;', '&', '&#', '&#x;', '&copy', '&copyx', '&ensp;', '&NewLine;', '&Tab;'];
const STRAY = ['</b>', '</p>', '</div>', '</br>', '</table>', '<!-- c -->', '<!---->', '<!-->', '<!--->', '<!-- --!>', '<![CDATA[x]]>', '<?php x ?>', '<!doctype html>', '</ul>', '</li>', '<>', '< b', '</>', '<3', '<html>', '<body>', '<head>', '</body>', '</html>', '</select>', '<!bogus>'];

function generator(seed) {
  const next = random(seed);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const chance = (of) => next() < of;
  let words = 0;
  const word = () => `w${++words}w`;
  const attributes = () => {
    const list = [];
    if (chance(0.16)) list.push(`style="${pick(STYLES)}"`);
    if (chance(0.03)) list.push(pick(['hidden', 'hidden=""', 'hidden=false', 'HIDDEN', 'aria-hidden=true', 'dir=rtl', 'lang=ar', 'title=t']));
    return list.length ? ` ${list.join(' ')}` : '';
  };
  const text = () => {
    const parts = [word()];
    if (chance(0.25)) parts.push(pick(REFERENCES));
    if (chance(0.3)) parts.push(pick([' ', '\n', '  ', '\t']), word());
    if (chance(0.3)) parts.unshift(pick([' ', '\n']));
    if (chance(0.3)) parts.push(pick([' ', '\n', '\r\n']));
    return parts.join('');
  };
  const many = (depth) => Array.from({ length: 1 + Math.floor(next() * 4) }, () => node(depth)).join('');
  const node = (depth) => {
    const dice = next();
    if (depth <= 0 || dice < 0.3) return text();
    if (dice < 0.36) return `<${pick(VOID)}>`;
    if (dice < 0.4) return pick(STRAY);
    const name = pick(dice < 0.7 ? INLINE : BLOCK);
    if (name === 'ul' || name === 'ol' || name === 'menu') return `<${name}${attributes()}>${Array.from({ length: 2 }, () => `<li${attributes()}>${many(depth - 1)}${chance(0.5) ? '</li>' : ''}`).join('')}</${name}>`;
    if (name === 'table') return `<table${attributes()}>${chance(0.3) ? `<caption>${many(depth - 1)}</caption>` : ''}<tr${attributes()}><td>${many(depth - 1)}<td${attributes()}>${many(depth - 1)}<tr><th>${many(depth - 1)}</table>`;
    if (name === 'svg') return `<svg><g><text>${word()}</text></g></svg>`;
    if (name === 'select') return `<select><option>${word()}<option>${word()}</select>`;
    const href = name === 'a' ? ' href="https://a.example/"' : '';
    return `<${name}${href}${attributes()}>${many(depth - 1)}</${name}>`;
  };
  return () => {
    words = 0;
    return many(4);
  };
}

/** Returns what a script-free document shows of each message. Runs in the page. */
const shownOf = (all) => {
  const frame = document.createElement('iframe');
  frame.style.cssText = 'width:2000px;height:500px';
  frame.sandbox = 'allow-same-origin';
  document.body.append(frame);
  // With a doctype, as pages have: without it tables may be inside of paragraphs.
  frame.contentDocument.write('<!doctype html><body>');
  frame.contentDocument.close();
  const { body } = frame.contentDocument;
  const read = all.map((html) => {
    const place = frame.contentDocument.createElement('div');
    place.innerHTML = html;
    body.replaceChildren(place);
    return place.innerText;
  });
  frame.remove();
  return read;
};

/** Returns the text of each bubble. Runs in the page. */
const saidBy = () => {
  const place = document.body.appendChild(document.createElement('div'));
  const bubbles = [...document.querySelector('chataibot-widget').shadowRoot.querySelectorAll('[part~=bubble]')];
  const said = bubbles.map((bubble) => {
    // Read from a copy: the original may be off the screen and not laid out.
    place.replaceChildren(bubble.cloneNode(true));
    for (const unseen of place.querySelectorAll('.unseen')) unseen.remove();
    return place.innerText;
  });
  place.remove();
  return said;
};

/** Returns a text's words, and each adjacent pair, where `+` means no space: `w1w+w2w`. */
function read(text) {
  const plain = text.toLowerCase().replace(/[\u00ad\u200b\u200c\u200d\ufeff\u202a-\u202e\u2066-\u2069]/g, '');
  const words = plain.match(/w\d+w/g) ?? [];
  const pairs = words.slice(1).map((word, at) => {
    const between = plain.slice(plain.indexOf(words[at]) + words[at].length, plain.indexOf(word));
    return `${words[at]}${/\s/.test(between) ? ' ' : '+'}${word}`;
  });
  return { words, pairs };
}

story(
  'HTML of every kind: what a browser shows of it is what the chat shows, word for word',
  async (world) => {
    const { page, widget } = await world.chat();
    await widget.say('Hello');
    await widget.settles();
    await world.simulator.idle();
    const { conversations } = await world.simulator.look('conversations');
    const conversation = { key: conversations.at(-1).id };
    const event = (text) => ({ event: { type: 'message', payload: { message: { type: 'text', text }, message_by: { type: 'bot' } } }, conversation });
    const make = generator(SEED);
    const wrong = [];
    for (let from = 0; from < MESSAGES; from += BATCH) {
      const all = Array.from({ length: BATCH }, make);
      const shown = await page.evaluate(shownOf, all);
      const events = all.flatMap((html, index) => [event(`<p>before-${from + index}</p>`), event(html)]);
      events.push(event(`<p>end-${from}</p>`));
      await world.simulator.order('reply', { body: { token: 'demo-webhook-token', events } });
      await widget.part('bubble').filter({ hasText: `end-${from}` }).waitFor({ timeout: 30_000 });
      const said = await page.evaluate(saidBy);
      all.forEach((html, index) => {
        const at = said.findIndex((text) => text.trim() === `before-${from + index}`);
        const behind = said[at + 1] ?? '';
        const ours = read(/^\s*(before|end)-/.test(behind) ? '' : behind);
        const theirs = read(shown[index]);
        const lost = theirs.words.filter((one) => !ours.words.includes(one));
        const more = ours.words.filter((one) => !theirs.words.includes(one));
        const glued = theirs.pairs.filter((pair) => / /.test(pair) && ours.pairs.includes(pair.replace(' ', '+')));
        // The chat always separates items and cells, whatever their style, and an invisible block
        // still ends a line.
        const isWhole = !/<(li|dt|t[dh]|caption|select)\b|visibility/.test(html);
        const apart = !isWhole ? [] : theirs.pairs.filter((pair) => /[+]/.test(pair) && ours.pairs.includes(pair.replace('+', ' ')));
        const order = !lost.length && !more.length && ours.words.join() !== theirs.words.join() ? ours.words : [];
        if ([lost, more, glued, apart, order].some((list) => list.length)) wrong.push({ html, ...Object.fromEntries(Object.entries({ lost, more, glued, apart, order }).filter(([, l]) => l.length).map(([n, l]) => [n, l.join(' ')])) });
      });
    }
    assert.deepEqual(wrong, [], `seed ${SEED}`);
  },
  { timeout: 300_000 },
);
