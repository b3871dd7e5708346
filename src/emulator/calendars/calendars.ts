import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { invalid, required } from '../http/api-error.js';
import type { Account, Calendar, EventLabel, Json, JsonObject } from '../store/model.js';
import type { Store } from '../store/store.js';
import { isZone } from '../series/zone-time.js';
import { storeNewCalendar } from './new-calendar.js';

const MOST_LABELS = 200, LONGEST_LABEL = 50;

/** What a client may write of a calendar. */
type Written = Pick<Calendar, 'summary' | 'description' | 'location' | 'timeZone' | 'labels'>;

function readLabels(value: Json | undefined): readonly EventLabel[] {
  const list = ((value as JsonObject | undefined)?.['eventLabels'] ?? []) as JsonObject[];
  if (list.length > MOST_LABELS) throw invalid('Too many event labels.');
  const labels = list.map(({ id, name, backgroundColor }): EventLabel => {
    if (typeof backgroundColor !== 'string' || !/^#[0-9a-f]{6}$/i.test(backgroundColor)) throw invalid('Invalid value for: backgroundColor');
    if (typeof name === 'string' && [...name].length > LONGEST_LABEL) throw invalid('Invalid value for: name');
    return { id: typeof id === 'string' && id !== '' ? id : randomUUID(), ...(typeof name === 'string' ? { name } : {}), backgroundColor };
  });
  if (new Set(labels.map(({ id }) => id)).size !== labels.length) throw invalid('Invalid value for: id');
  return labels;
}

/** What a calendar is after a write: `before` with what the body says; null, and an empty text, take a field away. Throws 400. */
function readCalendar(body: JsonObject, before: Partial<Written>, usualZone: string): Written {
  const { summary, timeZone, labelProperties } = body;
  const title = summary === undefined ? before.summary : summary;
  if (typeof title !== 'string' || title === '') throw required('Missing summary.');
  const zone = timeZone ?? before.timeZone ?? usualZone;
  if (typeof zone !== 'string' || !isZone(zone)) throw invalid('Invalid time zone.');
  const kept = (name: 'description' | 'location'): Partial<Written> => {
    const value = body[name] === undefined ? before[name] : body[name];
    return typeof value === 'string' && value !== '' ? { [name]: value } : {};
  };
  const labels = labelProperties === undefined || labelProperties === null ? before.labels ?? [] : readLabels(labelProperties);
  return { summary: title, timeZone: zone, ...kept('description'), ...kept('location'), ...(labels.length > 0 ? { labels } : {}) };
}

/** calendars.insert: a secondary calendar of the account, made by this OAuth client. Throws 400. */
export function insertCalendar(store: Store, account: Account, clientId: string, body: JsonObject): JsonObject {
  return store.transact(() => {
    const calendar: Calendar = {
      id: `c_${randomBytes(32).toString('hex')}@group.calendar.google.com`, ...readCalendar(body, {}, account.timeZone), owner: account.email, primary: false,
      createdBy: clientId, revision: store.nextRevision(),
    };
    storeNewCalendar(store, calendar);
    return showCalendar(calendar);
  });
}

/**
 * calendars.patch and calendars.update: merge, or full replacement (zone and labels stay where a PUT leaves them out).
 * Nobody's list reports it: these fields are read-only there (sheet 5). Throws 400.
 */
export function changeCalendar(store: Store, calendar: Calendar, kind: 'patch' | 'update', body: JsonObject): JsonObject {
  const { summary, description, location, labels, ...rest } = calendar;
  const zone = { timeZone: calendar.timeZone }, marked = labels === undefined ? {} : { labels };
  const before = kind === 'update' ? { ...zone, ...marked } : { summary, ...zone, ...marked, ...(description === undefined ? {} : { description }), ...(location === undefined ? {} : { location }) };
  const changed: Calendar = { ...rest, ...readCalendar(body, before, calendar.timeZone) };
  if (etagOf(changed) === etagOf(calendar)) return showCalendar(calendar);
  return store.transact(() => {
    const saved: Calendar = { ...changed, revision: store.nextRevision() };
    store.putCalendar(saved);
    return showCalendar(saved);
  });
}

/** The calendar resource, keys in the recorded order. */
export const showCalendar = (calendar: Calendar): JsonObject => ({ kind: 'calendar#calendar', etag: etagOf(calendar), ...shown(calendar) });

const shown = (calendar: Calendar): JsonObject => ({
  id: calendar.id, summary: calendar.summary,
  ...(calendar.description === undefined ? {} : { description: calendar.description }),
  ...(calendar.location === undefined ? {} : { location: calendar.location }),
  timeZone: calendar.timeZone, ...(calendar.primary || calendar.owner === '' ? {} : { dataOwner: calendar.owner }),
  conferenceProperties: { allowedConferenceSolutionTypes: ['hangoutsMeet'] },
  labelProperties: { eventLabels: (calendar.labels ?? []).map((label) => ({ ...label })) },
});

/** A hash of what is shown (recorded: base64-like, not a number; sheet 5). */
export const etagOf = (calendar: Calendar): string => `"${createHash('sha1').update(JSON.stringify(shown(calendar))).digest('base64url')}"`;
