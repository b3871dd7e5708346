import { DAY, type Instant, type Interval } from '../kernel/interval.js';

/** What a calendar is for here (design, section 2). */
export type Role = 'sessions' | 'busy' | 'requests' | 'ignored';
/** The calendars whose events are mirrored. */
export const isMirrored = (role: Role): boolean => role === 'sessions' || role === 'busy';

const WRITING: ReadonlySet<string> = new Set(['owner', 'writer', 'writerWithoutPrivateAccess']);
/** May we write on a calendar with this `accessRole` (sheet 5)? Of a role that Google may yet invent we do not think so. */
export const canWrite = (accessRole: string): boolean => WRITING.has(accessRole);
/** Shows busy times and nothing else; `events.list` then always answers single occurrences (sheet 1.1). */
export const isBusyOnly = (accessRole: string): boolean => accessRole === 'freeBusyReader';
/** May a calendar with this access have this role? Sessions have to be written, requests have to be read. */
export const mayBe = (role: Role, accessRole: string): boolean =>
  role === 'sessions' ? canWrite(accessRole) : role === 'requests' ? !isBusyOnly(accessRole) && accessRole !== 'none' : true;

/** How a calendar's events are to be read. `events`: masters and exceptions, without bounds. `times`: single occurrences
 *  within `window`, since an endless series would have no last page; the token of such a read keeps that window. */
export type ReadPlan =
  | { readonly as: 'events'; readonly cursor: string | null }
  | { readonly as: 'times'; readonly cursor: string | null; readonly window: Interval };

/** The next read of a calendar. A window does not roll, so busy times are read in full again every day. */
export function planRead(calendar: { readonly accessRole: string; readonly cursor: string | null; readonly lastFullAt: Instant | null }, window: Interval, now: Instant): ReadPlan {
  if (!isBusyOnly(calendar.accessRole)) return { as: 'events', cursor: calendar.cursor };
  const isDue = calendar.lastFullAt === null || now - calendar.lastFullAt >= DAY;
  return { as: 'times', cursor: isDue ? null : calendar.cursor, window };
}
/** Does an answer under this access fit the plan? If not, access has changed since: nothing of it is applied, what is
 *  mirrored is forgotten, and the calendar is read anew under what the answer says. */
export const fitsPlan = (plan: ReadPlan, accessRole: string): boolean => isBusyOnly(accessRole) === (plan.as === 'times');
