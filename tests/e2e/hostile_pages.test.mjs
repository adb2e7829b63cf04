//! Tests on careless or hostile pages: styles that match everything, scripts that patch built-ins,
//! names already taken. The widget is placed correctly, opens, sends and displays.

import assert from 'node:assert/strict';
import { Widget, story, until } from './harness.mjs';

/** Returns the boxes of launcher and window and the window's text styles, in CSS pixels. */
async function looks(widget) {
  const box = (part) => widget.part(part).first().evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return { left, top, width, height };
  });
  const launcher = await box('launcher');
  await widget.open();
  // Waits until the opening animation is over.
  await widget.window.evaluate((window) => Promise.all(window.getAnimations().map((animation) => animation.finished)));
  const styles = await widget.window.evaluate((window) => {
    const { fontSize, visibility, opacity, direction, textTransform, letterSpacing } = getComputedStyle(window);
    return { fontSize, visibility, opacity, direction, textTransform, letterSpacing };
  });
  return { launcher, window: await box('window'), styles };
}

/** Opens such a page for a visitor, and has a short conversation. */
async function converses(world, page, before = async () => {}) {
  const address = world.page(page);
  const visitor = await world.visitor();
  await before(visitor);
  const widget = new Widget(await visitor.tab(address));
  const looked = await looks(widget);
  await widget.say('Hello');
  await widget.hears(/./);
  await widget.settles();
  await widget.say('buttons');
  await widget.part('answer').first().click();
  await widget.settles();
  return { looked, widget, visitor };
}

const round = (box) => Object.fromEntries(Object.entries(box).map(([side, value]) => [side, Math.round(value)]));

const STYLES = {
  'everything reverted': '* { all: revert !important }',
  'everything initial': '* { all: initial !important }',
  'everything unset, by its name too': 'chataibot-widget, chataibot-widget * { all: unset !important }',
  'small root letters': 'html { font-size: 62.5% }',
  'huge root letters': 'html { font-size: 40px } body { font-size: 3rem; line-height: 3; letter-spacing: 1em; text-transform: uppercase }',
  'everything turned around its own': '* { transform: rotate(3deg) scale(.5) !important; filter: blur(2px) !important }',
  'a body that is moved': 'body { transform: translate(50px, 80px) scale(.8); filter: grayscale(1); perspective: 10px; contain: paint; will-change: transform }',
  'a body that is a narrow grid': 'body { display: grid; grid-template-columns: 20px; overflow: hidden; width: 100px; height: 50px; position: relative }',
  'boxes that are floated, bordered and thick': '* { float: left !important; border: 5px solid red !important; padding: 9px !important; margin: 9px !important; min-width: 300px !important }',
  'everything transparent and unclickable': '* { opacity: .1 !important; pointer-events: none !important; user-select: none !important }',
  'no animation but slow ones': '* { transition: all 9s !important; animation: none !important }',
  'letters that run from top to bottom': 'body { unicode-bidi: bidi-override; writing-mode: vertical-rl; text-orientation: upright }',
  'layers above all layers': 'body > * { z-index: 2147483647; position: fixed; inset: 0; background: white }',
  'our own names taken': ':root { --_space: 99px; --_accent: red; --_font-size: 99px } .launcher, .window, [part] { display: none !important }',
};

story(
  'hostile pages: whatever its styles are, the widget stands where it should',
  async (world) => {
    const plain = await converses(world, { path: '/plain' });
    assert.ok(plain.looked.launcher.width >= 44 && plain.looked.window.width > 300, JSON.stringify(plain.looked));
    const wrong = [];
    for (const [index, [name, css]] of Object.entries(STYLES).entries()) {
      try {
        const { looked } = await converses(world, { path: `/styled-${index}`, head: `<style>${css}</style>` });
        for (const part of ['launcher', 'window']) {
          const [is, should] = [round(looked[part]), round(plain.looked[part])];
          if (Object.keys(is).some((side) => Math.abs(is[side] - should[side]) > 1)) {
            wrong.push(`${name}: the ${part} is ${JSON.stringify(is)}, not ${JSON.stringify(should)}`);
          }
        }
        if (JSON.stringify(looked.styles) !== JSON.stringify(plain.looked.styles)) wrong.push(`${name}: ${JSON.stringify(looked.styles)}`);
      } catch (error) {
        wrong.push(`${name}: ${error.message.split('\n').slice(0, 3).join(' ')}`);
      }
    }
    assert.deepEqual(wrong, []);
  },
  { timeout: 240_000 },
);

