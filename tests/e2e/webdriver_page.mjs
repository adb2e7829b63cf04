//! A page in a browser controlled by WebDriver, with as much of Playwright's interface as the tests
//! for every engine use. Actions use the browser's own keys and pointer; queries run in the page.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { act, find } from './webdriver_locate.mjs';
import { until } from './wait.mjs';

const PATIENCE = 15_000;
/** Named keys, by their code points in the standard. */
const KEYS = {
  Enter: '\uE006', Tab: '\uE004', Escape: '\uE00C', Space: ' ', Backspace: '\uE003', Delete: '\uE017',
  Shift: '\uE008', Control: '\uE009', Alt: '\uE00A', Meta: '\uE03D',
  PageUp: '\uE00E', PageDown: '\uE00F', End: '\uE010', Home: '\uE011',
  ArrowLeft: '\uE012', ArrowUp: '\uE013', ArrowRight: '\uE014', ArrowDown: '\uE015',
  F2: '\uE032', F6: '\uE036',
};

export class Page {
  isClosed = false;
  mouse = {
    click: (x, y, { button } = {}) => this.point({ x, y }, button === 'right' ? [2] : [0]),
    dblclick: (x, y) => this.point({ x, y }, [0, 0]),
    move: (x, y) => this.point({ x, y }),
    down: () => this.#button('pointerDown'),
    up: () => this.#button('pointerUp'),
    wheel: (x, y) => this.#wheel(x, y),
  };
  keyboard = { press: (keys) => this.#press(keys), type: (text) => this.#type(text) };
  #address;
  #pointer = { x: 0, y: 0 };
  #session;
  #window;

  constructor(session, window) {
    this.#session = session;
    this.#window = window;
  }

  async goto(address) {
    this.#address = address;
    await this.#command('POST', '/url', { url: address });
    await this.#loaded();
  }

  url() {
    return this.#address;
  }

  viewportSize() {
    return this.evaluate(() => ({ width: innerWidth, height: innerHeight }));
  }

  /** Resizes the window so that the page has this size; browsers' own frames differ. */
  async setViewportSize({ width, height }) {
    const { width: wide, height: high } = await this.viewportSize();
    const outer = await this.#command('GET', '/window/rect');
    await this.#command('POST', '/window/rect', { width: outer.width + width - wide, height: outer.height + height - high });
    await until(`the page is ${width} × ${height}`, async () => {
      const now = await this.viewportSize();
      return now.width === width && now.height === height;
    }, PATIENCE);
  }

  /**
   * Goes back by a script, a moment later: a driver would wait until the page is left, which does
   * not happen for a history entry of an iframe.
   */
  async goBack() {
    await this.evaluate(() => void setTimeout(() => history.back()));
  }

  /** `pattern`: `**` and the end of an address. */
  async waitForURL(pattern) {
    const end = pattern.slice(2);
    await until(`the address ends in ${end}`, async () => (this.#address = await this.#command('GET', '/url')).endsWith(end), PATIENCE);
    await this.#loaded();
  }

  async reload() {
    await this.#leave();
    await this.#command('POST', '/refresh');
    await this.#loaded();
  }

  async close() {
    this.isClosed = true;
    await this.#leave();
    await this.#session.closeWindow(this.#window);
  }

  locator(css) {
    return new Locator(this, [{ css }]);
  }

  getByText(text) {
    return new Locator(this, [{ css: 'body *' }, { own: text }]);
  }

  /** Runs a function, or an expression, in the page. */
  evaluate(script, argument) {
    const source = typeof script === 'function' ? String(script) : `() => (0, eval)(${JSON.stringify(script)})`;
    return this.#session.run(this.#window, source, argument);
  }

  waitForFunction(script, argument) {
    return until(`the page says yes to ${script}`, () => this.evaluate(script, argument), PATIENCE);
  }

  /**
   * Returns role and name of the element that `source`, a function, returns, as the browser
   * computes them.
   */
  async computed(source) {
    const element = await this.#session.element(this.#window, source);
    const role = await this.#command('GET', `/element/${element}/computedrole`);
    return { role, name: await this.#command('GET', `/element/${element}/computedlabel`) };
  }

  /** Prints the page to PDF. */
  async print() {
    return Buffer.from(await this.#command('POST', '/print', { background: true }), 'base64');
  }

  /** Chooses files for the input that `steps` find: `{ name, buffer }`, one or more. */
  async choose(steps, files) {
    const folder = await mkdtemp(join(tmpdir(), 'chataibot-files-'));
    try {
      const paths = [files].flat().map(({ name }) => join(folder, name));
      for (const [at, { buffer }] of [files].flat().entries()) await writeFile(paths[at], buffer);
      const field = await this.#session.element(this.#window, `(steps) => (${find})(steps)[0]`, steps);
      await this.#command('POST', `/element/${field}/value`, { text: paths.join('\n') });
    } finally {
      // Removed when the browser ends: until then the page may read the files themselves.
      this.#session.atEnd(() => rm(folder, { recursive: true, force: true }));
    }
  }

  /** Moves the pointer to a position in the page, and presses these buttons there. */
  async point({ x, y }, presses = []) {
    this.#pointer = { x: Math.round(x), y: Math.round(y) };
    const actions = [{ type: 'pointerMove', x: Math.round(x), y: Math.round(y), duration: 0 }];
    for (const button of presses) actions.push({ type: 'pointerDown', button }, { type: 'pointerUp', button });
    await this.#point(actions);
  }

  async #button(type) {
    await this.#point([{ type, button: 0 }]);
  }

  async #point(actions) {
    await this.#actions({ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions });
  }

  /** Turns the wheel at the pointer's position. */
  async #wheel(deltaX, deltaY) {
    await this.#actions({ type: 'wheel', id: 'wheel', actions: [{ type: 'scroll', ...this.#pointer, deltaX, deltaY, duration: 0 }] });
  }

  /**
   * Marks the page as about to be closed or reloaded. Browsers abort what is in progress then
   * (Firefox even running scripts), and the resulting errors, which no visitor sees, are ignored.
   */
  async #leave() {
    await this.evaluate(() => void (window.isOld = true));
  }

  /** Waits until the page is loaded; drivers differ in how early they report that. */
  async #loaded() {
    const isLoaded = () => !window.isOld && location.protocol !== 'about:' && document.readyState === 'complete';
    await until('the page is loaded', () => this.evaluate(isLoaded), PATIENCE);
  }

