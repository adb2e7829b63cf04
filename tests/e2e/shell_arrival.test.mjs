//! Tests of the take-over of the shell by the program, which takes several tasks while the visitor
//! continues: no input is lost between them, and no composition of an input method is interrupted.

import assert from 'node:assert/strict';
import { story, until } from './harness.mjs';
import { arrive, begin, focused, inside } from './held_program.mjs';

/** Holds back the tasks in which the program arrives. `step()` runs the next one. */
async function steps(page) {
  await page.evaluate(() => {
    window.tasks = [];
    const original = setTimeout;
    window.letGo = () => (window.setTimeout = original);
    window.setTimeout = (task, ...rest) => (rest.length ? original(task, ...rest) : void tasks.push(task));
  });
  return async () => {
    await page.waitForFunction(() => tasks.length);
    await page.evaluate(() => tasks.shift()());
  };
}

story('whatever the visitor does between the tasks that the program arrives in is neither lost nor undone', async (world) => {
  const { page, widget, release, ready } = await begin(world);
  const step = await steps(page);
  const expanded = () => widget.launcher.getAttribute('aria-expanded');
  release();
  // The steps: the fetched and compiled program starts; it gets what was sent; it renders; it takes over.
  await page.keyboard.type('One');
  await step();
  await step();
  await page.waitForFunction(() => tasks.length);
  await page.keyboard.type(' two');
  await page.keyboard.press('Escape');
  assert.equal(await expanded(), 'false');
  await step();
  await page.waitForFunction(() => tasks.length);
  assert.equal(await expanded(), 'false', 'it is closed, and stays it');
  await widget.launcher.click();
  assert.equal(await expanded(), 'true');
  await widget.part('window-open').waitFor();
  assert.equal(await focused(page), 'input');
  await page.keyboard.press('End');
  await page.keyboard.type(' three');
  assert.equal(await expanded(), 'true');
  await step();
  await ready();
  assert.equal(await widget.input.inputValue(), 'One two three');
  assert.equal(await expanded(), 'true');
  assert.equal(await focused(page), 'input');
  await page.keyboard.press('Enter');
  await until('it is said', async () => (await widget.texts()).includes('One two three'));
});

story('what was said before the program is there is answered before anything is rendered, and stands there once', async (world) => {
  const { page, widget, release, ready } = await begin(world);
  await page.evaluate(() => {
    window.heard = [];
    for (const name of ['open', 'unread', 'message', 'ready']) {
      document.addEventListener(`chataibot-${name}`, ({ detail, target }) => heard.push([name, detail.author ?? target.state.open].join(' ')));
    }
  });
  await page.keyboard.type('Hello');
  await page.keyboard.press('Enter');
  const step = await steps(page);
  release();
  // The program is started and gets what was sent, and has not rendered.
  await step();
  await step();
  await page.waitForFunction(() => heard.includes('message bot'));
  assert.equal(await widget.part('bubble-bot').count(), 0);
  assert.equal(await widget.part('bubble-visitor').count(), 1);
  await page.keyboard.type('Another');
  await page.keyboard.press('Enter');
  await step();
  await page.waitForFunction(() => tasks.length);
  assert.equal(await widget.part('bubble-visitor').count(), 2, 'what was rendered is in no page yet');
  await step();
  await ready();
  await widget.settles();
  const texts = await until('both are answered', async () => (await widget.texts()).length >= 4 && widget.texts());
  assert.deepEqual(texts.filter((text) => /^(Hello|Another)$/.test(text)), ['Hello', 'Another']);
  assert.equal(await page.evaluate(() => document.querySelector('chataibot-widget').state.unread), 0);
  const told = await page.evaluate(() => heard);
  assert.equal(told[0], 'open true', 'first it is open, and says so');
  assert.ok(!told.some((name) => name.startsWith('unread')), told.join());
  assert.equal(await widget.part('badge').count(), 0);
  assert.equal(await widget.part('preview').count(), 0);
});

story('a page that gets no frame, as nobody looks at it, has the window open once the program is there', async (world) => {
  const { page, widget, ready, release } = await arrive(world);
  await page.evaluate(() => {
    window.due = 0;
    window.original = requestAnimationFrame;
    window.requestAnimationFrame = () => ++due;
  });
  await widget.launcher.click();
  await until('the window waits for a frame', () => page.evaluate(() => due));
  await page.evaluate(() => (window.requestAnimationFrame = original));
  assert.equal(await widget.part('window-open').count(), 0);
  release();
  await ready();
  await widget.part('window-open').waitFor();
  assert.equal(await focused(page), 'input');
  assert.equal(await widget.launcher.getAttribute('aria-expanded'), 'true');
});

