import { ApiError, invalid, timeRangeEmpty, updatedMinTooLongAgo } from '../http/api-error.js';
import type { Query } from '../http/query.js';
import type { Wanted } from './filter.js';

const EVENT_TYPES = ['default', 'outOfOffice', 'focusTime', 'workingLocation', 'birthday', 'fromGmail'];
/** Parameters that a sync token cannot be combined with (sheet 1.1). */
const RESTRICTIONS = ['timeMin', 'timeMax', 'updatedMin', 'q', 'iCalUID', 'privateExtendedProperty', 'sharedExtendedProperty'];
/** How far back `updatedMin` may lie; about 30 days is reported (sheet 1.4). */
const LONGEST_UPDATED_MIN_MS = 30 * 86_400_000;

/** A plain list: what every part of `Wanted` is when nothing is asked. */
export const EVERYTHING: Wanted = { singleEvents: false, showDeleted: false, eventTypes: [], privateProperties: [], sharedProperties: [] };

/** What an events.list asks for. Throws the 400s of sheet 1.6, and 410 for an `updatedMin` too far back. */
export function readWanted(query: Query, nowMs: number): Wanted {
  const [timeMinMs, timeMaxMs, updatedMinMs] = [query.timeMs('timeMin'), query.timeMs('timeMax'), query.timeMs('updatedMin')];
  if (timeMinMs !== undefined && timeMaxMs !== undefined && timeMaxMs <= timeMinMs) throw timeRangeEmpty();
  if (updatedMinMs !== undefined && updatedMinMs < nowMs - LONGEST_UPDATED_MIN_MS) throw updatedMinTooLongAgo();
  const [iCalUID, q] = [query.text('iCalUID'), query.text('q')];
  for (const name of ['privateExtendedProperty', 'sharedExtendedProperty']) {
    if (query.texts(name).some((each) => each.indexOf('=') < 1)) throw invalid(`Invalid value for: ${name}`, name);
  }
  if (query.texts('eventTypes').some((each) => !EVENT_TYPES.includes(each))) throw invalid('Invalid value for: eventTypes', 'eventTypes');
  return {
    singleEvents: query.flag('singleEvents'), showDeleted: query.flag('showDeleted'), eventTypes: query.texts('eventTypes'),
    ...(timeMinMs === undefined ? {} : { timeMinMs }), ...(timeMaxMs === undefined ? {} : { timeMaxMs }),
    ...(updatedMinMs === undefined ? {} : { updatedMinMs }), ...(iCalUID === undefined ? {} : { iCalUID }), ...(q === undefined ? {} : { q }),
    privateProperties: query.texts('privateExtendedProperty'), sharedProperties: query.texts('sharedExtendedProperty'),
  };
}

/** Throws the 400 for a sync token that comes with a parameter it forbids. */
export function checkAloneness(query: Query): void {
  if (query.has('orderBy')) throw new ApiError(400, 'syncTokenWithNonDefaultOrdering', 'Sync token cannot be used with non-default ordering.', { domain: 'calendar' });
  if (RESTRICTIONS.some((name) => query.has(name)) || query.text('showDeleted') === 'false') {
    throw new ApiError(400, 'syncTokenWithRequestRestrictions', 'Sync token cannot be used with other request restrictions.', { domain: 'calendar' });
  }
}

/** Only what differs from a plain list, so that tokens stay short. */
export function sparse(wanted: Wanted): Partial<Wanted> {
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== false && !(Array.isArray(value) && value.length === 0)));
}
