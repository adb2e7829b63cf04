//! Photographs a page with widgets, as WebP. Its server serves nothing but the bundle.

import { readFile, writeFile, mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, extname, join } from 'node:path';
import { launch } from '../e2e/chromium.mjs';

const { CHATAIBOT_DIST } = process.env;
if (!CHATAIBOT_DIST) throw new Error('run this by: cargo xtask pictures');

const TYPES = { '.css': 'text/css', '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.json': 'application/json', '.svg': 'image/svg+xml', '.wasm': 'application/wasm', '.webp': 'image/webp' };

/** The project's folder. */
export const ROOT = new URL('../../', import.meta.url).pathname;

async function serve() {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const parts = pathname.split('/').filter(Boolean);
    const body = parts.every((part) => /^[\w.-]+$/.test(part) && !part.startsWith('.')) && (await readFile(join(CHATAIBOT_DIST, ...parts)).catch(() => null));
    if (pathname === '/blank') response.writeHead(200, { 'content-type': TYPES['.html'] }).end('<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">');
    else if (body) response.writeHead(200, { 'content-type': TYPES[extname(pathname)] ?? 'application/octet-stream' }).end(body);
    else response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
}

/**
 * Disables focusing and modal dialogs inside the widget: an opening chat takes the focus, and
 * becomes a modal dialog if that is taken away, which no picture should show.
 */
function keepUnfocused() {
  for (const [prototype, name] of [[HTMLElement.prototype, 'focus'], [HTMLDialogElement.prototype, 'showModal']]) {
    const original = prototype[name];
    prototype[name] = function (...options) {
      if (!(this.getRootNode() instanceof ShadowRoot)) original.apply(this, options);
    };
  }
}

export class Camera {
  #server;
  #browser;
  /** The origin that serves the bundle. */
  origin;

  static async open() {
    const camera = new Camera();
    ({ server: camera.#server, origin: camera.origin } = await serve());
    camera.#browser = await launch({ args: ['--hide-scrollbars'] });
    return camera;
  }

  /** Opens a page of this size. `path`: a file of the bundle; by default an empty page. */
  async page({ width, height, path = '/blank', ...options }) {
    const context = await this.#browser.newContext({ viewport: { width, height }, deviceScaleFactor: 2, reducedMotion: 'reduce', locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options });
    await context.addInitScript(keepUnfocused);
    const page = await context.newPage();
    page.on('pageerror', (error) => {
      throw error;
    });
    await page.goto(this.origin + path);
    return page;
  }

  /**
   * Opens an empty page with these styles and elements: `[{box, attributes}]`, each element in a
   * box with this class.
   */
  async stage(options, css, elements) {
    const page = await this.page(options);
    await page.evaluate(async ([css, elements]) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      document.adoptedStyleSheets = [sheet];
      await import('/chataibot.js');
      for (const { box, attributes } of elements) {
        const place = document.createElement('div');
        place.className = box;
        const widget = document.createElement('chataibot-widget');
        for (const [name, value] of Object.entries(attributes)) widget.setAttribute(name, value);
        place.append(widget);
        document.body.append(place);
        await widget.ready;
      }
    }, [css, elements]);
    await this.still(page);
    return page;
  }

  /** Waits until everything is loaded and nothing moves; then removes emoji. */
  still(page) {
    return page.evaluate(async () => {
      const widgets = [...document.querySelectorAll('chataibot-widget')];
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const text = () => widgets.map(({ shadowRoot }) => shadowRoot.textContent).join();
      const isWhole = () => widgets.every(({ shadowRoot }) => shadowRoot.querySelector('.app') && !shadowRoot.querySelector('.on-demand.waits') && [...shadowRoot.querySelectorAll('img')].every((image) => image.complete));
      const end = performance.now() + 15_000;
      for (let frames = 0, before; frames < 8; ) {
        if (performance.now() > end) throw new Error('it never stands still');
        await frame();
        const now = text();
        frames = isWhole() && now === before ? frames + 1 : 0;
        before = now;
      }
      for (const { shadowRoot } of widgets) {
        const walker = document.createTreeWalker(shadowRoot, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) walker.currentNode.data = walker.currentNode.data.replaceAll(/\s?\p{Extended_Pictographic}\uFE0F?/gu, '');
      }
      await document.fonts.ready;
      await frame();
    });
  }

  /** Saves the page, or its area `clip`, as WebP of this width, below the project's folder. */
  async save(page, path, { clip, width, quality = 0.86 }) {
    const png = await page.screenshot({ clip, animations: 'disabled' });
    const bytes = await this.webp(png, width, quality);
    const file = join(ROOT, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
    console.log(`${path}: ${(bytes.length / 1000).toFixed(1)} KB`);
    await page.context().close();
  }

  /** Converts a PNG to WebP, in the browser. */
  async webp(png, width, quality) {
    const page = await this.page({ width: 100, height: 100 });
    const base64 = await page.evaluate(async ([data, width, quality]) => {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const height = Math.round((image.height * width) / image.width);
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext('2d');
      context.imageSmoothingQuality = 'high';
      context.drawImage(image, 0, 0, width, height);
      const blob = await canvas.convertToBlob({ type: 'image/webp', quality });
      const all = new Uint8Array(await blob.arrayBuffer());
      let text = '';
      for (let at = 0; at < all.length; at += 32_768) text += String.fromCharCode(...all.subarray(at, at + 32_768));
      return btoa(text);
    }, [png.toString('base64'), width, quality]);
    await page.context().close();
    return Buffer.from(base64, 'base64');
  }

  async close() {
    await this.#browser.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
