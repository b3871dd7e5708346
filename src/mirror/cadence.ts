/** How often calendars are read. Where pushes are proven, a read is only a safety net; elsewhere it is the way changes are
 *  seen: soon after the last change, ever more seldom the longer a calendar is quiet. All of it is stretched alike when
 *  the installation would else ask Google more often than it may. Lengths in milliseconds. */
import { DAY, HOUR, MINUTE, plus, type Instant } from '../kernel/interval.js';
import type { PushHealth } from './push-health.js';

/** While a request of the coach is open, at the latest (design, section 7). */
const AWAITED_MS = 30_000;
/** A calendar that changed a while ago is read again after a tenth of that while, between these two. */
const TENTH = 10;
const PACE: Readonly<Record<PushHealth, { readonly least: number; readonly most: number }>> = {
  none: { least: MINUTE, most: 10 * MINUTE },
  missing: { least: MINUTE, most: 10 * MINUTE },
  unproven: { least: 2 * MINUTE, most: HOUR },
  proven: { least: 2 * HOUR, most: 2 * HOUR },
};
/** Of the budget, reads on the timetable may take this much. The rest is for what nobody can put off: pushed changes, live
 *  looks, writes, channels, calendar lists, and what is asked again. */
const POLLS_SHARE = 0.7;
/** Of that, calendars that somebody waits for may take this much before they are stretched too. */
const AWAITED_SHARE = 0.75;
/** The mean of 1 / jitter: spread intervals cause a little more reads than their middle would. */
const QUIET_EXCESS = Math.log(1.25 / 0.75) / 0.5;
const AWAITED_EXCESS = Math.log(1 / 0.75) / 0.25;

/** Factors, 1 or more, by which the intervals of calendars with and without an open request are lengthened. */
export interface Stretch { readonly awaited: number; readonly quiet: number }
export const UNSTRETCHED: Stretch = { awaited: 1, quiet: 1 };

/** What decides how often one calendar is read. `quietForMs`: time since its last change, null if none was ever seen. */
export interface Pace { readonly hasOpenRequest: boolean; readonly push: PushHealth; readonly quietForMs: number | null }

/** The interval of one calendar before stretch and jitter. */
function intervalOf(pace: Pace): number {
  if (pace.hasOpenRequest) return AWAITED_MS;
  const { least, most } = PACE[pace.push];
  return pace.quietForMs === null ? most : Math.min(most, Math.max(least, pace.quietForMs / TENTH));
}

/** When a calendar that was just read is read next. `spread` in [0, 1) is chance: a quarter more or less, so that what was
 *  read together is not read together for ever; where somebody waits, only less. */
export function nextPullAt(pull: Pace & { readonly now: Instant; readonly stretch: Stretch; readonly spread: number }): Instant {
  const factor = pull.hasOpenRequest ? pull.stretch.awaited * (0.75 + pull.spread / 4) : pull.stretch.quiet * (0.75 + pull.spread / 2);
  return plus(pull.now, Math.round(intervalOf(pull) * factor));
}

/** Calls a day that reading these calendars takes, unstretched. */
export function callsPerDay(calendars: Iterable<Pace & { readonly count: number }>): { awaited: number; quiet: number } {
  let awaited = 0;
  let quiet = 0;
  for (const c of calendars) {
    const calls = (c.count * DAY) / intervalOf(c);
    if (c.hasOpenRequest) awaited += calls * AWAITED_EXCESS;
    else quiet += calls * QUIET_EXCESS;
  }
  return { awaited, quiet };
}

/** How far intervals must be stretched so that all reads together keep their share of `budgetPerDay`. Quiet calendars give
 *  way first. */
export function stretchFor(calls: { readonly awaited: number; readonly quiet: number }, budgetPerDay: number): Stretch {
  const share = budgetPerDay * POLLS_SHARE;
  const awaited = Math.min(calls.awaited, Math.max(share * AWAITED_SHARE, share - calls.quiet));
  return { awaited: Math.max(1, calls.awaited / Math.max(1, awaited)), quiet: Math.max(1, calls.quiet / Math.max(1, share - awaited)) };
}

/** Full reads of one calendar in an hour; more only if Google keeps losing our place, and then they do not help. */
export const FULL_READS_PER_HOUR = 8;
/** Full reads so far in the hour that began at `since`. */
export interface FullReads { readonly count: number; readonly since: Instant | null }
export const countFullRead = (reads: FullReads, now: Instant): { count: number; since: Instant } =>
  reads.since === null || now - reads.since >= HOUR ? { count: 1, since: now } : { count: reads.count + 1, since: reads.since };
/** The earliest moment, `now` or later, at which the calendar may be read in full again. */
export const fullReadAt = (reads: FullReads, now: Instant): Instant =>
  reads.since !== null && now - reads.since < HOUR && reads.count >= FULL_READS_PER_HOUR ? plus(reads.since, HOUR) : now;

/** A calendar is silent when nothing changed for much longer than is usual for it: 20 times the usual gap, three days at least. */
export const SILENT_GAPS = 20;
export const SILENT_LEAST_MS = 3 * DAY;
/** The usual time between changes, each new gap counting a fifth. */
export const usualGap = (usualMs: number | null, gapMs: number): number => Math.round(usualMs === null ? gapMs : usualMs * 0.8 + gapMs * 0.2);
