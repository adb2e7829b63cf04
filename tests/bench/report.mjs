//! Renders the results as the table that is printed and kept in docs/performance.md, and as the
//! short table of the README.

const milliseconds = (value) => Math.round(value).toLocaleString('en');
const kilobytes = (value) => (value / 1_000).toFixed(1);
const megabytes = (value) => (value / 1e6).toFixed(2);
const number = (value) => String(value);

/** A row: its title, its key in the results, its formatter, and whether its ratio is meaningful. */
const ROWS = [
  ['launcher, slow, ms', 'launcher', milliseconds, true],
  ['typing ready after an immediate click, slow, ms', 'typing', milliseconds, true],
  ['KB until typing, brotli', 'typingBytes', kilobytes, false],
  ['first Enter → own bubble, slow, ms', 'firstSend', milliseconds, true],
  ['first reply, slow, ms', 'reply', milliseconds, true],
  ['KB until the first reply, brotli', 'replyBytes', kilobytes, false],
  ['requests until the first reply', 'replyRequests', number, false],
  ['blocked between click and first reply, slow, ms', 'blocked', milliseconds, false],
  ['Enter → own bubble, CPU 4×, ms', 'send', milliseconds, true],
  ['Enter → own bubble in view, CPU 4×, ms', 'sendInView', milliseconds, true],
  ['a conversation of 1,000 messages opened again, ms', 'history', milliseconds, true],
  ['memory of the page, window open, MB', 'memory', megabytes, true],
];

/** The rows that the README shows. */
const SHORT = ['typing', 'typingBytes', 'firstSend', 'reply', 'replyBytes', 'sendInView'];

const line = (cells) => `| ${cells.join(' | ')} |`;

/** The median of each number. */
export function median(results) {
  const of = (values) => {
    const sorted = values.toSorted((a, b) => a - b);
    const middle = sorted.length / 2;
    return Number.isInteger(middle) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[Math.floor(middle)];
  };
  return Object.fromEntries(Object.keys(results[0]).map((name) => [name, of(results.map((result) => result[name]))]));
}

/** The results as markdown. */
export function table(widget, floor, runs) {
  const rows = ROWS.map(([title, name, write, compares]) =>
    line([title, write(widget[name]), write(floor[name]), compares ? (widget[name] / floor[name]).toFixed(2) : '–']),
  );
  return `# What the widget costs a visitor

Written by \`cargo xtask bench widget\`: medians of ${runs} runs in Chromium. Slow is a CPU four times slower, 1.6 Mbit/s and 150 ms. The floor is a chat of
sixty hand-written lines on the same page, measured in turns with the widget; times are this machine's, so compare the ratios.

${line(['', 'widget', 'floor', 'ratio'])}
| :-- | --: | --: | --: |
${rows.join('\n')}
`;
}

/** Returns `readme` with the short table between its marks. */
export function withTable(readme, widget, floor) {
  const rows = ROWS.filter(([, name]) => SHORT.includes(name)).map(([title, name, write]) => line([title, write(widget[name]), write(floor[name])]));
  const [mark, end] = ['<!-- bench:widget -->', '<!-- /bench -->'];
  const [before, inside] = readme.split(mark);
  if (!inside?.includes(end)) throw new Error(`README.md has no place for the table between ${mark} and ${end}`);
  const after = inside.split(end)[1];
  return `${before}${mark}\n${line(['', 'widget', 'hand-written floor'])}\n| :-- | --: | --: |\n${rows.join('\n')}\n${end}${after}`;
}
