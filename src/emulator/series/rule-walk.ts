import { LAST_DAY } from './civil.js';
import type { Rule } from './rule.js';
import { periodsOf } from './rule-days.js';

/** The days of one rule of a series, as day numbers: from the start's day on, cut by COUNT, UNTIL and the year 9999. */
export interface RuleWalk {
  /** The days within `[fromDay, toDay]`, rising. Begins near `fromDay`, however far that is from the start. */
  days(fromDay: number, toDay: number): Generator<number, void>;
  /** The last day, Infinity for a rule without end, undefined for one without any day. */
  lastDay(): number | undefined;
}

/**
 * Walks `rule` for a start on `firstDay`. `untilDay` is the last day that UNTIL allows. COUNT is turned into a last day when first
 * needed: one walk from the start, a few tens of nanoseconds a day.
 */
export function walkOf(rule: Rule, firstDay: number, untilDay = LAST_DAY): RuleWalk {
  const periods = periodsOf(rule, firstDay);
  let endDay = Math.min(untilDay, LAST_DAY), isCounted = rule.count === undefined, isSilent = false;

  function* offered(fromDay: number, toDay: number): Generator<number, void> {
    const lastDay = Math.min(toDay, endDay);
    let fruitless = 0;
    for (let n = periods.periodOf(Math.max(firstDay, fromDay)); !isSilent; n++) {
      const { base, offsets } = periods.offer(n);
      if (base > lastDay) return;
      fruitless = offsets.length > 0 ? 0 : fruitless + 1;
      isSilent = fruitless > periods.cycle;
      for (const offset of offsets) {
        const day = base + offset;
        if (day > lastDay) return;
        if (day >= fromDay && day >= firstDay) yield day;
      }
    }
  }

  function count(): void {
    if (isCounted) return;
    isCounted = true;
    let left = rule.count ?? 0;
    // At most one a day: a count of more days than there are cuts nothing.
    if (left > endDay - firstDay) return;
    for (const day of offered(firstDay, endDay)) {
      if (--left > 0) continue;
      endDay = day;
      return;
    }
  }

  function lastBefore(limit: number): number | undefined {
    for (let n = periods.periodOf(limit), fruitless = 0; n >= 0 && fruitless <= periods.cycle; n--, fruitless++) {
      const { base, offsets } = periods.offer(n);
      const offset = offsets.findLast((each) => base + each <= limit);
      if (offset !== undefined) return base + offset < firstDay ? undefined : base + offset;
    }
    return undefined;
  }

  return {
    days(fromDay, toDay) {
      count();
      return offered(fromDay, toDay);
    },
    lastDay() {
      count();
      if (rule.count === undefined && rule.until === undefined) return offered(firstDay, endDay).next().done === true ? undefined : Infinity;
      return lastBefore(endDay);
    },
  };
}
