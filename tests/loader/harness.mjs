// Test harness: a page on a server of its own with the loader's real modules and a stub of the
// program, in a real Chromium. Each test decides what the server answers and when; nothing sleeps.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after } from 'node:test';
import { launch } from '../e2e/chromium.mjs';

const LOADER = new URL('../../loader/', import.meta.url);
const EMPTY_WASM = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

const MARKUP = `export const markup = [['button', { type: 'button', class: 'launcher', part: 'launcher', 'aria-expanded': 'false',
  'aria-label': 'Open chat' }, [['svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, [['path', { d: 'M3 3h18v18z' }]]], ['span', { class: 'launcher-label' }, ['Chat']]]]];`;
const STYLES = `export const launcherCss = '.launcher { position: fixed; inset: auto 20px 20px auto; width: 60px; height: 60px }';
  export const extrasCss = '.beside { position: fixed; inset: auto 20px 100px auto }'; export const laterCss = '';
  export const windowCss = ':host { --program-styles: yes }';`;

/** A shell that shows nothing: most tests are about the loader without one. */
const NO_SHELL = 'export const present = () => null';
/** A stub of the texts that loads no files. */
const LOCALE = 'export const sentences = async (tag, asked) => ({ tag, words: asked ? { close: `close in ${asked}` } : {} });';

let browser;
const started = () => (browser ??= launch({ args: ['--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update'] }));
after(async () => (await browser)?.close());

/**
 * Opens a page. `body`: its HTML; `headers`: more headers for it; `routes`: path → `(request,
 * response) => …` instead of the default answer; `shell`: whether to use the real shell. Returns
 * the Playwright page with `requests` (paths), `lines` (console) and `origin`, all live.
 */
export async function open(test, { body = '', headers = {}, routes = {}, shell = false, script = '<script type="module" src="/chataibot.js"></script>' } = {}) {
  const requests = [];
  const server = createServer(async (request, response) => {
    const path = request.url.split('?')[0];
    requests.push(path);
    const send = (type, content) => response.writeHead(200, { 'content-type': type, 'access-control-allow-origin': '*' }).end(content);
    try {
      if (routes[path]) await routes[path](request, response, send);
      else if (path === '/') {
        response.writeHead(200, { 'content-type': 'text/html', ...headers });
        response.end(`<!doctype html><html lang="en"><title>harness</title>${script}<body>${body}`);
      } else if (path === '/favicon.ico') response.writeHead(204).end();
      else if (path === '/chataibot.js') send('text/javascript', await readFile(new URL('loader.js', LOADER)));
      else if (path === '/chataibot-fallback.js') send('text/javascript', await readFile(new URL('fallback.js', LOADER)));
      else if (path === '/chataibot-host-page.js') send('text/javascript', await readFile(new URL('host_page.js', LOADER)));
      else if (path === '/chataibot-top-layer.js') send('text/javascript', await readFile(new URL('top_layer.js', LOADER)));
      else if (path === '/chataibot-page.js') send('text/javascript', await readFile(new URL('page.js', LOADER)));
      else if (path === '/chataibot-doctor.js') send('text/javascript', await readFile(new URL('doctor.js', LOADER)));
      else if (path === '/chataibot-metrics.js') send('text/javascript', await readFile(new URL('metrics.js', LOADER)));
      else if (path === '/chataibot-beside.js') send('text/javascript', await readFile(new URL('extras.js', LOADER)));
      else if (path === '/chataibot-widget.js') send('text/javascript', await readFile(new URL('stub_program.js', import.meta.url)));
      else if (path === '/chataibot-frame.js') send('text/javascript', await readFile(new URL('stub_viewport.js', import.meta.url)));
      else if (path === '/chataibot-widget_bg.wasm') send('application/wasm', EMPTY_WASM);
      else if (path === '/chataibot-shell.js') send('text/javascript', await readFile(new URL('shell.js', LOADER)));
      else if (path === '/shell_window.js') send('text/javascript', shell ? await readFile(new URL('shell_window.js', LOADER)) : NO_SHELL);
      else if (path === '/locale.js') send('text/javascript', LOCALE);
      else if (path === '/launcher_markup.js') send('text/javascript', MARKUP);
      else if (/^\/generated\/\w+_css\.js$/.test(path)) send('text/javascript', STYLES);
      else send('text/javascript', await readFile(new URL(`.${path}`, LOADER)));
    } catch (error) {
      response.writeHead(404).end(String(error));
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const context = await (await started()).newContext();
  const page = await context.newPage();
  const lines = [];
  page.on('console', (message) => lines.push(message.text()));
  page.on('pageerror', (error) => lines.push(`uncaught ${error}`));
  test.after(async () => {
    await context.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  await page.goto(origin);
  await page.waitForFunction(() => customElements.get('chataibot-widget'));
  return Object.assign(page, { requests, lines, origin });
}

/** Returns a route whose answer waits until `release()`. */
export function gate(type = 'application/wasm', content = EMPTY_WASM) {
  let release;
  const opened = new Promise((resolve) => (release = resolve));
  const route = async (_request, _response, send) => {
    await opened;
    send(type, content);
  };
  return { route, release };
}

/** Waits until the program is mounted in the page's only widget. */
export const mounted = (page) => page.waitForFunction(() => document.querySelector('chataibot-widget').state.ready);

/** Returns the names of the loader's calls to the program. */
export const calls = (page) => page.evaluate(() => (globalThis.calls ?? []).map(([name]) => name));

/** Returns the requested files of the program. */
export const fetched = (page) => page.requests.filter((path) => path.includes('widget'));
