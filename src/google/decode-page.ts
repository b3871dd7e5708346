import type { CalendarEvent } from '../calendar/event.js';
import { Problem } from '../kernel/problem.js';
import { knownZone } from '../kernel/zone.js';
import { decodeEvent } from './decode-event.js';
import { isRecord, shortText } from './decode-text.js';
import type { EventsPage } from './google.port.js';

const LONGEST_TOKEN = 8_192;

/**
 * One page of `events.list` as it came. Items that are no event are counted, not passed over in silence.
 *
 * An answer without a list proves nothing, least of all that there are no events (design, invariant 8); so does a page
 * that leads back to itself, or to a page that cannot be asked for. @throws Problem GOOGLE_UNREACHABLE: ask again later
 */
export function decodePage(data: unknown, asked: { pageToken: string | null }): EventsPage {
  if (!isRecord(data) || !Array.isArray(data.items)) throw new Problem('GOOGLE_UNREACHABLE', 'Google answered with something that is not a list of events.', { call: 'events.list' });
  const zone = knownZone(shortText(data.timeZone) ?? '');
  const items: readonly unknown[] = data.items;
  const events = items.flatMap((item) => decodeEvent(item, zone) ?? []);
  const nextPageToken = readToken(data.nextPageToken);
  const isLost = nextPageToken === null ? data.nextPageToken !== undefined && data.nextPageToken !== null : nextPageToken === asked.pageToken;
  if (isLost) throw new Problem('GOOGLE_UNREACHABLE', 'A page of Google\'s does not lead on.', { call: 'events.list' });
  return {
    events, unreadable: items.length - events.length, nextPageToken, nextCursor: readToken(data.nextSyncToken),
    timeZone: zone, accessRole: shortText(data.accessRole),
  };
}
const readToken = (value: unknown): string | null => (typeof value === 'string' && value !== '' && value.length <= LONGEST_TOKEN ? value : null);

/** What stands in for an item of a live answer that is no event. */
const NO_EVENT = { id: '~no-event', status: 'confirmed' };

/** The events of one page of a live look (`singleEvents=true`). Google says of each that it touches the window: one whose
 *  time is not certain has none here (`when` null), so that it takes the whole of it. */
export function certainTimes(page: EventsPage): CalendarEvent[] {
  const strangers = Array.from({ length: page.unreadable }, () => decodeEvent(NO_EVENT) ?? []).flat();
  return [...page.events, ...strangers].map((event) => (event.unparsed === null ? event : { ...event, when: null }));
}