story('hostile pages: a page that is zoomed', async (world) => {
  const { looked, widget } = await converses(world, { path: '/zoomed', head: '<style>html { zoom: 1.5 }</style>' });
  const { width, height } = await widget.page.viewportSize();
  for (const box of [looked.launcher, looked.window]) {
    assert.ok(box.left >= 0 && box.top >= 0 && box.left + box.width <= width + 1 && box.top + box.height <= height + 1, JSON.stringify(looked));
  }
});

for (const declaration of [
  "const URL = 'https://models.example/mine/'", 'class Node {}', 'class Element {}', 'const Headers = {}', 'class Response {}', 'let Event = {}',
  'let history = []', "const performance = 'fast'", 'const fetch = {}', "let navigator = 'menu'",
]) {
  story(`hostile pages: one that declares for itself: ${declaration}`, async (world) => {
    const path = `/declares-${declaration.length}`;
    world.host.script(`${path}.js`, declaration);
    await converses(world, { path, head: `<script src="${path}.js"></script>` });
  });
}

/** What a page's own scripts may have changed before the widget's load. */
const SCRIPTS = {
  'every object has more': () => {
    for (const name of ['extra', 'each', 'size', 'clone', 'merge']) Object.prototype[name] = function polluted() {};
    Object.prototype.version = '1.4';
  },
  'every object listens to what is put into it': () => {
    for (const name of ['token', 'visitor', 'renewal', 'text', 'conversation', 'promise', 'resolve', 'reject', 'proxy-url', 'strings', 'contact']) {
      Object.defineProperty(Object.prototype, name, { set: () => (window.stolen = name), get: () => undefined, configurable: true });
    }
  },
  'every list has more': () => {
    Array.prototype.extra = function extra() {};
    Array.prototype.remove = function remove() {};
    for (const name of ['first', 'last', 'each', 'toObject']) Object.defineProperty(Array.prototype, name, { set() {}, get: () => 'polluted', enumerable: true, configurable: true });
  },
  'json is written the way it was twenty years ago': () => {
    Object.prototype.toJSON = undefined;
    Array.prototype.toJSON = function toJSON() {
      return `[${this.map((one) => JSON.stringify(one))}]`;
    };
    String.prototype.toJSON = function toJSON() {
      return `"${this}"`;
    };
  },
  'texts have more': () => {
    String.prototype.trim = function trim() {
      return this.replace(/^\s+|\s+$/g, '');
    };
    Function.prototype.bind = ((bind) => function patched(...given) {
      return bind.apply(this, given);
    })(Function.prototype.bind);
  },
  'fetch is watched': () => {
    const own = window.fetch;
    window.fetch = function fetch(input, init) {
      return own.call(window, input, init).then((response) => {
        response.clone();
        return response;
      });
    };
    const open = XMLHttpRequest.prototype.open;
    XMLHttpRequest.prototype.open = function patched(...given) {
      return open.apply(this, given);
    };
  },
  'fetch is another': () => {
    const own = window.fetch;
    window.fetch = async (...given) => new Proxy(await own(...given), { get: (response, name) => (typeof response[name] === 'function' ? response[name].bind(response) : response[name]) });
  },
  'promises are another': () => {
    const Own = window.Promise;
    window.Promise = class ZoneAwarePromise extends Own {};
    const then = Own.prototype.then;
    Own.prototype.then = function patched(...given) {
      return then.apply(this, given);
    };
    Own.prototype.finally = undefined;
  },
  'listeners are wrapped': () => {
    const add = EventTarget.prototype.addEventListener;
    EventTarget.prototype.addEventListener = function addEventListener(type, listener, options) {
      const wrapped = typeof listener === 'function' ? function wrapped(...given) { return listener.apply(this, given); } : listener;
      return add.call(this, type, wrapped, options);
    };
  },
  'timers and frames are wrapped': () => {
    for (const name of ['setTimeout', 'setInterval', 'requestAnimationFrame', 'queueMicrotask']) {
      const own = window[name];
      window[name] = (then, ...given) => own.call(window, (...now) => then(...now), ...given);
    }
  },
  'elements are made by another': () => {
    const make = document.createElement;
    document.createElement = function createElement(...given) {
      const element = make.apply(document, given);
      element.setAttribute('data-watched', '');
      return element;
    };
    Element.prototype.attachShadow = ((attach) => function patched(options) {
      return attach.call(this, { ...options, mode: 'open' });
    })(Element.prototype.attachShadow);
  },
  'storage throws': () => {
    Object.defineProperty(window, 'localStorage', { get: () => { throw new DOMException('no', 'SecurityError'); } });
    Object.defineProperty(window, 'sessionStorage', { get: () => { throw new DOMException('no', 'SecurityError'); } });
  },
};

