/** Rules and series of every shape that RFC 5545 3.3.10 allows above the day, for property tests. */
import fc from 'fast-check';

export const ZONES = [
  'Europe/Berlin', 'America/New_York', 'America/Sao_Paulo', 'America/St_Johns', 'Asia/Kolkata', 'Asia/Kathmandu', 'Asia/Tehran', 'Africa/Casablanca',
  'Australia/Lord_Howe', 'Pacific/Apia', 'Pacific/Chatham', 'Antarctica/Troll', 'America/Santiago', 'Atlantic/Azores', 'UTC',
] as const;

export interface AnyRule {
  readonly freq: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';
  readonly interval: number;
  readonly byDay: readonly string[];
  readonly byMonthDay: readonly number[];
  readonly byYearDay: readonly number[];
  readonly byWeekNo: readonly number[];
  readonly byMonth: readonly number[];
  readonly bySetPos: readonly number[];
  readonly wkst: string | undefined;
}

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

/** Mostly none, else up to `most` values. */
const some = <T>(value: fc.Arbitrary<T>, most = 4): fc.Arbitrary<T[]> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant<T[]>([]) }, { weight: 1, arbitrary: fc.uniqueArray(value, { minLength: 1, maxLength: most }) });
const around = (most: number): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min: 1, max: most }), fc.integer({ min: -most, max: -1 }), fc.constantFrom(1, -1, most, -most));
const none = fc.constant<number[]>([]);
const plainDay = fc.constantFrom(...WEEKDAYS);
const countedDay = (most: number): fc.Arbitrary<string> => fc.tuple(around(most), plainDay).map(([nth, day]) => `${nth}${day}`);

const parts = (freq: AnyRule['freq'], of: Partial<{ [K in keyof AnyRule]: fc.Arbitrary<AnyRule[K]> }>): fc.Arbitrary<AnyRule> => fc.record({
  freq: fc.constant(freq), interval: fc.oneof({ weight: 2, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 2, max: 5 }) }),
  byDay: some(plainDay), byMonthDay: none, byYearDay: none, byWeekNo: none, byMonth: some(fc.integer({ min: 1, max: 12 }), 6), bySetPos: none,
  wkst: fc.option(plainDay, { nil: undefined }), ...of,
});
const positions = (most: number): fc.Arbitrary<number[]> => some(around(most), 3);

const yearlyBy = (of: Parameters<typeof parts>[1]): fc.Arbitrary<AnyRule> => parts('YEARLY', { bySetPos: positions(20), ...of });

export const anyRule: fc.Arbitrary<AnyRule> = fc.oneof(
  parts('DAILY', { byMonthDay: some(around(31), 6), bySetPos: positions(2) }),
  parts('WEEKLY', { bySetPos: positions(3) }),
  parts('MONTHLY', { byDay: some(fc.oneof(plainDay, countedDay(5))), byMonthDay: some(around(31), 6), bySetPos: positions(5) }),
  yearlyBy({ byDay: some(fc.oneof(plainDay, countedDay(5), countedDay(53))), byMonthDay: some(around(31), 6) }),
  yearlyBy({ byDay: some(fc.oneof(plainDay, countedDay(53))), byYearDay: some(around(366), 6), byMonthDay: some(around(31), 6) }),
  yearlyBy({ byWeekNo: fc.uniqueArray(around(53), { minLength: 1, maxLength: 4 }), byMonthDay: some(around(31), 6) }),
).map((rule) => {
  const others = rule.byDay.length + rule.byMonthDay.length + rule.byYearDay.length + rule.byWeekNo.length + rule.byMonth.length;
  return others === 0 ? { ...rule, bySetPos: [] } : rule;
});

/** The value of an RRULE, without COUNT and UNTIL. */
export function ruleText(rule: AnyRule): string {
  const list = (name: string, values: readonly (string | number)[]): string => (values.length === 0 ? '' : `;${name}=${values.join(',')}`);
  return `FREQ=${rule.freq}${rule.interval === 1 ? '' : `;INTERVAL=${rule.interval}`}${rule.wkst === undefined ? '' : `;WKST=${rule.wkst}`}` +
    list('BYMONTH', rule.byMonth) + list('BYWEEKNO', rule.byWeekNo) + list('BYYEARDAY', rule.byYearDay) + list('BYMONTHDAY', rule.byMonthDay) +
    list('BYDAY', rule.byDay) + list('BYSETPOS', rule.bySetPos);
}

/** Wall clocks as if they were UTC ms: any minute, and often one of the hours at which clocks change. */
export const anyWall: fc.Arbitrary<number> = fc.tuple(
  fc.oneof(fc.integer({ min: 12_800, max: 22_600 }), fc.integer({ min: 15_300, max: 15_345 })),
  fc.oneof(fc.integer({ min: 0, max: 1439 }), fc.constantFrom(0, 15, 60, 90, 120, 135, 150, 165, 179, 180, 195)),
).map(([day, minute]) => day * 86_400_000 + minute * 60_000);
