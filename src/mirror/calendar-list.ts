/** What a coach's list of calendars means for what we know of them. Pure: a known row and what was seen in, reactions out;
 *  `calendar-list.step.ts` carries them out. docs/mirror-calendars.md has them as a table. */
import type { CalendarListEntry } from '../google/google.port.js';
import { DAY, HOUR, MINUTE, plus, type Instant } from '../kernel/interval.js';
import { canWrite, isBusyOnly, isMirrored, mayBe, type MirroredRole, type Role } from './access-role.js';

/** How a calendar stands on its coach's list. Only `absent` means something here; the rest is how they like to look at it. */
export type Listed = 'shown' | 'deselected' | 'hidden' | 'absent';
export const listedAs = (entry: CalendarListEntry): Listed => (entry.isHidden ? 'hidden' : entry.isSelected ? 'shown' : 'deselected');

/** What we know of a calendar. `listed*` is what the list said last, and was heeded; null: it has not said anything yet. */
export interface KnownCalendar {
  readonly googleId: string;
  readonly summary: string;
  readonly zone: string;
  readonly accessRole: string;
  readonly role: Role;
  readonly isPrimary: boolean;
  readonly listed: Listed | null;
  readonly listedAccess: string | null;
  readonly listedZone: string | null;
  /** When list and events both said for the first time that it is gone. */
  readonly goneSince: Instant | null;
  /** Its role before it was gone for good; null: it is not gone. */
  readonly retiredRole: MirroredRole | null;
}

export type Reaction =
  | { readonly do: 'rename' | 'show' | 'lay out anew' | 'note access' | 'stop writing' | 'write again' | 'read anew' | 'list again' }
  | { readonly do: 'take back'; readonly role: Role }
  | { readonly do: 'note absence' | 'lose sight' | 'regain sight' | 'retire' };

/** The line in the history for each: no title, no address. */
export const LINE: Readonly<Record<Reaction['do'] | 'take up' | 'relink', string>> = {
  'take up': 'calendar appeared', relink: 'calendar has a new id', 'take back': 'calendar came back',
  rename: 'calendar renamed', show: 'calendar shown otherwise in Google', 'lay out anew': 'calendar has another zone',
  'note access': 'calendar access changed', 'stop writing': 'calendar can no longer be written', 'write again': 'calendar can be written again', 'read anew': 'calendar is read anew',
  'list again': 'calendar is on the list again', 'note absence': 'calendar left the list',
  'lose sight': 'calendar is out of sight', 'regain sight': 'calendar is in sight again', retire: 'calendar retired',
};

/** Does this reaction take events out of the mirror? Then no pull of the calendar may be under way. */
export const forgets = (reaction: Reaction): boolean => reaction.do === 'read anew' || reaction.do === 'take back' || reaction.do === 'retire';

/** The role of a calendar that was not known. At the first read of an account its primary calendar holds the sessions;
 *  later, no calendar begins to hold sessions by itself. What Makeway made for requests holds requests. The coach's other own
 *  ones take their time, foreign ones do not. */
export function firstRole(entry: CalendarListEntry, isBaseline: boolean): Exclude<Role, 'hours'> {
  if (entry.isInbox === true && entry.accessRole === 'owner') return 'requests';
  if (isBaseline && entry.isPrimary) return 'sessions';
  return entry.accessRole === 'owner' || entry.accessRole === 'writer' ? 'busy' : 'ignored';
}

