import type { CalendarEvent } from '../calendar/event.js';
import { instant, MINUTE, type Instant } from '../kernel/interval.js';
import { readAddresses, readLength, readName } from './inbox-text.js';
import type { Words } from './inbox-words.js';

/** Why an event on the requests calendar cannot be read as a request. */
export type Unclear = 'no-address' | 'several-addresses' | 'all-day' | 'recurring' | 'length' | 'cannot-be-read';

/** What the coach means by an event that they dropped. `length` in whole minutes. */
export interface InboxWish { readonly email: string; readonly name: string; readonly start: Instant; readonly lengthMinutes: number; readonly sessionType: string }
export type InboxReading = { readonly is: 'wish'; readonly wish: InboxWish } | { readonly is: 'unclear'; readonly why: Unclear };

export interface InboxFacts {
  /** The coach's own addresses, lower case: they are nobody's client. */
  readonly own: ReadonlySet<string>;
  readonly sessionTypes: readonly { readonly name: string; readonly lengthMs: number }[];
}
/** What a request may last, as everywhere (database, `requests`). */
const SHORTEST_MIN = 5, LONGEST_MIN = 720;
const USUAL_TYPE = 'Session';

/**
 * Reads an event of the requests calendar: who, when, how long. `words` are the coach's own (`ownWords`). Never throws.
 *
 * - The address: of the only outside guest; else the only one in the title; else the only one in the description. None is guessed.
 * - The length: as the title says ("60 min", "1h"), or the line of the description that has the address; else that of the session
 *   type which the title names; else the event's own.
 */
export function readInboxEvent(event: CalendarEvent, words: Words, facts: InboxFacts): InboxReading {
  if (event.recurrence !== null || event.recurringEventId !== null) return unclear('recurring');
  if (event.when?.kind === 'all-day') return unclear('all-day');
  if (event.unparsed !== null || event.when === null) return unclear('cannot-be-read');
  const who = whoIn(event, words, facts.own);
  if ('why' in who) return unclear(who.why);
  const type = facts.sessionTypes.find(({ name }) => hasWords(words.title, name)) ?? null;
  const lengthMinutes = readLength(words.title) ?? readLength(who.line) ?? (type === null ? (event.when.end - event.when.start) / MINUTE : type.lengthMs / MINUTE);
  if (!Number.isInteger(lengthMinutes) || lengthMinutes < SHORTEST_MIN || lengthMinutes > LONGEST_MIN) return unclear('length');
  const name = who.name ?? readName(words.title, type?.name ?? null) ?? who.email.slice(0, who.email.indexOf('@'));
  return { is: 'wish', wish: { email: who.email, name, start: instant(event.when.start), lengthMinutes, sessionType: type?.name ?? USUAL_TYPE } };
}
const unclear = (why: Unclear): InboxReading => ({ is: 'unclear', why });

type Who = { readonly email: string; readonly name: string | null; /** Where it stands in the description, or nothing. */ readonly line: string };

function whoIn(event: CalendarEvent, words: Words, own: ReadonlySet<string>): Who | { readonly why: Unclear } {
  const outside = event.attendees.filter((a) => !a.self && !a.organizer && !a.resource && !own.has(a.email));
  const [guest, ...more] = outside;
  if (more.length > 0 || event.attendeesOmitted) return { why: 'several-addresses' };
  if (guest && guest.email !== '') return { email: guest.email, name: guest.displayName?.trim() || null, line: '' };
  for (const lines of [[words.title], words.description.split(/\n|<br\s*\/?>|<\/(?:p|li|div)>/iu)]) {
    const found = lines.flatMap((line) => readAddresses(line).filter((email) => !own.has(email)).map((email) => ({ email, line })));
    const emails = new Set(found.map((f) => f.email));
    if (emails.size > 1) return { why: 'several-addresses' };
    const [first] = found;
    if (first) return { email: first.email, name: null, line: lines.length > 1 || first.line !== words.title ? first.line : '' };
  }
  return { why: 'no-address' };
}

/** Does `text` have `name` in it, as words of their own, in any case? */
function hasWords(text: string, name: string): boolean {
  const at = text.toLowerCase().indexOf(name.trim().toLowerCase());
  if (at === -1 || name.trim() === '') return false;
  const letter = /[\p{L}\p{N}@._-]/u;
  return !letter.test(text.slice(0, at).slice(-1)) && !letter.test(text.slice(at + name.trim().length).slice(0, 1));
}

/** A time that cannot be asked for, or null. */
export const timeFault = (start: Instant, now: Instant, horizonMs: number): 'past' | 'too-far' | null =>
  start <= now ? 'past' : start - now > horizonMs ? 'too-far' : null;
