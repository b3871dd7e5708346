import { blockingOf } from './busy.js';
import type { CalendarEvent } from './event.js';

/** What the coach once said about a title. */
export type NamedTitle = { readonly kind: 'client'; readonly clientId: string } | { readonly kind: 'not-a-client' };

/** Who an event on a `sessions` calendar is with. Only `guest` and `named` are sessions; the rest is plain busy to clients. */
export type SessionClaim =
  | { readonly kind: 'guest'; readonly email: string; readonly displayName: string | null }
  | { readonly kind: 'named'; readonly clientId: string }
  /** Nobody is invited, and the coach has not yet said whose title this is. `key` is where the answer is kept. */
  | { readonly kind: 'unnamed'; readonly title: string; readonly key: string }
  /** Somebody else organises it: it cannot be moved by us. `organizer` is null if Google does not show who; `others` counts
   *  the guests beside us and the organizer; `isUnanswered`: the coach has not yet said whether they come. */
  | { readonly kind: 'not-ours'; readonly isUnanswered: boolean; readonly organizer: { readonly email: string; readonly displayName: string | null } | null; readonly others: number }
  /** Several outside guests; with `attendeesOmitted` the size is a lower bound. */
  | { readonly kind: 'group'; readonly size: number }
  | { readonly kind: 'plain'; readonly why: 'all-day' | 'free' | 'no-title' | 'not-a-client' | 'type' | 'unparsed' | 'read-only' };

/** Titles that are nobody until the coach says otherwise, as normalTitle writes them. Only whole titles: "lunch with dana" is asked about. */
const NOBODY: ReadonlySet<string> = new Set([
  'lunch', 'lunch break', 'break', 'coffee', 'coffee break', 'breakfast', 'dinner', 'mittag', 'mittagessen', 'mittagspause',
  'pause', 'pranzo', 'almuerzo', 'déjeuner', 'day off', 'off', 'holiday', 'holidays', 'vacation', 'pto', 'urlaub', 'frei',
  'feiertag', 'ferien', 'sick', 'krank', 'focus', 'focus time', 'admin', 'admin time', 'paperwork', 'emails', 'travel',
  'commute', 'anreise', 'fahrt', 'dentist', 'doctor', 'zahnarzt', 'arzt', 'gym', 'workout', 'sport', 'yoga', 'school run',
  'blocked', 'block', 'busy', 'hold', 'do not book', 'private', 'privat', 'personal', 'buffer', 'out of office',
]);

/**
 * Whose session `event` is (design, "Who is in a session"). A guest is one who is not this calendar (`self`), not its
 * organizer, not a room, and not in `ownAddresses` (lower case; needed on secondary calendars, where the coach's own
 * address is not `self`). A guest who declined still is the guest. Guests win over titles; no address is guessed.
 */
export function sessionClaim(
  event: CalendarEvent, titles: ReadonlyMap<string, NamedTitle>, ownAddresses: ReadonlySet<string> = new Set(),
): SessionClaim {
  if (event.unparsed !== null || (event.when === null && event.status !== 'cancelled')) return plain('unparsed');
  if (event.when?.kind === 'all-day') return plain('all-day');
  if (event.eventType !== 'default') return plain('type');
  if (blockingOf(event) === 'free') return plain('free');
  const outside = event.attendees.filter((guest) =>
    !guest.self && !guest.organizer && !guest.resource && !ownAddresses.has(guest.email.toLowerCase()));
  if (!event.organizedHere) return notOurs(event, outside.length);
  const [guest, ...more] = outside;
  if (more.length > 0 || event.attendeesOmitted) return { kind: 'group', size: Math.max(2, outside.length) };
  if (guest) return { kind: 'guest', email: guest.email, displayName: guest.displayName };
  return byTitle(event.summary ?? '', titles);
}

function notOurs(event: CalendarEvent, others: number): SessionClaim {
  const organizer = event.attendees.find((guest) => guest.organizer) ?? event.organizer;
  return {
    kind: 'not-ours',
    isUnanswered: event.attendees.some((guest) => guest.self && guest.responseStatus === 'needsAction'),
    organizer: organizer ? { email: organizer.email, displayName: organizer.displayName } : null,
    others,
  };
}

function byTitle(title: string, titles: ReadonlyMap<string, NamedTitle>): SessionClaim {
  const key = normalTitle(title);
  if (key === '') return plain('no-title');
  const named = titles.get(key);
  if (named?.kind === 'client') return { kind: 'named', clientId: named.clientId };
  if (named || NOBODY.has(key)) return plain('not-a-client');
  return { kind: 'unnamed', title: title.trim(), key };
}

const plain = (why: Extract<SessionClaim, { kind: 'plain' }>['why']): SessionClaim => ({ kind: 'plain', why });

const CLOCK = String.raw`\d{1,2}[:.]\d{2}`;
const UNIT = String.raw`(?:h|uhr|am|pm|a\.m\.|p\.m\.)`;
const LENGTH = String.raw`(?:min|mins|minute|minutes|minuten|std|stunde|stunden|hr|hrs|hour|hours)\.?`;
/** "13:00", "13.30 Uhr", "1pm", "13h", "13h30", "13-14h", "60 min"; never a bare number: "Client 1" is not "Client 2". */
const TIMES = new RegExp(
  String.raw`(?<![\p{L}\p{N}.:])(?:${CLOCK}(?:\s*${UNIT})?|\d{1,2}h\d{2}|(?:\d{1,2}\s*[-–]\s*)?\d{1,2}\s*${UNIT}|\d{1,3}\s*[-]?\s*${LENGTH})(?![\p{L}\p{N}])`,
  'gu',
);

/** Punctuation that is left standing when a time is taken out. */
const LOOSE = String.raw`[\s\-–—,;:.|/@·•+~]`;
const EMPTY_BRACKETS = new RegExp(String.raw`[([{]${LOOSE}*[)\]}]`, 'g');
const LOOSE_ENDS = new RegExp(`^${LOOSE}+|${LOOSE}+$`, 'g');
const LONGEST_KEY = 200;

/** The key under which a named title is remembered: "Dana 13h", "dana  (60 min)" and "13:00 – Dana" are all "dana". At most
 *  200 characters. Applying it twice changes nothing. Empty if nothing but times and punctuation is there. */
export function normalTitle(summary: string): string {
  let text = [...summary.slice(0, 4 * LONGEST_KEY).normalize('NFKC').toLowerCase().normalize('NFKC')].slice(0, LONGEST_KEY).join('');
  for (;;) {
    const next = text
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .replace(TIMES, ' ')
      .replace(EMPTY_BRACKETS, ' ')
      .replace(/ {2,}/g, ' ')
      .replace(LOOSE_ENDS, '');
    if (next === text) return text;
    text = next;
  }
}
