/** Dates and times as `recurrence` lines write them (RFC 5545 3.3.4, 3.3.5, 3.3.9). */

/** A date or time as it stands in a line. `wallMs` are the milliseconds at which UTC shows the same reading. */
export interface WrittenTime {
  readonly form: 'date' | 'floating' | 'utc';
  readonly wallMs: number;
  /** TZID of the line; null where the zone of the series is meant. */
  readonly zone: string | null;
  /** The end of an RDATE's PERIOD, or its length: whole days by the calendar, then real milliseconds (RFC 5545 3.3.6). */
  readonly until?: WrittenTime;
  readonly lasts?: { readonly days: number; readonly ms: number };
}

/** A value that could not be read; turned into a fault by readRecurrence. */
export class Unreadable extends Error {}

/** A date or time, or the start of a PERIOD with its end or length. @throws Unreadable */
export function readPeriod(text: string, zone: string | null): WrittenTime {
  const [from = '', to, ...more] = text.split('/');
  const start = readTime(from, zone);
  if (to === undefined) return start;
  if (more.length > 0 || start.form === 'date') throw new Unreadable(`not a period: ${text.slice(0, 40)}`);
  if (/^\d/.test(to)) return { ...start, until: readTime(to, zone) };
  const parts = /^\+?P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9})S)?)?$/i.exec(to);
  if (!parts) throw new Unreadable(`not a period: ${text.slice(0, 40)}`);
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part: string | undefined) => Number(part ?? 0));
  return { ...start, lasts: { days: weeks * 7 + days, ms: ((hours * 60 + minutes) * 60 + seconds) * 1000 } };
}

/** A date or time. @throws Unreadable */
export function readTime(text: string, zone: string | null): WrittenTime {
  const parts = /^(\d{4})(\d{2})(\d{2})(?:T([01]\d|2[0-3])([0-5]\d)([0-5]\d|60)(Z?))?$/i.exec(text);
  const [, year = '', month = '', day = '', hour, minute, second, utc] = parts ?? [];
  const dateMs = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  // Date.parse rolls 30 February over to March: read back what it understood
  if (!parts || Number.isNaN(dateMs) || new Date(dateMs).getUTCDate() !== Number(day)) {
    throw new Unreadable(`not a date: ${text.slice(0, 40)}`);
  }
  if (hour === undefined) return { form: 'date', wallMs: dateMs, zone };
  // Second 60 is read as 59 where leap seconds are not known (RFC 5545 3.3.12)
  const wallMs = dateMs + ((Number(hour) * 60 + Number(minute)) * 60 + Math.min(59, Number(second))) * 1000;
  return utc ? { form: 'utc', wallMs, zone: null } : { form: 'floating', wallMs, zone };
}