story('what the page puts into the field or saves while the program arrives waits until it is there', async (world) => {
  const { page, widget, release, ready } = await begin(world);
  const step = await steps(page);
  release();
  await step();
  await step();
  await page.waitForFunction(() => document.querySelector('chataibot-widget').state.open);
  const saved = page.waitForEvent('download');
  await page.evaluate(() => {
    const widget = document.querySelector('chataibot-widget');
    widget.send('Saved');
    widget.transcript('text');
  });
  await step();
  await step();
  await ready();
  const stream = await (await saved).createReadStream();
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  assert.match(Buffer.concat(chunks).toString(), /Saved/);
  await widget.settles();
});

story('an input method that begins a word after the program was rendered is let finish it', async (world) => {
  const { page, widget, release } = await begin(world);
  const step = await steps(page);
  const isTaken = () => inside(page, (root) => Object.keys(root.activeElement).some((mark) => mark.startsWith('__')));
  const session = await page.context().newCDPSession(page);
  release();
  for (let at = 0; at < 3; at++) await step();
  await page.waitForFunction(() => tasks.length);
  await session.send('Input.imeSetComposition', { text: 'にほ', selectionStart: 2, selectionEnd: 2 });
  await step();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));
  assert.equal(await isTaken(), false);
  await session.send('Input.insertText', { text: '日本' });
  await until('the program has the field', isTaken);
  await page.keyboard.type('語');
  assert.equal(await widget.input.inputValue(), '日本語');
});

story('an input method is let finish its word before the program arrives', async (world) => {
  const { page, widget, release, ready } = await begin(world);
  await page.evaluate(() => {
    const { instantiate } = WebAssembly;
    WebAssembly.instantiate = (...given) => instantiate(...given).then((made) => ((globalThis.isMade = true), made));
  });
  const session = await page.context().newCDPSession(page);
  await session.send('Input.imeSetComposition', { text: 'にほ', selectionStart: 2, selectionEnd: 2 });
  release();
  await page.waitForFunction(() => globalThis.isMade);
  // Without a composition the program would mount within the task that instantiates it.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));
  assert.equal(await page.evaluate(() => document.querySelector('chataibot-widget').state.ready), false);
  await session.send('Input.imeSetComposition', { text: 'にほん', selectionStart: 3, selectionEnd: 3 });
  await session.send('Input.insertText', { text: '日本' });
  await ready();
  assert.equal(await widget.input.inputValue(), '日本');
  await page.keyboard.type('語');
  assert.equal(await widget.input.inputValue(), '日本語');
});

story('an element that was taken from the page between two of these tasks starts anew when it is back', async (world) => {
  const { page, widget, release } = await begin(world);
  const step = await steps(page);
  release();
  await step();
  await step();
  await page.waitForFunction(() => tasks.length);
  await page.evaluate(() => (window.kept = document.querySelector('chataibot-widget')).remove());
  await step();
  await page.evaluate(() => {
    letGo();
    document.body.append(kept);
  });
  // The window was open, and opens again.
  await widget.part('window-open').waitFor();
  await widget.say('Hello');
  await widget.settles();
  assert.equal(await page.evaluate(() => kept.state.ready), true);
});

story('no format of times, which takes a slow phone long, is made before a quick first answer is there; then there are times', async (world) => {
  const { page, widget, arrived } = await begin(world);
  await page.evaluate(() => {
    window.made = 0;
    for (const name of ['RelativeTimeFormat', 'DateTimeFormat']) {
      const Format = Intl[name];
      Intl[name] = function (...given) {
        made++;
        return new Format(...given);
      };
    }
    document.addEventListener('chataibot-message', () => (window.madeBefore ??= made));
  });
  await page.keyboard.type('Hello');
  await page.keyboard.press('Enter');
  await arrived();
  await widget.hears(/./);
  assert.equal(await page.evaluate(() => madeBefore), 0);
  await widget.part('time').first().waitFor();
  assert.ok(await page.evaluate(() => made));
});
