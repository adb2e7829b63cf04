//! `cargo xtask bench widget`: what the widget costs its visitors, compared with a chat of sixty
//! hand-written lines on the same page. The hand-written chat is the floor: the times that would
//! remain if the widget cost nothing. Times depend on the machine and its load, so both are
//! measured in turns, in one run, and their ratio is what counts. Requests, bytes and rows are
//! counted and do not vary; tests check them.
//!
//! - [subjects.mjs](subjects.mjs): the two subjects that are measured
//! - [server.mjs](server.mjs): one origin for page, files and a small stub of the proxy
//! - [probe.mjs](probe.mjs): takes the times, in the page
//! - [measures.mjs](measures.mjs): the measurements, one page load each
//! - [report.mjs](report.mjs): the table

import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { launch } from '../e2e/chromium.mjs';
import { cold, history, memory, warm } from './measures.mjs';
import { median, table, withTable } from './report.mjs';
import { Site } from './server.mjs';
import { floor, widget } from './subjects.mjs';

const { values: options } = parseArgs({ options: { runs: { type: 'string', default: '5' }, report: { type: 'string' }, readme: { type: 'string' } } });
const runs = Number(options.runs);
const { CHATAIBOT_DIST, CHROMIUM } = process.env;
if (!CHATAIBOT_DIST || !CHROMIUM || !(runs > 0)) throw new Error('run this by: cargo xtask bench widget [--runs N]');

// The internal pages of a new window's address bar would compete for the CPU with the measured
// page; `launch` disables them.
const start = () => launch({ args: ['--no-first-run', '--disable-background-networking', '--enable-blink-features=ForceEagerMeasureMemory'] });

const subjects = [];
for (const subject of [await widget(CHATAIBOT_DIST), floor()]) subjects.push({ subject, site: await new Site(subject).start(), results: [] });
for (let run = 0; run < runs; run++) {
  const browser = await start();
  // The second subject runs on a warmer machine, so the order alternates.
  for (const { subject, site, results } of run % 2 ? subjects.toReversed() : subjects) {
    const result = {};
    for (const measure of [cold, warm, history, memory]) Object.assign(result, await measure(browser, site, subject));
    results.push(result);
    console.error(`${run + 1}/${runs} ${subject.name}: ${JSON.stringify(result, (_, value) => (typeof value === 'number' ? Math.round(value) : value))}`);
  }
  await browser.close();
}
const [ours, theirs] = subjects.map(({ results }) => median(results));
await Promise.all(subjects.map(({ site }) => site.stop()));
const report = table(ours, theirs, runs);
console.log(report);
if (options.report) await writeFile(options.report, report);
if (options.readme) await writeFile(options.readme, withTable(await readFile(options.readme, 'utf8'), ours, theirs));
