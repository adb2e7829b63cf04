// The preview: controls for scene, screen, scheme, direction, text size and language, and the frame
// that shows it.

import { SCENES } from '../scenes.js';
import { LOCALES, RIGHT_TO_LEFT } from './locales.js';
import { make } from './nodes.js';

/** Width and height of each screen, in CSS pixels; the wall takes the available space. */
export const WIDTHS = {
  desktop: { title: 'Desktop', width: 1024, height: 780 },
  tablet: { title: 'Tablet', width: 768, height: 960 },
  phone: { title: 'Phone', width: 390, height: 780 },
  small: { title: 'Small phone', width: 320, height: 640 },
};

const ZOOMS = [1, 1.25, 1.5, 2];

/** Scale of the scenes on the wall. */
const WALL = 0.5;

const NOTES = {
  forced: 'Forced colours are imitated by system colours in every token. The browser’s own mode also draws borders and drops shadows: try the result in it, too.',
  point: 'A click in the preview copies the selector of the part that is pointed at, for the rules in the tab Parts.',
  zoom: 'Text size as a browser’s zoom makes it: everything grows, and the screen has less room.',
};

/** Builds a group of radio buttons that looks like one control. */
function segments(name, legend, options, onPick) {
  const inputs = Object.entries(options).map(([value, title]) => make('label', {}, make('input', { type: 'radio', name, value, onchange: () => onPick(value) }), make('span', {}, title)));
  return make('fieldset', { class: 'segments' }, make('legend', { class: 'unseen' }, legend), ...inputs);
}

const toggle = (name, title, onPick) => make('label', { class: 'toggle' }, make('input', { type: 'checkbox', name, onchange: ({ target }) => onPick(target.checked) }), make('span', {}, title));

function selectField(name, title, options, onPick) {
  const all = Object.entries(options).map(([value, text]) => make('option', { value }, text));
  return make('select', { name, 'aria-label': title, onchange: ({ target }) => onPick(target.value) }, ...all);
}

export function addStage(studio) {
  const { history, table } = studio;
  const form = document.querySelector('.tools');
  const frame = document.querySelector('iframe');
  const device = document.querySelector('.device');
  const canvas = document.querySelector('.canvas');
  const names = Object.keys(SCENES);
  const stepScene = (offset) => {
    const at = names.indexOf(history.state.scene);
    history.change({ scene: names[(Math.max(at, 0) + offset + names.length) % names.length] });
  };

  form.append(
    make('div', { class: 'scenes' },
      make(
        'button',
        { type: 'button', class: 'icon', 'aria-label': 'Scene before', onclick: () => stepScene(-1) },
        '‹',
      ),
      selectField('scene', 'Scene', { wall: 'All scenes, as a wall', ...SCENES }, (scene) => history.change({ scene })),
      make('button', { type: 'button', class: 'icon', 'aria-label': 'Next scene', onclick: () => stepScene(1) }, '›')),
    segments('width', 'Screen', Object.fromEntries(Object.entries(WIDTHS).map(([name, { title }]) => [name, title])), (width) => history.change({ width })),
    segments('scheme', 'Colours', { light: 'Light', dark: 'Dark' }, (scheme) => history.change({ scheme })),
    make('div', { class: 'more' },
      toggle('rtl', 'Right to left', (rtl) => history.change({ rtl })),
      toggle('forced', 'Forced colours', (forced) => history.change({ forced })),
      toggle('point', 'Point at parts', (point) => history.change({ point })),
      selectField('zoom', 'Text size', Object.fromEntries(ZOOMS.map((zoom) => [zoom, `Text ${zoom * 100} %`])), (zoom) => history.change({ zoom: Number(zoom) })),
      selectField('locale', 'Language', LOCALES, (locale) => history.change({ locale, rtl: RIGHT_TO_LEFT.includes(locale) }))),
  );
  form.addEventListener('submit', (event) => event.preventDefault());

  function fit() {
    const { width: name, zoom, scene } = history.state;
    const { width, height } = WIDTHS[name];
    const room = { width: canvas.clientWidth - 32, height: canvas.clientHeight - 32 };
    const isWall = scene === 'wall';
    const scale = isWall ? WALL : Math.min(1, room.width / width, room.height / height);
    const screen = isWall ? { width: canvas.clientWidth / scale, height: canvas.clientHeight / scale } : { width, height };
    frame.style.width = `${screen.width / zoom}px`;
    frame.style.height = `${screen.height / zoom}px`;
    frame.style.transform = `scale(${scale * zoom})`;
    device.style.width = `${screen.width * scale}px`;
    device.style.height = `${screen.height * scale}px`;
    const percent = Math.round(scale * 100);
    document.querySelector('#caption').textContent = [
      isWall ? 'Every scene; press a title to see it alone.' : `${Math.round(width / zoom)} × ${Math.round(height / zoom)}${percent < 100 ? `, shown at ${percent} %` : ''}`,
      history.state.forced && NOTES.forced,
      history.state.point && !isWall && NOTES.point,
      zoom !== 1 && NOTES.zoom,
    ].filter(Boolean).join(' · ');
  }

  /** Sends the state to the page in the frame: one style sheet and a few values. */
  function send(type = 'show') {
    const { scene, scheme, rtl, forced, point, locale, attributes, tokens, rules } = history.state;
    const declarations = Object.entries(tokens).map(([name, value]) => `  --chataibot-${name}: ${value};\n`).join('');
    const css = `chataibot-widget {\n${declarations}}\n${rules}`;
    const state = { scene, scheme, rtl, forced, point, locale, attributes, css, tokens: table.colours };
    frame.contentWindow.postMessage({ type, state }, location.origin);
  }

  /**
   * Checks every scene. Resolves with the findings, each with its `scene` and `scheme`, and the
   * number of scenes whose focus was left `alone`; null if something else was shown in the
   * meantime.
   */
  let onChecked = null;
  studio.check = (onProgress) =>
    new Promise((resolve) => {
      const found = [];
      let alone = 0;
      onChecked = ({ stopped, findings, isLeftAlone, scene, scheme, done, all }) => {
        if (stopped) return resolve(null);
        found.push(...findings.map((finding) => ({ ...finding, scene, scheme })));
        alone += Number(isLeftAlone);
        onProgress(done, all);
        if (done === all) resolve({ found, alone });
      };
      send('check');
    });

  function update() {
    const { scene, width, scheme, rtl, forced, point, zoom, locale } = history.state;
    const { elements } = form;
    elements.scene.value = scene;
    elements.width.value = width;
    elements.scheme.value = scheme;
    elements.rtl.checked = rtl;
    elements.forced.checked = forced;
    elements.point.checked = point;
    elements.zoom.value = zoom;
    elements.locale.value = locale;
    document.body.classList.toggle('shows-wall', scene === 'wall');
    fit();
    send();
  }

  addEventListener('message', ({ origin, source, data }) => {
    if (origin !== location.origin || source !== frame.contentWindow) return;
    if (data.type === 'ready') update();
    else if (data.type === 'checked') onChecked?.(data);
    else if (data.type === 'shown') studio.tell(data.colours);
    else if (data.type === 'scene') history.change({ scene: data.scene });
    else if (data.type === 'undo') history.undo();
    else if (data.type === 'redo') history.redo();
  });
  new ResizeObserver(fit).observe(canvas);
  history.subscribe(update);
  update();
}