/** Reactions to an entry of the list about a known calendar, in the order in which they are to be carried out. */
export function heedEntry(known: KnownCalendar, entry: CalendarListEntry): Reaction[] {
  if (known.retiredRole !== null) return [{ do: 'take back', role: mayBe(known.retiredRole, entry.accessRole) ? known.retiredRole : 'busy' }];
  const reactions: Reaction[] = [];
  if (known.listed === 'absent') reactions.push({ do: 'list again' });
  else if (known.listed !== null && known.listed !== listedAs(entry)) reactions.push({ do: 'show' });
  if (known.summary !== entry.summary) reactions.push({ do: 'rename' });
  if ((known.listedZone ?? known.zone) !== entry.timeZone) reactions.push({ do: 'lay out anew' });
  const before = known.listedAccess ?? known.accessRole;
  if (before === entry.accessRole) return reactions;
  reactions.push({ do: 'note access' });
  if (known.role === 'sessions' && canWrite(before) !== canWrite(entry.accessRole)) reactions.push({ do: canWrite(before) ? 'stop writing' : 'write again' });
  // By what the mirror was read under: a pull that met the new access first is reading anew already.
  if (isMirrored(known.role) && isBusyOnly(known.accessRole) !== isBusyOnly(entry.accessRole)) reactions.push({ do: 'read anew' });
  return reactions;
}

/** What `events.list` says of a calendar that is not on the list. Only `gone` (404) is evidence; a refusal is not. */
export type Sight = 'readable' | 'gone' | 'refused';
/** Is Google to be asked about the events of a calendar that is not on the list? */
export const needsLook = (known: KnownCalendar): boolean => isMirrored(known.role);
/** List and events have to say twice, so far apart, that a calendar is gone. */
export const GONE_SETTLE_MS = 5 * MINUTE;

/** Reactions to a known calendar that is not on the list. Absence needs proof (design, invariant 8): one that is only off
 *  the list goes on as before; one whose events are gone, too, is frozen, and retired when both say so a second time.
 *  An account's primary calendar cannot be deleted at Google: it is never retired. */
export function heedAbsence(known: KnownCalendar, sight: Sight | null, now: Instant): Reaction[] {
  if (known.retiredRole !== null) return [];
  const reactions: Reaction[] = known.listed === 'absent' ? [] : [{ do: 'note absence' }];
  if (!isMirrored(known.role)) return reactions;
  if (sight === 'readable' && known.goneSince !== null) return [...reactions, { do: 'regain sight' }];
  if (sight !== 'gone') return reactions;
  if (known.goneSince === null) return [...reactions, { do: 'lose sight' }];
  return known.isPrimary || now - known.goneSince < GONE_SETTLE_MS ? reactions : [...reactions, { do: 'retire' }];
}

/** The known primary calendar of an account that has a new id, since an account has exactly one: the account was renamed.
 *  Null if nothing of that kind is to be seen. */
export function renamedPrimary<K extends KnownCalendar>(known: readonly K[], entries: readonly CalendarListEntry[]): { readonly known: K; readonly entry: CalendarListEntry } | null {
  const entry = entries.find((e) => e.isPrimary);
  const before = known.find((k) => k.isPrimary);
  if (!entry || !before || before.googleId === entry.id || known.some((k) => k.googleId === entry.id) || entries.some((e) => e.id === before.googleId)) return null;
  return { known: before, entry };
}

const POLL_MS = 5 * MINUTE;
/** A tenth of the calls that a project has in a day (design, section 7). */
const CALLS_A_DAY = 50_000;
/** Changes of title or access alone are not told incrementally (sheet 5). */
const FULL_EVERY_MS = HOUR;

export const isFullDue = (lastFullAt: Instant | null, now: Instant): boolean => lastFullAt === null || now - lastFullAt >= FULL_EVERY_MS;
/** When a list is read next: every few minutes, or as rarely as the budget for this many coaches asks, ± a quarter
 *  (`spread` in [0, 1)); soon, while a calendar waits to be retired. */
export function nextListRead(now: Instant, facts: { readonly coaches: number; readonly isAnyGone: boolean; readonly spread: number }): Instant {
  const pause = Math.max(POLL_MS, (facts.coaches * DAY) / CALLS_A_DAY) * (0.75 + facts.spread / 2);
  return plus(now, Math.round(facts.isAnyGone ? Math.min(pause, GONE_SETTLE_MS) : pause));
}
