/**
 * Draws docs/states.svg from the tables of src/resolution/states.ts. `--check` compares instead of writing.
 * Run after the build: node docs/draw-states.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { LANDING, OPTION_1, OPTION_2, REQUEST } from '../dist/src/resolution/states.js';

const FILE = new URL('states.svg', import.meta.url);
const [WIDTH, BOX, GAP, LINE] = [150, 40, 118, 15];

/** Every step of a machine as {from, fact, to, note}. */
const steps = (ways) => Object.entries(ways).flatMap(([from, out]) => Object.entries(out).map(([fact, way]) =>
  (typeof way === 'string' ? { from, fact, to: way, note: '' } : { from, fact, to: way.to, note: way.because && way.because !== fact ? ` (${way.because})` : '' })));

const MACHINES = [
  { title: 'Option 2: the existing client is asked to move', steps: steps(OPTION_2), row: ['asked', 'chosen', 'moved', 'vacated', 'landed'], ends: ['ended'] },
  { title: 'Option 1: the incoming client picks another time', steps: steps(OPTION_1), row: ['asked', 'chosen', 'landed'], ends: ['ended'] },
  { title: 'Landing: one event is written', steps: steps(LANDING), row: ['intended', 'inserted', 'verified', 'landed'], ends: ['refused', 'undone'] },
  { title: 'Request', steps: steps(REQUEST), row: ['pending_resolution', 'booking', 'booked'], ends: ['declined', 'expired', 'withdrawn'] },
];

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const text = (x, y, words, kind = '', anchor = 'middle') => `<text x="${x}" y="${y}" class="${kind}" text-anchor="${anchor}">${escaped(words)}</text>`;
const lines = (x, y, all, kind, anchor) => all.map((words, i) => text(x, y + i * LINE, words, kind, anchor)).join('');
const arrow = (path) => `<path d="${path}" class="way" marker-end="url(#tip)"/>`;

/** One machine: its states in a row, detours as arcs above, what stays within a state above it, ends below. */
function draw({ title, steps: all, row, ends }, top) {
  const x = (state) => 24 + row.indexOf(state) * (WIDTH + GAP);
  const between = new Map();
  for (const { from, fact, to } of all) if (from !== to && !ends.includes(to)) between.set(`${from}>${to}`, [...(between.get(`${from}>${to}`) ?? []), fact]);
  const isNext = (from, to) => row.indexOf(to) === row.indexOf(from) + 1;
  const arcs = [...between].filter(([key]) => !isNext(...key.split('>')));
  const staying = (state) => all.filter((s) => s.from === state && s.to === state).map((s) => s.fact);
  const above = Math.max(...row.map((state) => staying(state).length)) * LINE;
  const y = top + 44 + arcs.length * 30 + above;
  const ending = (state) => all.filter((s) => s.from === state && ends.includes(s.to)).map((s) => `${s.fact}${ends.length > 1 ? (s.to === s.fact ? '' : `: ${s.to}`) : s.note}`);
  const below = Math.max(...row.map((state) => ending(state).length)) * LINE;
  const floor = y + BOX + below + 46;
  const out = [text(24, top + 16, title, 'title', 'start')];
  for (const state of row) {
    const isLast = all.every((s) => s.from !== state);
    out.push(`<rect x="${x(state)}" y="${y}" width="${WIDTH}" height="${BOX}" rx="8" class="state${isLast ? ' last' : ''}"/>`, text(x(state) + WIDTH / 2, y + 25, state, 'name'));
    const stays = staying(state);
    if (stays.length > 0) out.push(lines(x(state), y - 8 - (stays.length - 1) * LINE, stays.map((s) => `↻ ${s}`), 'soft', 'start'));
    const down = ending(state);
    if (down.length > 0) {
      const at = x(state) + 12;
      out.push(arrow(`M${at} ${y + BOX} V${floor}`), lines(at + 10, y + BOX + 22, down, 'soft', 'start'));
    }
  }
  for (const [key, facts] of between) {
    const [from, to] = key.split('>');
    if (!isNext(from, to)) continue;
    out.push(arrow(`M${x(from) + WIDTH} ${y + BOX / 2} H${x(to) - 2}`), lines(x(from) + WIDTH + GAP / 2, y + BOX / 2 - 8 - (facts.length - 1) * LINE, facts, ''));
  }
  arcs.forEach(([key, facts], i) => {
    const [from, to] = key.split('>');
    const [start, end] = [x(from) + WIDTH * (row.indexOf(to) > row.indexOf(from) ? 0.84 : 0.6), x(to) + WIDTH * (row.indexOf(to) > row.indexOf(from) ? 0.5 : 0.94)];
    const height = top + 40 + i * 30;
    out.push(arrow(`M${start} ${y} V${height} H${end} V${y - 2}`), text((start + end) / 2, height - 5, facts.join(', ')));
  });
  const right = x(row.at(-1)) + WIDTH;
  out.push(`<rect x="24" y="${floor + 2}" width="${right - 24}" height="30" rx="8" class="state end"/>`, text((24 + right) / 2, floor + 22, ends.join(', '), 'name'));
  return { svg: out.join('\n'), bottom: floor + 62, right: right + 24 };
}

let top = 12;
let right = 0;
const drawn = [];
for (const machine of MACHINES) {
  const one = draw(machine, top);
  drawn.push(one.svg);
  top = one.bottom;
  right = Math.max(right, one.right);
}
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${right} ${top}" role="img" aria-label="The state machines of settling">
<style>
svg { background: #fff; font: 12px system-ui, sans-serif } text { fill: #1c2330 } .title { font-weight: 600; font-size: 15px } .name { font-weight: 600; font-size: 13px } .soft { fill: #56607a }
.state { fill: #eef3ff; stroke: #4a66b0 } .last { fill: #e6f6ea; stroke: #3b8a55 } .end { fill: #f4f1ec; stroke: #9a8f7d } .way { fill: none; stroke: #56607a; stroke-width: 1.3 }
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 0 L8 4 L0 8 z" fill="#56607a"/></marker></defs>
${drawn.join('\n')}
</svg>
`;
if (process.argv.includes('--check')) {
  if (readFileSync(FILE, 'utf8') !== svg) {
    process.stderr.write('docs/states.svg is not what the tables say. Draw it again: npm run build && node docs/draw-states.mjs\n');
    process.exit(1);
  }
} else writeFileSync(FILE, svg);
