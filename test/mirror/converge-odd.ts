/** Resources that no form of Google's makes and that have been seen all the same, or might be. */
import { DAY_MS } from './converge-events.js';
import type { Json } from './converge-call.js';

/** `exact`: what it means is beyond doubt. Else only that it is there, and takes the time it is known to have. */
export const ODD: Readonly<Record<string, { readonly exact: boolean; readonly make: (id: string, atMs: number) => Json }>> = {
  unknownType: { exact: true, make: (id, at) => ({ id, ...lasting(at), eventType: 'hologram' }) },
  loneException: { exact: true, make: (id, at) => ({ id: `${id}_${slot(at)}`, recurringEventId: id, originalStartTime: { dateTime: text(at), timeZone: 'UTC' }, ...lasting(at + 3_600_000) }) },
  omittedGuests: { exact: true, make: (id, at) => ({ id, ...lasting(at), attendeesOmitted: true, attendees: [{ email: 'someone@else.example', responseStatus: 'accepted' }] }) },
  strangeTitle: { exact: true, make: (id, at) => ({ id, ...lasting(at), summary: 'NUL \u0000 and half \ud83d a pair' }) },
  longId: { exact: true, make: (id, at) => ({ id: id + 'v'.repeat(900), ...lasting(at) }) },
  withoutEnd: { exact: false, make: (id, at) => ({ id, ...stamp(at), status: 'confirmed', start: { dateTime: text(at) } }) },
  withoutTimes: { exact: false, make: (id, at) => ({ id, ...stamp(at), status: 'confirmed', summary: 'when?' }) },
  backwards: { exact: false, make: (id, at) => ({ id, ...stamp(at), status: 'confirmed', start: { dateTime: text(at) }, end: { dateTime: text(at - 3_600_000) } }) },
  noSuchDay: { exact: false, make: (id, at) => ({ id, ...stamp(at), status: 'confirmed', start: { date: '2027-02-30' }, end: { date: '2027-02-31' } }) },
  farYear: { exact: false, make: (id, at) => ({ id, ...stamp(at), status: 'confirmed', start: { dateTime: '9999-12-31T10:00:00Z' }, end: { dateTime: '9999-12-31T11:00:00Z' } }) },
  brokenRule: { exact: false, make: (id, at) => ({ id, ...lasting(at), recurrence: ['RRULE:FREQ=FORTNIGHTLY'] }) },
  everySecond: { exact: false, make: (id, at) => ({ id, ...lasting(at), recurrence: ['RRULE:FREQ=SECONDLY'] }) },
  noSuchZone: { exact: false, make: (id, at) => ({ id, ...stamp(at), status: 'confirmed', start: { dateTime: text(at), timeZone: 'Mars/Olympus' }, end: { dateTime: text(at + 3_600_000), timeZone: 'Mars/Olympus' }, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'] }) },
  numbers: { exact: false, make: (id, at) => ({ id, ...stamp(at), status: 7, summary: 12, start: 5, end: [], attendees: 'nobody', recurrence: { a: 1 } }) },
};
export const ODD_NAMES = Object.keys(ODD);

const text = (ms: number): string => new Date(ms).toISOString().replace('.000', '');
const slot = (ms: number): string => text(ms).replace(/[-:]/g, '');
/** As Google's resources always have them. */
const stamp = (at: number): Json => ({ etag: `"${at}"`, updated: new Date(at).toISOString() });
const lasting = (at: number): Json => ({ ...stamp(at), status: 'confirmed', summary: 'odd', start: { dateTime: text(at), timeZone: 'UTC' }, end: { dateTime: text(at + DAY_MS / 24), timeZone: 'UTC' } });
