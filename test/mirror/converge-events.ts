/** What an event in a history may be: its times, its rule, its kind. Days count from the day on which the history begins. */
import fc from 'fast-check';
import { anyRule, ruleText, ZONES } from '../emulator/any-series.js';

export const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Mostly around now, some at the edges of what is laid out, a few years away. */
export const anyDay = fc.oneof(
  { weight: 10, arbitrary: fc.integer({ min: -3, max: 30 }) },
  { weight: 3, arbitrary: fc.integer({ min: 110, max: 125 }) },
  { weight: 2, arbitrary: fc.integer({ min: -60, max: 130 }) },
  { weight: 1, arbitrary: fc.integer({ min: -1500, max: 1500 }) },
);
/** Any quarter of an hour, and often one of those at which clocks change. */
export const anyMinute = fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 0, max: 95 }).map((quarter) => quarter * 15) }, { weight: 1, arbitrary: fc.constantFrom(0, 30, 60, 120, 150, 180, 1439) });
const anyLength = fc.constantFrom(60, 60, 60, 30, 45, 15, 0, 600, 1440, 1500, 4320, 40_320);
export const anyZone = fc.constantFrom<string>(...ZONES);

export type Times = { readonly kind: 'timed'; readonly day: number; readonly minute: number; readonly length: number; readonly zone: string } | { readonly kind: 'days'; readonly day: number; readonly days: number };
export const timedTimes = fc.record({ kind: fc.constant('timed' as const), day: anyDay, minute: anyMinute, length: anyLength, zone: anyZone });
export const dayTimes = fc.record({ kind: fc.constant('days' as const), day: anyDay, days: fc.constantFrom(1, 1, 1, 2, 7, 40) });
export const anyTimes: fc.Arbitrary<Times> = fc.oneof({ weight: 4, arbitrary: timedTimes }, { weight: 1, arbitrary: dayTimes });

export const dateOn = (base: number, day: number): string => new Date(base + day * DAY_MS).toISOString().slice(0, 10);
/** A wall-clock time without a zone, as Google takes it beside `timeZone`. */
export const wallAt = (base: number, day: number, minute: number): string => new Date(base + day * DAY_MS + minute * MINUTE_MS).toISOString().slice(0, 19);
const compact = (text: string): string => text.replace(/[-:]/g, '');

/** `start` and `end` of a resource; `isPatch`: what the other kind of times has is taken away. */
export function written(base: number, t: Times, isPatch = false): { start: Record<string, unknown>; end: Record<string, unknown> } {
  if (t.kind === 'days') {
    const none = isPatch ? { dateTime: null, timeZone: null } : {};
    return { start: { date: dateOn(base, t.day), ...none }, end: { date: dateOn(base, t.day + t.days), ...none } };
  }
  const none = isPatch ? { date: null } : {};
  return { start: { dateTime: wallAt(base, t.day, t.minute), timeZone: t.zone, ...none }, end: { dateTime: wallAt(base, t.day, t.minute + t.length), timeZone: t.zone, ...none } };
}

const SIMPLE = [
  'FREQ=DAILY', 'FREQ=DAILY;INTERVAL=3', 'FREQ=WEEKLY', 'FREQ=WEEKLY', 'FREQ=WEEKLY;BYDAY=MO,WE,FR', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH', 'FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,MO',
  'FREQ=MONTHLY', 'FREQ=MONTHLY;BYDAY=-1FR', 'FREQ=MONTHLY;BYMONTHDAY=31', 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', 'FREQ=MONTHLY;BYMONTHDAY=-1', 'FREQ=YEARLY', 'FREQ=YEARLY;BYMONTHDAY=30',
  'FREQ=DAILY;BYDAY=SA,SU', 'FREQ=YEARLY;BYMONTH=12,1,2;BYDAY=1MO,-1SU',
];
export interface Lines {
  readonly rule: string;
  readonly end: { readonly kind: 'never' } | { readonly kind: 'count'; readonly count: number } | { readonly kind: 'until' | 'untilDate'; readonly after: number };
  /** Extra dates, days and minutes after the start. */
  readonly extra: readonly { readonly after: number; readonly minute: number; readonly form: 'zone' | 'utc' }[];
}
const rule = (odd: number): fc.Arbitrary<string> => fc.oneof({ weight: 10, arbitrary: fc.constantFrom(...SIMPLE) }, { weight: odd, arbitrary: anyRule.map(ruleText) });
/** `odd`: how many of about ten have any rule that RFC 5545 allows, and not one of those that people make. */
export const anyLines = (odd: number): fc.Arbitrary<Lines> => fc.record({
  rule: rule(odd),
  end: fc.oneof(
    { weight: 1, arbitrary: fc.constant({ kind: 'never' as const }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('count' as const), count: fc.integer({ min: 1, max: 9 }) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('until' as const, 'untilDate' as const), after: fc.integer({ min: 0, max: 90 }) }) },
  ),
  extra: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(fc.record({ after: fc.integer({ min: 1, max: 60 }), minute: anyMinute, form: fc.constantFrom('zone' as const, 'utc' as const) }), { minLength: 1, maxLength: 2 }) }),
});

/** The lines of `recurrence` for a series with these times. */
export function linesOf(base: number, t: Times, lines: Lines): string[] {
  const { rule: text, end, extra } = lines;
  const untilOn = end.kind === 'until' || end.kind === 'untilDate' ? t.day + end.after : 0;
  const until = end.kind === 'untilDate' || t.kind === 'days' ? compact(dateOn(base, untilOn)) : `${compact(wallAt(base, untilOn, t.minute))}Z`;
  const ending = end.kind === 'never' ? '' : end.kind === 'count' ? `;COUNT=${end.count}` : `;UNTIL=${until}`;
  return [`RRULE:${text}${ending}`, ...extra.map(({ after, minute, form }) => {
    if (t.kind === 'days') return `RDATE;VALUE=DATE:${compact(dateOn(base, t.day + after))}`;
    return form === 'utc' ? `RDATE:${compact(wallAt(base, t.day + after, minute))}Z` : `RDATE;TZID=${t.zone}:${compact(wallAt(base, t.day + after, minute))}`;
  })];
}

/** What a new event is beside its times. Google refuses some of these on some calendars; that changes nothing. */
export const KINDS = {
  plain: {}, free: { transparency: 'transparent' }, tentative: { status: 'tentative' }, private: { visibility: 'private' },
  focusTime: { eventType: 'focusTime', focusTimeProperties: {} }, outOfOffice: { eventType: 'outOfOffice', outOfOfficeProperties: {} },
  workingLocation: { eventType: 'workingLocation', visibility: 'public', transparency: 'transparent', workingLocationProperties: { type: 'homeOffice', homeOffice: {} } },
  birthday: { eventType: 'birthday', visibility: 'private', transparency: 'transparent', birthdayProperties: { type: 'birthday' } },
} as const;
export type Kind = keyof typeof KINDS;
export const anyKind: fc.Arbitrary<Kind> = fc.constantFrom<Kind>('plain', 'plain', 'plain', 'plain', 'plain', 'free', 'tentative', 'private', 'focusTime', 'outOfOffice', 'workingLocation', 'birthday');
