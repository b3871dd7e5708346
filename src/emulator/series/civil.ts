/** Calendar arithmetic on day numbers: whole days since 1 January 1970 in the proleptic Gregorian calendar, any year. */

export const DAY_MS = 86_400_000;

/** Day number of 31 December 9999, the last date that iCalendar and RFC 3339 can write. */
export const LAST_DAY = 2_932_896;

const STARTS = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
const LEAP_STARTS = STARTS.map((days, month) => days + (month > 1 ? 1 : 0));

export const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** Day number of 1 January. */
export const yearStart = (year: number): number =>
  365 * (year - 1970) + Math.floor((year - 1969) / 4) - Math.floor((year - 1901) / 100) + Math.floor((year - 1601) / 400);

/** Days of a year that lie before each month (0 = January); one entry more than there are months: the length of the year. */
export const monthStarts = (year: number): readonly number[] => (isLeap(year) ? LEAP_STARTS : STARTS);

/** Day number of the first of a month; `month` counts from January of the year 0. */
export function monthStart(month: number): number {
  const year = Math.floor(month / 12);
  return yearStart(year) + (monthStarts(year)[month - 12 * year] ?? 0);
}

/** 0 = Sunday. */
export const weekdayOf = (day: number): number => ((day % 7) + 11) % 7;

export function yearOf(day: number): number {
  let year = Math.floor(day / 365.2425) + 1970;
  while (yearStart(year) > day) year--;
  while (yearStart(year + 1) <= day) year++;
  return year;
}

/** A date: `month` 1 to 12, and how many days that month has. */
export interface Civil { readonly year: number; readonly month: number; readonly dayOfMonth: number; readonly monthLength: number }

export function civilOf(day: number): Civil {
  const year = yearOf(day), starts = monthStarts(year), ofYear = day - yearStart(year);
  let month = 1;
  while ((starts[month] ?? Infinity) <= ofYear) month++;
  const before = starts[month - 1] ?? 0;
  return { year, month, dayOfMonth: ofYear - before + 1, monthLength: (starts[month] ?? 0) - before };
}

/** Day of which a wall clock, written as if it were UTC ms, is part. */
export const dayOf = (wallMs: number): number => Math.floor(wallMs / DAY_MS);
