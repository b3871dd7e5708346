import type { EventTime } from '../store/model.js';
import { DAY_MS, dayOf } from './civil.js';
import { type Listed, parseRecurrence } from './recurrence-lines.js';
import type { Rule } from './rule.js';
import { type RuleWalk, walkOf } from './rule-walk.js';
import { fromWall, toWall } from './zone-time.js';

/** A series to expand: its first start (DTSTART) and its `recurrence` lines. */
export interface Series { readonly start: EventTime; readonly recurrence: readonly string[] }

/** A series made ready. Slots are instants in ms; for an all-day series midnights UTC of its dates. */
export interface Expansion {
  readonly firstDay: number;
  /** The slot of the start. */
  readonly startMs: number;
  /** The slot that a rule's day stands for. */
  slotOn(day: number): number;
  /** The slot that a value of RDATE or EXDATE names. */
  slotOf(name: 'RDATE' | 'EXDATE', value: Listed): number;
  /** RRULEs and EXRULEs in the order of the lines. */
  readonly rules: readonly RuleWalk[];
  readonly exRules: readonly RuleWalk[];
  /** The start, unless all RRULEs ended before it, and the RDATEs, rising. */
  readonly listed: readonly number[];
  readonly removed: ReadonlySet<number>;
}

/** The last day that UNTIL allows. Days and their slots rise together, so an instant can be turned into a day once. */
function untilDay(rule: Rule, clock: number, isAllDay: boolean, slotOn: (day: number) => number): number | undefined {
  const { until } = rule;
  if (until === undefined) return undefined;
  if (isAllDay || until.kind === 'day') return dayOf(until.ms);
  if (until.kind === 'wall') return dayOf(until.ms - clock);
  let day = dayOf(until.ms) + 2;
  while (slotOn(day) > until.ms) day--;
  return day;
}

function expand({ start, recurrence }: Series): Expansion {
  const zone = 'date' in start ? undefined : start.timeZone;
  const startWall = 'date' in start ? Date.parse(`${start.date}T00:00:00Z`) : toWall(start.atMs, start.timeZone);
  const startMs = 'date' in start ? startWall : start.atMs;
  const firstDay = dayOf(startWall), clock = startWall - firstDay * DAY_MS;
  // The start may be the second of two equal wall clocks; nothing but its own instant says so.
  const instantOf = (wall: number): number => (zone === undefined || wall === startWall ? startMs + wall - startWall : fromWall(wall, zone));
  const slotOn = (day: number): number => instantOf(day * DAY_MS + clock);
  const slotOf = (name: 'RDATE' | 'EXDATE', value: Listed): number => {
    if (zone === undefined) return dayOf(value.ms) * DAY_MS;
    if (value.kind === 'utc') return value.ms;
    // Google was seen to take a bare date in the EXDATE of a timed series and to remove nothing: midnight is no start of an occurrence.
    if (value.kind === 'day') return name === 'RDATE' ? slotOn(dayOf(value.ms)) : instantOf(value.ms);
    return value.zone === undefined || value.zone === zone ? instantOf(value.ms) : fromWall(value.ms, value.zone);
  };
  const rules: RuleWalk[] = [], exRules: RuleWalk[] = [], listed: number[] = [], removed = new Set<number>();
  let lastUntil = -Infinity;
  for (const line of parseRecurrence(recurrence)) {
    if ('rule' in line) {
      const until = untilDay(line.rule, clock, zone === undefined, slotOn);
      (line.name === 'RRULE' ? rules : exRules).push(walkOf(line.rule, firstDay, until));
      if (line.name === 'RRULE') lastUntil = Math.max(lastUntil, until ?? Infinity);
    } else if (line.name === 'RDATE') for (const each of line.values) listed.push(slotOf('RDATE', each));
    else for (const each of line.values) removed.add(slotOf('EXDATE', each));
  }
  // What a split at the first start leaves of the old part ends before it begins; Google shows nothing of it.
  if (rules.length === 0 || lastUntil >= firstDay) listed.push(startMs);
  return { firstDay, startMs, slotOn, slotOf, rules, exRules, listed: listed.sort((a, b) => a - b), removed };
}

/**
 * Series made ready: those asked for lately, and those of a while before. A list asks for the same ones again, page by page.
 * Two generations forget about as well as a strict order of use, which costs a Map more than it saves (some 20 µs a look).
 */
let recent = new Map<string, Expansion>(), older = new Map<string, Expansion>();
const GENERATION = 10_000;

/** The expansion of a series, from memory if it was asked for lately. Throws BadRecurrence for lines that no write would have let in. */
export function expansionOf(series: Series): Expansion {
  const { start } = series;
  const key = `${'date' in start ? start.date : `${start.atMs} ${start.timeZone}`}\n${series.recurrence.join('\n')}`;
  let found = recent.get(key);
  if (found === undefined) {
    if (recent.size >= GENERATION) [older, recent] = [recent, new Map<string, Expansion>()];
    recent.set(key, (found = older.get(key) ?? expand(series)));
  }
  return found;
}
