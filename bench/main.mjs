/**
 * What Makeway's mirror costs: `npm run bench [-- --only NAME[,NAME]] [--runs N]`.
 * Prints a table and writes `bench/bench.json` beside it. Every figure is the median of its runs, with the least and the most, and a
 * ratio to something that ran beside it, in turns.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { spread } from './bed.mjs';

const BENCHES = { expansion: 9, 'first-sync': 3, incremental: 5, conflict: 3, isolation: 3, idle: 3, slots: 9, click: 5, request: 5, open: 3 };
const { values } = parseArgs({ options: { only: { type: 'string' }, runs: { type: 'string' } } });
const names = values.only === undefined ? Object.keys(BENCHES) : values.only.split(',');

const short = (n) => (n >= 100 ? n.toFixed(0) : n >= 10 ? n.toFixed(1) : n.toFixed(2));
const inWords = ({ median, least, most }) => `${short(median)} (${short(least)}–${short(most)})`;

const table = [];
for (const name of names) {
  if (!Object.hasOwn(BENCHES, name)) throw new Error(`no bench "${name}": ${Object.keys(BENCHES).join(', ')}`);
  const { figures } = await import(`./${name}.mjs`);
  for (const figure of await figures(Number(values.runs ?? BENCHES[name]))) {
    const { what, against, goal, unit, note } = figure;
    const [ours, theirs] = [spread(figure.ours), spread(figure.theirs)];
    // Run by run where the runs are pairs: what slowed one down slowed the other too.
    const ratio = spread(figure.ours.length === figure.theirs.length ? figure.ours.map((n, i) => n / figure.theirs[i]) : [ours.median / theirs.median]);
    const row = { bench: name, what, unit, ours, against, theirs, ratio, runs: figure.ours.length, goal, ...(note && { note }) };
    table.push(row);
    console.log(`| ${what} | ${inWords(ours)} ${unit} | ${against} | ${inWords(theirs)} ${unit} | ${inWords(ratio)} | ${goal} |${note ? ` ${note}` : ''}`);
  }
}
const machine = { cores: cpus().length, model: cpus()[0]?.model, memoryGb: Math.round(totalmem() / 2 ** 30), node: process.version };
// What was not run this time stays as it was.
const file = new URL('bench.json', import.meta.url);
const kept = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).figures.filter((row) => !names.includes(row.bench)) : [];
const order = Object.keys(BENCHES);
writeFileSync(file, `${JSON.stringify({ machine, figures: [...kept, ...table].sort((a, b) => order.indexOf(a.bench) - order.indexOf(b.bench)) }, null, 1)}\n`);
