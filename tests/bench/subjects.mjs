//! The subjects that are measured: how each is put into a page, and where its elements are. The
//! functions among them run in the page.

import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const PAGE = (head, body) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>A page</title>${head}</head>
<body><h1>A page</h1><p>${'Some words of the page itself. '.repeat(60)}</p>${body}</body></html>`;

/** The bundle in `dist`. */
export async function widget(dist) {
  const files = new Map();
  // Visitors never fetch the files in the bundle's subfolders.
  const entries = (await readdir(dist, { withFileTypes: true })).filter((entry) => entry.isFile());
  for (const { name } of entries) files.set(`/${name}`, await readFile(join(dist, name)));
  return {
    name: 'widget',
    files,
    html: PAGE('<script type="module" src="/chataibot.js"></script>', '<chataibot-widget></chataibot-widget>'),
    parts: `(() => {
      const all = (part) => [...(document.querySelector('chataibot-widget')?.shadowRoot?.querySelectorAll('[part~="' + part + '"]') ?? [])];
      return {
        launcher: () => all('launcher')[0],
        field: () => all('input')[0],
        list: () => all('list')[0],
        own: () => all('bubble-visitor'),
        replies: () => all('bubble-bot').filter((bubble) => !bubble.part.contains('typing')),
      };
    })()`,
  };
}

/** The floor: a chat without a library, without a bot's name or a second conversation. */
export function floor() {
  const styles = `
    #launcher { position: fixed; right: 20px; bottom: 20px; width: 56px; height: 56px; border: 0; border-radius: 50%; background: #2563eb; color: #fff; font-size: 24px }
    #window { position: fixed; right: 20px; bottom: 90px; width: 380px; height: 560px; display: none; flex-direction: column; background: #fff; border-radius: 12px; box-shadow: 0 4px 24px #0004 }
    #window.open { display: flex }
    #list { flex: 1; overflow-y: auto; padding: 12px; display: flex; flex-direction: column; gap: 8px }
    .bubble { padding: 8px 12px; border-radius: 12px; background: #eee; max-width: 75%; align-self: flex-start }
    .own { background: #2563eb; color: #fff; align-self: flex-end }
    #field { border: 0; border-top: 1px solid #ddd; padding: 12px; font: inherit; resize: none }`;
  const script = `
    const make = (tag, id) => Object.assign(document.createElement(tag), { id });
    const launcher = make('button', 'launcher'), box = make('div', 'window'), list = make('div', 'list'), field = make('textarea', 'field');
    launcher.textContent = '\\u2709';
    launcher.setAttribute('aria-label', 'Chat');
    list.setAttribute('role', 'log');
    Object.assign(field, { rows: 1, placeholder: 'Message' });
    box.append(list, field);
    document.body.append(launcher, box);
    const bubble = ({ text, own }) => Object.assign(document.createElement('div'), { className: own ? 'bubble own' : 'bubble', textContent: text });
    const add = (...messages) => {
      list.append(...messages.map(bubble));
      list.scrollTop = list.scrollHeight;
    };
    launcher.onclick = async () => {
      box.classList.toggle('open');
      field.focus();
      if (localStorage.visited) add(...(await (await fetch('/history')).json()));
    };
    field.onkeydown = async (event) => {
      const text = field.value.trim();
      if (event.key !== 'Enter' || event.shiftKey) return;
      event.preventDefault();
      if (!text) return;
      field.value = '';
      add({ text, own: true });
      add(await (await fetch('/say', { method: 'POST', body: text })).json());
    };`;
  return {
    name: 'floor',
    files: new Map([['/floor.css', Buffer.from(styles)], ['/floor.js', Buffer.from(script)]]),
    html: PAGE('<link rel="stylesheet" href="/floor.css"><script type="module" src="/floor.js"></script>', ''),
    parts: `({
      launcher: () => document.querySelector('#launcher'),
      field: () => document.querySelector('#field'),
      list: () => document.querySelector('#list'),
      own: () => [...document.querySelectorAll('.own')],
      replies: () => [...document.querySelectorAll('.bubble:not(.own)')],
    })`,
  };
}
