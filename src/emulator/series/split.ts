import { DAY_MS, dayOf } from './civil.js';
import { type Expansion, type Series, expansionOf } from './expansion.js';
import { type DatesLine, readLine, type RuleLine } from './recurrence-lines.js';
import { impliedParts, type Rule, weekdayText } from './rule.js';
import type { RuleWalk } from './rule-walk.js';
import { fromWall, icalTime, toWall } from './zone-time.js';

/** A rule's text with its COUNT or UNTIL replaced, where Google writes it: before INTERVAL and the BY parts. */
function withEnd(text: string, end: string): string {
  const parts = text.split(';').filter((each) => each !== '' && !/^(COUNT|UNTIL)=/i.test(each));
  const head = parts.findLastIndex((each) => /^(FREQ|WKST)=/i.test(each)) === 1 ? 2 : 1;
  return [...parts.slice(0, head), end, ...parts.slice(head)].join(';');
}

/** How often a rule occurs before the split, and whether it has a slot there. */
function around(series: Expansion, rule: RuleWalk, splitMs: number): { before: number; isOn: boolean } {
  let before = 0, isOn = false;
  for (const day of rule.days(-Infinity, dayOf(splitMs) + 2)) {
    const slot = series.slotOn(day);
    if (slot > splitMs) break;
    // A date that the zone left out has the same slot as the one after it; only the last of them is the new start.
    if (slot < splitMs || isOn) before++;
    isOn = slot === splitMs;
  }
  return { before, isOn };
}

const hasEnded = (series: Expansion, rule: RuleWalk, splitMs: number): boolean => {
  const last = rule.lastDay();
  return last === undefined || (last !== Infinity && series.slotOn(last) < splitMs);
};

function keepValues(series: Expansion, line: DatesLine, isKept: (slotMs: number) => boolean): string[] {
  const kept = line.values.filter((each) => isKept(series.slotOf(line.name, each)));
  return kept.length === 0 ? [] : [`${line.head}:${kept.map(({ text }) => text).join(',')}`];
}

/** Each line rewritten; RRULEs and EXRULEs come with their walk. */
function rewrite(series: Series, onRule: (line: RuleLine, walk: RuleWalk) => string[], onDates: (line: DatesLine) => string[]): string[] {
  const { rules, exRules } = expansionOf(series);
  const walks = { RRULE: rules[Symbol.iterator](), EXRULE: exRules[Symbol.iterator]() };
  return series.recurrence.map(readLine).flatMap((line) => {
    if (!('rule' in line)) return onDates(line);
    const walk = walks[line.name].next();
    return walk.done === true ? [] : onRule(line, walk.value);
  });
}

/**
 * Lines for the old part of a series that is split at the slot `splitMs` (sheet 2.1): its slots are those before the split.
 * RRULEs lose COUNT and UNTIL and end at local midnight of the split's day less a second, written in UTC (all-day: on the date
 * before); those that ended earlier stay as they are. EXDATEs and RDATEs from the split on go.
 */
export function trimRecurrence(series: Series, splitMs: number): string[] {
  const { start } = series, expansion = expansionOf(series);
  const zone = 'date' in start ? undefined : start.timeZone;
  const midnightMs = zone === undefined ? splitMs : fromWall(dayOf(toWall(splitMs, zone)) * DAY_MS, zone);
  const until = (ms: number): string => (zone === undefined ? `UNTIL=${icalTime(ms - DAY_MS).slice(0, 8)}` : `UNTIL=${icalTime(ms - 1000)}Z`);
  const lines = rewrite(series, (line, walk) => {
    const head = `${line.head}:`;
    if (line.name === 'EXRULE' || hasEnded(expansion, walk, splitMs)) return [head + line.text];
    // Google's midnight would be too early for a slot on the split's own day, which only a rule beside the split one can have.
    const isLater = [...walk.days(dayOf(midnightMs) - 2, dayOf(splitMs) + 2)]
      .some((day) => expansion.slotOn(day) >= midnightMs && expansion.slotOn(day) < splitMs);
    return [head + withEnd(line.text, until(isLater ? splitMs : midnightMs))];
  }, (line) => keepValues(expansion, line, (slot) => slot < splitMs));
  const theStart = zone === undefined ? `;VALUE=DATE:${icalTime(expansion.startMs).slice(0, 8)}` : `:${icalTime(expansion.startMs)}Z`;
  // The start is an occurrence whatever the rules say, so it has to be taken out by name.
  if (expansion.startMs >= splitMs) return [...lines, `EXDATE${theStart}`];
  // Without lines it would be no series any more.
  return lines.length === 0 ? [`RDATE${theStart}`] : lines;
}

/** What a rule took from its first start, written out, so that it goes on the same from another one. */
function pinned(text: string, rule: Rule, firstDay: number): string {
  const { byDay, byMonthDay, byMonth } = impliedParts(rule, firstDay);
  return [text, ...(byMonth ?? []).map((each) => `BYMONTH=${each}`), ...(byMonthDay ?? []).map((each) => `BYMONTHDAY=${each}`), ...(byDay ?? []).map((each) => `BYDAY=${weekdayText(each)}`)].join(';');
}

/**
 * Lines for the new part of a series that is split at the slot `splitMs`, which becomes the new part's start: its slots are those
 * from the split on. COUNT loses the occurrences before the split, UNTIL stays, rules that ended before the split go, and so do
 * EXDATEs and RDATEs before it. No lines at all: the new part is a single event.
 *
 * Lines alone cannot say everything: a rule that has no slot at the split keeps its rhythm only without INTERVAL; the new part takes
 * the split's clock, which is another one if the split is an RDATE or was put off by a change of the clocks; and if the split is an
 * RDATE before the first start, the rules begin there.
 */
export function restRecurrence(series: Series, splitMs: number): string[] {
  const expansion = expansionOf(series);
  return rewrite(series, (line, walk) => {
    if (hasEnded(expansion, walk, splitMs)) return [];
    const { before, isOn } = around(expansion, walk, splitMs);
    const { count } = line.rule;
    const text = count === undefined ? line.text : withEnd(line.text, `COUNT=${count - before}`);
    return [`${line.head}:${isOn ? text : pinned(text, line.rule, expansion.firstDay)}`];
  }, (line) => keepValues(expansion, line, (slot) => slot >= splitMs));
}