/** Pages on which nothing can be stored, or be put into an object. */
const KEEPS_NOTHING = ['storage throws', 'every object listens to what is put into it'];

story(
  'hostile pages: whatever its scripts have changed, the widget opens, sends and shows',
  async (world) => {
    const wrong = [];
    for (const [index, [name, script]] of Object.entries(SCRIPTS).entries()) {
      const visitor = await world.visitor();
      try {
        // Loaded by the page itself, not before it: Playwright's own scripts must not be affected.
        world.host.script(`/script-${index}.js`, `(${script})();`);
        const address = world.page({ path: `/scripted-${index}`, head: `<script src="/script-${index}.js"></script>` });
        const widget = new Widget(await visitor.tab(address));
        // Only actions: Playwright's queries that run in the page would break on its scripts.
        await widget.open();
        await widget.input.fill('Hello');
        await widget.input.press('Control+Enter');
        await widget.part('bubble-visitor').filter({ hasText: 'Hello' }).waitFor();
        await widget.part('bubble-bot').first().waitFor();
        await widget.input.fill('buttons');
        await widget.input.press('Control+Enter');
        await widget.part('answer').first().waitFor();
        await widget.input.fill('slider');
        await widget.input.press('Control+Enter');
        await widget.part('slider').waitFor();
        await world.simulator.idle();
        const { calls } = await world.simulator.look('calls', { processed: true });
        assert.deepEqual(calls.map(({ call, body }) => [call, body.message.data.body]), [['start', 'Hello'], ['send', 'buttons'], ['send', 'slider']]);
        if (!KEEPS_NOTHING.includes(name)) {
          await widget.page.reload();
          await widget.part('bubble-visitor').filter({ hasText: 'Hello' }).waitFor();
          await widget.part('slider').waitFor();
        }
        if (visitor.complaints.length) wrong.push(`${name}: ${visitor.complaints.splice(0).join(' | ')}`);
      } catch (error) {
        wrong.push(`${name}: ${error.message} ${visitor.complaints.splice(0).join(' | ').slice(0, 900)}`);
      } finally {
        await world.simulator.order('reset');
      }
    }
    assert.deepEqual(wrong, []);
  },
  { timeout: 300_000 },
);

story('hostile pages: the script loaded twice, and once more under another address', async (world) => {
  const { proxy } = world;
  const { widget } = await converses(world, {
    path: '/twice',
    scripts: `<script type="module" src="${proxy.address}/chataibot.js"></script><script type="module" src="${proxy.address}/chataibot.js?again"></script>`,
  });
  assert.equal(await widget.part('launcher').count(), 1);
});

story('hostile pages: the name taken by something else is told in one line, and nothing breaks', async (world) => {
  world.host.script('/taken.js', "customElements.define('chataibot-widget', class extends HTMLElement { connectedCallback() { this.textContent = 'ours'; } });");
  const address = world.page({ path: '/taken', head: '<script src="/taken.js"></script>' });
  const visitor = await world.visitor();
  visitor.expect(/already defined by something else/);
  const lines = [];
  visitor.context.on('console', (message) => lines.push(message.text()));
  const page = await visitor.tab(address);
  await until('the line', () => lines.some((line) => line.startsWith('[chataibot]')));
  assert.equal(lines.filter((line) => line.startsWith('[chataibot]')).length, 1);
  assert.equal(await page.locator('chataibot-widget').textContent(), 'ours');
});

story('hostile pages: elements that carry the names of what the browser offers', async (world) => {
  const names = ['WebAssembly', 'fetch', 'customElements', 'localStorage', 'navigator', 'Promise', 'URL', 'Intl', 'crypto', 'chataibot', 'activeElement', 'body', 'head', 'visibilityState'];
  const inside = names.map((name) => `<img id="${name}" name="${name}" alt=""><form id="${name}-form" name="${name}"></form>`).join('');
  await converses(world, { path: '/clobbered', scripts: inside });
});
