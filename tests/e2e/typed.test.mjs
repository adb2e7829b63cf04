//! Tests of typed answers: how they reach the platform if the site accepts them, after a reload,
//! and if it does not.

import assert from 'node:assert/strict';
import { Widget, story, until } from './harness.mjs';

/** Returns the message that the platform received last. */
const last = async (world) => (await world.simulator.look('calls', { processed: true })).calls.at(-1).body.message;

/** Makes the bot ask a question, and waits for its control. */
async function ask(widget, word, part) {
  await widget.say(word);
  await widget.part(part).last().waitFor();
}

/** Waits until the platform has received something else than `before`. */
async function next(world, what, before) {
  await until(what, async () => JSON.stringify(await last(world)) !== JSON.stringify(before));
  return last(world);
}

/** Answers buttons, slider and form; returns what the platform received of each. */
async function answerAll(world, widget) {
  const got = [];
  const answer = async (word, part, act) => {
    await ask(widget, word, part);
    await until(`the platform has heard "${word}"`, async () => (await last(world)).data?.body === word);
    const before = await last(world);
    await act();
    got.push(await next(world, `the answer to "${word}"`, before));
    await widget.settles();
  };
  await answer('buttons', 'answer', () => widget.part('answer').first().click());
  await answer('slider', 'slider', async () => {
    await widget.part('slider').fill('4');
    await widget.part('control').locator('button').click();
  });
  await answer('form', 'control', async () => {
    const control = widget.part('control').last();
    await control.locator('input[type="text"]').fill('Ada');
    await control.locator('input[type="email"]').fill('ada@example.com');
    await control.locator('textarea').fill('A window,\nplease');
    await control.locator('button').click();
  });
  return got;
}

/** Returns how often the visitor's message is shown. */
const times = async (widget, text) => (await widget.transcript()).filter((row) => row.by === 'visitor' && row.text === text).length;

story('where the site takes them, answers go in their forms and are shown once', async (world) => {
  const { widget } = await world.chat();
  const [button, slider, form] = await answerAll(world, widget);
  assert.deepEqual(button, { type: 'button.response', data: { body: 'Alone' } });
  assert.deepEqual(slider, { type: 'slider.response', data: { body: '4' } });
  const fields = [
    { label: 'Name', value: 'Ada' },
    { label: 'E-mail', value: 'ada@example.com' },
    { label: 'Phone', value: '' },
    { label: 'Anything we should know?', value: 'A window,\nplease' },
  ];
  assert.deepEqual(form, { type: 'form.response', data: { fields } });
  await world.simulator.idle();
  const said = 'Name: Ada\nE-mail: ada@example.com\nAnything we should know? A window, please';
  for (const text of ['Alone', '4']) assert.equal(await times(widget, text), 1, text);
  const rows = (await widget.transcript()).filter((row) => row.by === 'visitor' && row.text.replaceAll(/\s+/g, ' ') === said.replaceAll('\n', ' '));
  assert.equal(rows.length, 1, JSON.stringify(await widget.texts()));
}, { typed: true });

story('where it does not, they are the words they were', async (world) => {
  const { widget } = await world.chat();
  const [button, slider, form] = await answerAll(world, widget);
  assert.deepEqual(button, { type: 'text', data: { body: 'Alone' } });
  assert.deepEqual(slider, { type: 'text', data: { body: '4 nights' } });
  const body = 'Name: Ada\nE-mail: ada@example.com\nAnything we should know? A window, please';
  assert.deepEqual(form, { type: 'text', data: { body } });
});

story('an answer that waits keeps its form and its key over a reload', async (world) => {
  const { widget, page, visitor } = await world.chat();
  visitor.expect(/net::ERR_FAILED/);
  await ask(widget, 'buttons', 'answer');
  const keys = [];
  const sends = /\/api\/v1\/conversation\/[^/]+\/messages$/;
  await page.route(sends, (route) => {
    if (route.request().method() === 'POST') keys.push(route.request().headers()['idempotency-key']);
    return route.abort();
  });
  await widget.part('answer').first().click();
  await until('it was tried', () => keys.length > 0);
  await page.unroute(sends);
  page.on('request', (request) => sends.test(request.url()) && request.method() === 'POST' && keys.push(request.headers()['idempotency-key']));
  await page.reload();
  await until('it has arrived', async () => (await last(world)).type === 'button.response');
  assert.equal(new Set(keys).size, 1, keys.join());
  await widget.window.waitFor();
  await widget.settles();
  assert.equal(await times(widget, 'Alone'), 1);
}, { typed: true });

story('a form that the proxy does not take any more is followed by its words', async (world) => {
  const visitor = await world.visitor();
  visitor.expect(/status of 400/);
  await visitor.context.route('**/token', async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    await route.fulfill({ response, json: { ...answer, features: { ...answer.features, typed_answers: true } } });
  });
  const page = await visitor.tab(`${world.host.origin}/`);
  const widget = new Widget(page);
  await widget.open();
  await ask(widget, 'buttons', 'answer');
  await widget.part('answer').first().click();
  await until('the words have arrived', async () => (await world.simulator.heard()).at(-1) === 'Alone');
  await widget.settles();
  assert.equal((await last(world)).type, 'text');
  assert.equal(await times(widget, 'Alone'), 1);
});
