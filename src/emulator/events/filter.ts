import { timeMs } from './content.js';
import type { Lookup } from '../store/event-index.js';
import type { EventTime, Role, StoredEvent } from '../store/model.js';
import { isMasked, visibleGuests } from './view.js';
import { fromWall } from '../series/zone-time.js';

/** What a list asks for, apart from paging; it also travels inside the sync token (sheet 1.4). */
export interface Wanted {
  readonly singleEvents: boolean;
  readonly showDeleted: boolean;
  readonly eventTypes: readonly string[];
  readonly timeMinMs?: number;
  readonly timeMaxMs?: number;
  readonly updatedMinMs?: number;
  readonly iCalUID?: string;
  readonly q?: string;
  readonly privateProperties: readonly string[];
  readonly sharedProperties: readonly string[];
  /** Of who asks, so that filters find nothing in what they may not read; absent: they may read all. Not part of a token. */
  readonly role?: Role;
}

/** Instant at which a time begins; an all-day date begins at midnight in the calendar's zone. */
export const instantOf = (time: EventTime, zone: string): number => ('date' in time ? fromWall(timeMs(time), zone) : time.atMs);

/** True if an event with these times meets the window: it ends after timeMin and starts before timeMax, both exclusive. */
export function isInWindow(start: EventTime, end: EventTime, wanted: Wanted, zone: string): boolean {
  if (wanted.timeMinMs !== undefined && instantOf(end, zone) <= wanted.timeMinMs) return false;
  return wanted.timeMaxMs === undefined || instantOf(start, zone) < wanted.timeMaxMs;
}

const hasAll = (properties: Record<string, string> | undefined, wanted: readonly string[]): boolean =>
  wanted.every((each) => {
    const equals = each.indexOf('=');
    return properties?.[each.slice(0, equals)] === each.slice(equals + 1);
  });

function mentions(row: StoredEvent, q: string): boolean {
  const { content, organizer, creator } = row;
  const text = [content.summary, content.description, content.location, organizer.email, organizer.displayName, creator.email,
    ...(visibleGuests(row) ?? []).flatMap((each) => [each.email, each.displayName])].join('\n').toLowerCase();
  return q.toLowerCase().split(/\s+/).filter((each) => each !== '').every((each) => text.includes(each));
}

const looksInside = ({ q, privateProperties, sharedProperties }: Wanted): boolean => q !== undefined || privateProperties.length + sharedProperties.length > 0;

/** Filters that do not look at times. What is masked for who asks is not found by its content. */
export function isWanted(row: StoredEvent, wanted: Wanted): boolean {
  const { content } = row;
  if (wanted.role !== undefined && looksInside(wanted) && isMasked(row, wanted.role)) return false;
  if (wanted.eventTypes.length > 0 && !wanted.eventTypes.includes(content.eventType)) return false;
  if (wanted.iCalUID !== undefined && row.iCalUID !== wanted.iCalUID) return false;
  if (wanted.updatedMinMs !== undefined && row.updatedUs < wanted.updatedMinMs * 1000) return false;
  if (!hasAll(content.extendedProperties?.private, wanted.privateProperties)) return false;
  if (!hasAll(content.extendedProperties?.shared, wanted.sharedProperties)) return false;
  return wanted.q === undefined || mentions(row, wanted.q);
}

/** The index that finds the rows of a question directly, if it names an iCalUID or an extended property. */
export function lookupOf(wanted: Wanted): Lookup | undefined {
  if (wanted.iCalUID !== undefined) return { iCalUID: wanted.iCalUID };
  const [own] = wanted.privateProperties, [shared] = wanted.sharedProperties;
  if (own !== undefined) return { side: 'private', property: own };
  return shared === undefined ? undefined : { side: 'shared', property: shared };
}
