/**
 * How fast series are expanded, and how many occurrences come out wrong, against five other ways of doing it.
 *
 *   npm run build && node bench/expansion.mjs [--runs 9] [--json FILE]
 *
 * Every way gets the same lines and gives the instants of all starts in the window. Makeway gives whole occurrences (id,
 * original start, end, blocking) and is timed with them; the others are timed without. Right is what Makeway gives, which
 * test/calendar holds equal to the RFC read by hand, to the emulator and, where they are right, to these libraries.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import ICAL from 'ical.js';
import { DateTime } from 'luxon';
import rrule from 'rrule';
import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import { expandSeries } from '../dist/src/calendar/expand.js';
import { vtimezone } from '../dist/src/emulator/people/vtimezone.js';

/** Not among our packages: its prebuilt parts are not there for all platforms, and `npm ci` would refuse the lockfile.
 *  `npm install --no-save rrule-rust` has it measured too. */
const rust = await import('rrule-rust').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.warn('rrule-rust is not installed, and not measured: npm install --no-save rrule-rust');
  return null;
});
const { DateTime: RustTime, DtStart, RRule: RustRule, RRuleSet: RustSet } = rust ?? {};

const DAY = 86_400_000;
const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Chatham', 'America/St_Johns', 'America/Santiago', 'Asia/Tokyo'];
const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

const icalTime = (wallMs) => new Date(wallMs).toISOString().replace(/[-:]|\.\d+Z/g, '');
const zoned = (wallMs, zone) => Temporal.Instant.fromEpochMilliseconds(wallMs).toZonedDateTimeISO('UTC').toPlainDateTime().toZonedDateTime(zone);

/** One series, in the form that each way wants; made ready apart, because it comes so from a calendar or a database. */
function seriesOf(wallMs, zone, rule) {
  const start = zoned(wallMs, zone).epochMilliseconds;
  return {
    wallMs, zone, rule, start,
    master: {
      id: 'series', etag: '"1"', updatedAt: null, status: 'confirmed', when: { kind: 'timed', start, end: start + 3_600_000, zone }, recurrence: [`RRULE:${rule}`],
      recurringEventId: null, originalStart: null, iCalUid: null, summary: null, transparency: 'opaque', eventType: 'default', organizedHere: true,
      attendees: [], attendeesOmitted: false, privateProperties: {}, unparsed: null,
    },
  };
}

/** 2,000 weekly series on quarters of an hour, every tenth at half past two in the night; half of them begun up to five years before the window. */
function weekly({ from }) {
  let seed = 4;
  const random = (below) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
  return Array.from({ length: 2_000 }, (_, n) => {
    const day = Math.floor(from / DAY) + (n % 2 === 0 ? -random(5 * 365) : random(60));
    const quarter = n % 10 === 0 ? 10 : 32 + random(44);
    const weekday = (((day + 3) % 7) + 7) % 7;
    const second = n % 5 === 0 ? `,${DAYS[(weekday + 2) % 7]}` : '';
    return seriesOf(day * DAY + quarter * 900_000, ZONES[n % 8], `FREQ=WEEKLY${n % 4 === 1 ? ';INTERVAL=2' : ''};BYDAY=${DAYS[weekday]}${second}`);
  });
}

const CASES = [
  { what: 'expansion: 2,000 weekly series, two years, eight zones, half begun up to five years before', window: { from: Date.UTC(2026, 0, 1), to: Date.UTC(2028, 0, 1) }, series: weekly },
  { what: 'expansion: a daily series begun in 2004, one month of 2026', window: { from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 11, 1) }, series: () => [seriesOf(Date.UTC(2004, 0, 5, 9), 'Europe/Berlin', 'FREQ=DAILY')] },
];

const inWindow = (starts, { from, to }) => starts.filter((at) => at >= from && at < to);
const floating = ({ rule, wallMs }) => new rrule.RRule({ ...rrule.RRule.parseString(rule), dtstart: new Date(wallMs) }, true);

const ours = ({ master, zone }, { from, to }) => expandSeries(master, [], { start: from, end: to }, zone).occurrences;

