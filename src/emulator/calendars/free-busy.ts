import { ApiError, invalid, required, timeRangeEmpty } from '../http/api-error.js';
import { accessTo } from './access.js';
import type { Caller } from '../emulator.js';
import { expandAll } from '../events/expand.js';
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

/** freeBusy.query: merged busy stretches, in UTC or the asked zone. Unknown calendars are named in their place. */
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
  if (timeMaxMs - timeMinMs > 93 * 86_400_000) throw new ApiError(400, 'timeRangeTooLong', 'The requested time range is too long.', { domain: 'calendar', locationType: 'parameter', location: 'timeMax' });
  const items = Array.isArray(body['items']) ? (body['items'] as JsonObject[]) : [];
  const calendars: JsonObject = {};
  for (const { id } of items) {
    if (typeof id !== 'string') throw required('Missing calendar id.');
    calendars[id] = busyOf(store, caller, id, timeMinMs, timeMaxMs, zone);
  }
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
  const rows = expandAll(store, calendar.id, { singleEvents: true, showDeleted: false, eventTypes: [], privateProperties: [], sharedProperties: [], timeMinMs, timeMaxMs }, timeZone);
  const stretches: { start: number; end: number }[] = [];
  for (const row of rows.filter(isBusy)) {
    const start = Math.max(instantOf(row.content.start, timeZone), timeMinMs), end = Math.min(instantOf(row.content.end, timeZone), timeMaxMs);
    const last = stretches.at(-1);
    if (start >= end) continue;
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else stretches.push({ start, end });
  }
  return { busy: stretches.map((each) => ({ start: rfc3339(each.start, zone), end: rfc3339(each.end, zone) })) };
}
