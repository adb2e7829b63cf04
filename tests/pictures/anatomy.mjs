//! Draws docs/anatomy.svg, the widget with its parts numbered: a picture of the real widget, with
//! each number where the browser has laid out the part.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './camera.mjs';

/**
 * The numbered parts, by picture. The first element of each name is used, unless `at` is another
 * index: -1 is the last.
 */
const FIGURES = [
  {
    demo: 'unread',
    parts: [['preview'], ['preview-author'], ['preview-words'], ['dismiss'], ['badge'], ['launcher']],
    clip: { x: 170, y: 570, width: 330, height: 190 },
  },
  {
    demo: 'buttons',
    parts: [
      ['window'], ['header'], ['avatar'], ['title'], ['status'], ['header-button'],
      ['list'], ['row-visitor'], ['bubble-visitor'], ['meta'], ['time'],
      ['bubble-bot', -1], ['bubble-head'], ['bubble-foot'], ['answers', -1], ['answer'],
      ['composer'], ['field'], ['input'], ['send'],
    ],
  },
];

const SCREEN = { width: 500, height: 760 };
const STAGE = `body { margin: 0; } div { contain: strict; height: 760px; color-scheme: light; background: #eceef2; } chataibot-widget { --chataibot-window-height: 640px; --chataibot-window-width: 400px; }`;

/** The minimum distance between two labels beside the picture. */
const LINE = 26;
const MARGIN = 190;

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Returns the box of each part. */
const measure = (page, parts) =>
  page.evaluate((parts) => {
    const { shadowRoot } = document.querySelector('chataibot-widget');
    return parts.map(([name, at = 0]) => {
      const seen = [...shadowRoot.querySelectorAll(`[part~="${name}"]`)].filter((one) => one.getBoundingClientRect().width > 0);
      const part = seen.at(at);
      if (!part) throw new Error(`no part "${name}" is seen`);
      const { left, top, width, height } = part.getBoundingClientRect();
      return { name, left, top, width, height };
    });
  }, parts);

/**
 * Places labels beside the picture without overlap, each as near to its part as possible: `[{…,
 * y}]`.
 */
function spread(labels, most) {
  labels.sort((one, other) => one.wanted - other.wanted);
  let least = 16;
  for (const label of labels) {
    label.y = Math.max(label.wanted, least);
    least = label.y + LINE;
  }
  // Labels beyond the end are moved back, and push those before them.
  let bound = most - 12;
  for (const label of labels.toReversed()) {
    label.y = Math.min(label.y, bound);
    bound = label.y - LINE;
  }
  return labels;
}

function figure(boxes, image, clip, first, top) {
  const middle = clip.x + clip.width / 2;
  // The smaller lies upon the larger, and its number with it.
  const inOrder = boxes.toSorted((one, other) => Math.round((one.top - other.top) / 6) || one.left - other.left);
  const labels = inOrder.map((box, at) => ({ ...box, number: first + at }));
  const half = (isLeft) => labels.filter(({ left, width }) => left + width / 2 < middle === isLeft);
  let sides = [half(true), half(false)];
  // Labels of parts almost as wide as the window may go to either side.
  const wide = labels.filter(({ width }) => width > clip.width * 0.7);
  sides = sides.map((side) => side.filter((label) => !wide.includes(label)));
  for (const label of wide) sides.sort((one, other) => one.length - other.length)[0].push(label);
  if (half(true).some((label) => sides[1].includes(label) && !wide.includes(label))) sides.reverse();
  const drawn = sides.flatMap((side, isRight) => {
    for (const label of side) label.wanted = label.top - clip.y + label.height / 2;
    return spread(side, clip.height).map((label) => {
      const edge = isRight ? Math.min(label.left + label.width, clip.x + clip.width) : Math.max(label.left, clip.x);
      const inset = Math.min(label.width / 2, 5) * (isRight ? -1 : 1);
      const [x, y] = [MARGIN + edge - clip.x + inset, top + label.wanted];
      const from = isRight ? MARGIN + clip.width + 14 : MARGIN - 14;
      const to = top + label.y;
      const text = isRight ? from + 30 : from - 30;
      const frame = { x: (MARGIN + label.left - clip.x).toFixed(1), y: (top + label.top - clip.y).toFixed(1) };
      return `<rect class="box" x="${frame.x}" y="${frame.y}" width="${label.width.toFixed(1)}" height="${label.height.toFixed(1)}"/><path d="M${from} ${to}L${x.toFixed(1)} ${y.toFixed(1)}"/><circle class="dot" cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3"/>` +
        `<circle class="number" cx="${isRight ? from + 11 : from - 11}" cy="${to}" r="11"/><text class="digit" x="${isRight ? from + 11 : from - 11}" y="${to + 4}">${label.number}</text>` +
        `<text class="name" text-anchor="${isRight ? 'start' : 'end'}" x="${text}" y="${to + 5}">${escaped(label.name)}</text>`;
    });
  });
  return `<image x="${MARGIN}" y="${top}" width="${clip.width}" height="${clip.height}" href="data:image/webp;base64,${image.toString('base64')}"/>\n${drawn.join('\n')}`;
}

export async function anatomy(camera) {
  const parts = [];
  let [top, first] = [20, 1];
  let widest = 0;
  for (const { demo, parts: names, clip = { x: 60, y: 10, width: 440, height: 750 } } of FIGURES) {
    const page = await camera.stage(SCREEN, STAGE, [{ box: 'screen', attributes: { demo, layer: 'page' } }]);
    const boxes = await measure(page, names);
    const image = await camera.webp(await page.screenshot({ clip, animations: 'disabled' }), clip.width * 2, 0.8);
    parts.push(figure(boxes, image, clip, first, top));
    await page.context().close();
    top += clip.height + 30;
    first += names.length;
    widest = Math.max(widest, clip.width);
  }
  const width = widest + 2 * MARGIN;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top - 10}" width="${width}" role="img" aria-label="The widget with its parts numbered">
<style>path{stroke:#c2185b;stroke-width:1;fill:none}.box{fill:none;stroke:#c2185b;stroke-opacity:.4;stroke-dasharray:2 3}.dot{fill:#c2185b}.number{fill:#c2185b}.digit{fill:#fff;font:600 11px system-ui,sans-serif;text-anchor:middle}.name{fill:#23262d;font:13px ui-monospace,Menlo,Consolas,monospace}</style>
<rect width="100%" height="100%" rx="12" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
  await writeFile(join(ROOT, 'docs/anatomy.svg'), svg);
  console.log(`docs/anatomy.svg: ${(svg.length / 1000).toFixed(1)} KB`);
}