  async #press(keys) {
    const names = keys.split('+').map((name) => KEYS[name] ?? name);
    const down = names.map((value) => ({ type: 'keyDown', value }));
    const up = names.toReversed().map((value) => ({ type: 'keyUp', value }));
    await this.#actions({ type: 'key', id: 'keyboard', actions: [...down, ...up] });
  }

  async #type(text) {
    const actions = [...text].flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }]);
    await this.#actions({ type: 'key', id: 'keyboard', actions });
  }

  async #actions(source) {
    await this.#command('POST', '/actions', { actions: [source] });
  }

  #command(...command) {
    return this.#session.command(this.#window, ...command);
  }
}

/**
 * Elements found by steps, looked up again for each query, through shadow roots. Queries about a
 * single element wait until there is exactly one.
 */
class Locator {
  #page;
  #steps;

  constructor(page, steps) {
    this.#page = page;
    this.#steps = steps;
  }

  #then(step) {
    return new Locator(this.#page, [...this.#steps, step]);
  }

  locator(css) {
    return this.#then({ css });
  }

  filter({ hasText }) {
    return this.#then(hasText instanceof RegExp ? { pattern: hasText.source } : { text: hasText });
  }

  getByRole(role, { name } = {}) {
    return this.#then({ role, name });
  }

  nth(at) {
    return this.#then({ at });
  }

