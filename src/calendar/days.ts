/** Arithmetic on days of the Gregorian calendar, numbered from 1 January 1970, and on months, numbered from January 1970. */
import { DAY } from '../kernel/interval.js';

export const dayOf = (wallMs: number): number => Math.floor(wallMs / DAY);
/** 0 = Monday. The epoch began on a Thursday. */
export const weekdayOf = (day: number): number => (((day + 3) % 7) + 7) % 7;
export const dateText = (wallMs: number): string => {
  const text = new Date(wallMs).toISOString();
  return text.slice(0, text.indexOf('T'));
};
/** Midnight, as floating time, of a `YYYY-MM-DD`. */
export const dateMs = (date: string): number => Date.parse(`${date}T00:00:00Z`);

export function monthOf(day: number): number {
  const date = new Date(day * DAY);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}
/** The day on which a month begins. */
export const monthStart = (month: number): number => Date.UTC(1970, month, 1) / DAY;
export const dayOfMonth = (day: number): number => new Date(day * DAY).getUTCDate();
/** 1 = January. */
export const monthInYear = (month: number): number => (((month % 12) + 12) % 12) + 1;
