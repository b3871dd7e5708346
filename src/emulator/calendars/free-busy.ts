import { ApiError, invalid, required, timeRangeEmpty } from '../http/api-error.js';
import { accessTo } from './access.js';
import type { Caller } from '../caller.js';
import { occurrences } from '../events/occurrences.js';
import { EVERYTHING } from '../events/wanted.js';
import { instantOf } from '../events/filter.js';
import type { JsonObject, StoredEvent } from '../store/model.js';
import type { Store } from '../store/store.js';
import { isZone, parseDateTime, rfc3339 } from '../series/zone-time.js';

/** The rule suggested in the sheet (2.2); Google's own for unanswered invitations is not documented. */
function isBusy(row: StoredEvent): boolean {
  const { content } = row;
  if (content.status === 'cancelled' || content.transparency === 'transparent') return false;
  if (content.eventType === 'workingLocation' || content.eventType === 'birthday') return false;
  return content.attendees?.find((each) => each.email.toLowerCase() === row.calendarId)?.responseStatus !== 'declined';
}

/** Most calendars that one query may name (sheet 5, `calendarExpansionMax`). */
const MOST_CALENDARS = 50;
const LONGEST_RANGE_MS = 93 * 86_400_000;

function checkExpansion(body: JsonObject, name: string, most: number): number {
  const value = body[name] ?? most;
  if (typeof value !== 'number' || value < 1 || value > most) throw invalid(`Invalid value for: ${name}`);
  return value;
}

/**
 * freeBusy.query: merged busy stretches, in UTC or the asked zone; a calendar that is named twice is one. What is wrong with one calendar is told in its
 * place, with 200 for the whole (sheet 5). Throws the 400s of wrong times.
 */
export function queryFreeBusy(store: Store, caller: Caller, body: JsonObject): JsonObject {
  const zone = body['timeZone'] ?? 'UTC';
  if (typeof zone !== 'string' || !isZone(zone)) throw invalid('Invalid value for: timeZone');
  const read = (name: string): number => {
    const value = body[name];
    if (typeof value !== 'string') throw required(`Missing ${name}.`);
    const ms = parseDateTime(value, undefined);
    if (ms === undefined) throw invalid(`Invalid value for: ${name}`);
    return ms;
  };
  const [timeMinMs, timeMaxMs] = [read('timeMin'), read('timeMax')];
  if (timeMaxMs <= timeMinMs) throw timeRangeEmpty();
  if (timeMaxMs - timeMinMs > LONGEST_RANGE_MS) throw new ApiError(400, 'timeRangeTooLong', 'The requested time range is too long.', { domain: 'calendar', locationType: 'parameter', location: 'timeMax' });
  const items = Array.isArray(body['items']) ? (body['items'] as JsonObject[]) : [];
  const most = checkExpansion(body, 'calendarExpansionMax', MOST_CALENDARS);
  checkExpansion(body, 'groupExpansionMax', 100);
  const ids = new Set(items.map(({ id }) => {
    if (typeof id !== 'string') throw required('Missing calendar id.');
    return id;
  }));
  const tooMany: JsonObject = { errors: [{ domain: 'global', reason: 'tooManyCalendarsRequested' }], busy: [] };
  const calendars = Object.fromEntries([...ids].map((id, i) => [id, i < most ? busyOf(store, caller, id, timeMinMs, timeMaxMs, zone) : tooMany]));
  return { kind: 'calendar#freeBusy', timeMin: new Date(timeMinMs).toISOString(), timeMax: new Date(timeMaxMs).toISOString(), calendars };
}

function busyOf(store: Store, caller: Caller, id: string, timeMinMs: number, timeMaxMs: number, zone: string): JsonObject {
  let calendar;
  try {
    calendar = accessTo(store, caller, id).calendar;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { errors: [{ domain: 'global', reason: 'notFound' }], busy: [] };
    throw error;
  }
  const { timeZone } = calendar;
  const stretches: { start: number; end: number }[] = [];
  for (const { row } of occurrences(store, calendar.id, { ...EVERYTHING, singleEvents: true, timeMinMs, timeMaxMs }, timeZone)) {
    if (row === undefined || !isBusy(row)) continue;
    const start = Math.max(instantOf(row.content.start, timeZone), timeMinMs), end = Math.min(instantOf(row.content.end, timeZone), timeMaxMs);
    const last = stretches.at(-1);
    if (start >= end) continue;
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else stretches.push({ start, end });
  }
  return { busy: stretches.map((each) => ({ start: rfc3339(each.start, zone), end: rfc3339(each.end, zone) })) };
}