/** Each: the starts of one series, and what has to be done to what was timed to compare it. */
const THEIRS = {
  'rrule + luxon': {
    expand: (series, { from, to }) => floating(series).between(new Date(from - 2 * DAY), new Date(to + 2 * DAY), true).map((date) => DateTime.fromObject({
      year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), hour: date.getUTCHours(), minute: date.getUTCMinutes(),
    }, { zone: series.zone }).toMillis()),
    starts: (found) => found,
  },
  // It asks Intl for a text twice for each occurrence: a minute and more for all of them
  'rrule with its own tzid': {
    most: 16,
    expand: ({ rule, wallMs, zone }, { from, to }) => new rrule.RRule({ ...rrule.RRule.parseString(rule), dtstart: new Date(wallMs), tzid: zone }, true).between(new Date(from - 2 * DAY), new Date(to + 2 * DAY), true),
    starts: (found) => found.map((date) => date.getTime()),
  },
  'rrule-temporal': {
    expand: ({ rule, wallMs, zone }, { from, to }) => new RRuleTemporal({ rruleString: `DTSTART;TZID=${zone}:${icalTime(wallMs)}\nRRULE:${rule}` }).between(new Date(from), new Date(to), true),
    starts: (found) => found.map((each) => each.epochMilliseconds),
  },
  'rrule-rust': {
    expand: ({ rule, wallMs, zone }, { from, to }) => {
      const date = new Date(wallMs);
      const dtstart = new DtStart(RustTime.local(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(), 0), zone);
      const set = new RustSet({ dtstart, rrules: [RustRule.fromString(`RRULE:${rule}`)] });
      return set.between(rustUtc(from), rustUtc(to), true);
    },
    starts: (found, { zone }) => found.map((each) => zoned(Date.UTC(each.year, each.month - 1, each.day, each.time.hour, each.time.minute), zone).epochMilliseconds),
  },
  'ical.js': {
    expand: ({ rule, wallMs, zone }, { to }) => {
      const start = ICAL.Time.fromDateTimeString(new Date(wallMs).toISOString().slice(0, 19));
      start.zone = ICAL.TimezoneService.get(zone);
      const iterator = ICAL.Recur.fromString(rule).iterator(start);
      const found = [];
      for (let next = iterator.next(); next; next = iterator.next()) {
        const at = next.toUnixTime() * 1000;
        if (at >= to) break;
        found.push(at);
      }
      return found;
    },
    starts: (found) => found,
  },
};
if (!rust) delete THEIRS['rrule-rust'];
const rustUtc = (ms) => {
  const date = new Date(ms);
  return RustTime.utc(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(), 0);
};

/** Starts that are missing or too many, of all series together, and how many there should be. */
function wrongStarts(all, window, { expand, starts }) {
  let wrong = 0, right = 0;
  for (const series of all) {
    const wanted = new Set(inWindow(ours(series, window).map((o) => o.start), window));
    const found = new Set(inWindow(starts(expand(series, window), series), window));
    for (const at of found) if (!wanted.has(at)) wrong++;
    for (const at of wanted) if (found.has(at)) right++; else wrong++;
  }
  return { wrong, right };
}

/** How long one pass takes; what is quick is repeated for a few ms, to be seen. */
function timed(all, window, expand) {
  const began = performance.now();
  let passes = 0;
  do {
    for (const series of all) expand(series, window);
    passes++;
  } while (performance.now() - began < 5);
  return (performance.now() - began) / passes;
}

/**
 * The figures of expansion: for each case and library the samples of `runs` runs, in ms, ours and theirs by turns.
 * @param {number} runs
 * @returns {Promise<{ what: string, against: string, goal: string, unit: 'ms', ours: number[], theirs: number[], note?: string }[]>}
 */
export async function figures(runs) {
  for (const zone of ZONES) {
    const component = new ICAL.Component(ICAL.parse(vtimezone(zone, Date.UTC(2019, 0)).join('\r\n')));
    ICAL.TimezoneService.register(zone, new ICAL.Timezone({ component, tzid: zone }));
  }
  const found = [];
  for (const { what, window, series } of CASES) {
    const every = series(window);
    for (const [against, library] of Object.entries(THEIRS)) {
      const all = every.slice(0, library.most);
      const { wrong, right } = wrongStarts(all, window, library);
      const samples = { ours: [], theirs: [] };
      for (let run = 0; run < runs; run++) {
        samples.ours.push(timed(all, window, ours));
        samples.theirs.push(timed(all, window, library.expand));
      }
      const part = all.length < every.length ? ` (${all.length} of the series, for both)` : '';
      found.push({ what, against: against + part, goal: '≤ 1', unit: 'ms', ...samples, note: `${wrong} wrong beside ${right} right` });
    }
  }
  return found;
}

/** Median, least and most. */
function spread(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return [sorted[Math.floor(sorted.length / 2)], sorted[0], sorted.at(-1)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { runs: { type: 'string', default: '9' }, json: { type: 'string' } } });
  const all = await figures(Number(values.runs));
  const text = (numbers) => { const [median, least, most] = spread(numbers); return `${median.toFixed(3)} (${least.toFixed(3)}–${most.toFixed(3)})`; };
  let heading = '';
  for (const each of all) {
    if (each.what !== heading) console.log(`\n${(heading = each.what)}\n${'against'.padEnd(26)}${'Makeway, ms'.padEnd(28)}${'theirs, ms'.padEnd(34)}ratio     starts`);
    console.log(`${each.against.padEnd(62)}${text(each.ours).padEnd(28)}${text(each.theirs).padEnd(34)}${(spread(each.ours)[0] / spread(each.theirs)[0]).toFixed(5).padEnd(10)}${each.note}`);
  }
  if (values.json) writeFileSync(values.json, `${JSON.stringify(all, null, 2)}\n`);
}