  first() {
    return this.nth(0);
  }

  last() {
    return this.nth(-1);
  }

  evaluateAll(script, argument) {
    return this.#page.evaluate(`(${script})((${find})(${JSON.stringify(this.#steps)}), ${literal(argument)})`);
  }

  async evaluate(script, argument) {
    await this.waitFor({ state: 'attached' });
    return this.evaluateAll(`([element], argument) => (${script})(element, argument)`, argument);
  }

  count() {
    return this.evaluateAll((elements) => elements.length);
  }

  allTextContents() {
    return this.evaluateAll((elements) => elements.map((element) => element.textContent));
  }

  allInnerTexts() {
    return this.evaluateAll((elements) => elements.map((element) => element.innerText));
  }

  innerText() {
    return this.evaluate((element) => element.innerText);
  }

  isDisabled() {
    return this.evaluate((element) => element.disabled);
  }

  scrollIntoViewIfNeeded() {
    return this.evaluate((element) => element.scrollIntoView({ block: 'nearest', behavior: 'instant' }));
  }

  textContent() {
    return this.evaluate((element) => element.textContent);
  }

  getAttribute(name) {
    return this.evaluate((element, name) => element.getAttribute(name), name);
  }

  async isVisible() {
    return (await this.evaluateAll(seen)) > 0;
  }

  async isHidden() {
    return !(await this.isVisible());
  }

  boundingBox() {
    return this.evaluate((element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      return { x, y, width, height };
    });
  }

  inputValue() {
    return this.evaluate((field) => field.value);
  }

  /**
   * Waits for an element to be visible (`visible`), present (`attached`), or no longer so
   * (`hidden`, `detached`).
   */
  async waitFor({ state = 'visible', timeout = PATIENCE } = {}) {
    const [isThere, isSeen] = [() => this.count(), () => this.evaluateAll(seen)];
    const [ask, wanted] = { visible: [isSeen, true], hidden: [isSeen, false], attached: [isThere, true], detached: [isThere, false] }[state];
    let found;
    await until(`${JSON.stringify(this.#steps)} is ${state}`, async () => Boolean((found = await ask())) === wanted, timeout);
    if (wanted && found > 1) throw new Error(`${found} elements fit ${JSON.stringify(this.#steps)}`);
  }

  /** Clicks. With `trial` it only waits until a click is possible. */
  async click({ trial = false } = {}) {
    await this.#page.point(await this.#ready('place'), trial ? [] : [0]);
  }

  /** Clicks instead: these browsers cannot emulate touch. */
  tap(options) {
    return this.click(options);
  }

  async hover() {
    await this.#page.point(await this.#ready('place'));
  }

  async focus() {
    await this.#ready('focus');
  }

  async fill(text) {
    await this.#ready('fill', text);
  }

  async press(keys) {
    await this.focus();
    await this.#page.keyboard.press(keys);
  }

  async setInputFiles(files) {
    await this.waitFor({ state: 'attached' });
    await this.#page.choose(this.#steps, files);
  }

  /** Runs an action on the only element once that is possible, and returns its result. */
  async #ready(what, argument) {
    let told;
    const call = `(${act})((${find})(${JSON.stringify(this.#steps)}), ${literal(what)}, ${literal(argument)})`;
    await until('it can be done', async () => (told = await this.#page.evaluate(call)).done, PATIENCE).catch(() => {
      throw new Error(`cannot ${what} ${JSON.stringify(this.#steps)}: ${told?.why}`);
    });
    return told.done;
  }
}

/** Returns how many of the elements are visible. Runs in the page. */
function seen(elements) {
  return elements.filter((element) => {
    const { width, height } = element.getBoundingClientRect();
    return width > 0 && height > 0 && getComputedStyle(element).visibility === 'visible';
  }).length;
}

/** Returns a value as JavaScript source. */
function literal(value) {
  return value instanceof RegExp ? String(value) : JSON.stringify(value) ?? 'undefined';
}
