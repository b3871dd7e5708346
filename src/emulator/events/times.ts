import { type ApiError, invalid, required, timeRangeEmpty } from '../http/api-error.js';
import { BadRecurrence, parseRecurrence } from '../series/recurrence-lines.js';
import { dateMs, isZone, parseDateTime, rfc3339 } from '../series/zone-time.js';
import type { EventTime, Json, JsonObject } from '../store/model.js';
import { asObject, asText } from './json.js';

/** Midnight UTC of a date, or the instant: comparable within one event. */
export const timeMs = (time: EventTime): number => ('date' in time ? Date.parse(`${time.date}T00:00:00Z`) : time.atMs);

/** A stored time as Google shows it: offset of `zone`, name of the event's own zone. */
export const showTime = (time: EventTime, zone: string): JsonObject =>
  'date' in time ? { date: time.date } : { dateTime: rfc3339(time.atMs, zone), timeZone: time.timeZone };

const badFormat = (text: string): ApiError => invalid(`Invalid value for: Invalid format: "${text}"`);

function readTime(value: Json | undefined, which: 'start' | 'end', zone: string, isRecurring: boolean): EventTime {
  const time = asObject(value);
  const date = asText(time?.['date']), dateTime = asText(time?.['dateTime']), named = asText(time?.['timeZone']);
  if (date === undefined && dateTime === undefined) throw required(`Missing ${which} time.`);
  if (date !== undefined && dateTime !== undefined) throw invalid(`Invalid ${which} time.`);
  if (named !== undefined && !isZone(named)) throw invalid(`Invalid time zone definition for ${which} time.`);
  if (date !== undefined) {
    if (dateMs(date) === undefined) throw badFormat(date);
    return { date };
  }
  const atMs = parseDateTime(dateTime ?? '', named);
  const noZone = required(`Missing time zone definition for ${which} time.`);
  // Without an offset it may still be a local time, which lacks nothing but a zone.
  if (atMs === undefined) throw named === undefined && parseDateTime(dateTime ?? '', 'UTC') !== undefined ? noZone : badFormat(dateTime ?? '');
  if (isRecurring && named === undefined) throw noZone;
  return { atMs, timeZone: named ?? zone };
}

function readRecurrence(value: Json | undefined, start: EventTime): string[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const lines = value.map(String);
  try {
    parseRecurrence(lines, start);
  } catch (error) {
    if (error instanceof BadRecurrence) throw invalid(`Invalid recurrence rule: ${error.message}`);
    throw error;
  }
  return lines;
}

/**
 * Start, end and rule of a body (sheet 2). A time without a zone is in the calendar's `zone`, but a series must name its own.
 * Throws 400 `required`, `invalid`, and `timeRangeEmpty` for an end before the start, or not after it for all-day dates.
 */
export function readTimes(body: JsonObject, zone: string): { start: EventTime; end: EventTime; recurrence?: string[] } {
  const isRecurring = Array.isArray(body['recurrence']) && body['recurrence'].length > 0;
  const start = readTime(body['start'], 'start', zone, isRecurring), end = readTime(body['end'], 'end', zone, isRecurring);
  if ('date' in start !== 'date' in end) throw invalid('Start and end times must either both be date or both be dateTime.');
  if (timeMs(end) < timeMs(start) || ('date' in start && timeMs(end) === timeMs(start))) throw timeRangeEmpty();
  const recurrence = readRecurrence(body['recurrence'], start);
  return { start, end, ...(recurrence === undefined ? {} : { recurrence }) };
}
