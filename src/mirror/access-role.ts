/** What a calendar is for here (design, section 2). `hours`: its events are the working time; it never blocks. */
export type Role = 'sessions' | 'busy' | 'hours' | 'requests' | 'ignored';
/** The calendars whose events are mirrored. */
export type MirroredRole = Exclude<Role, 'ignored'>;
const MIRRORED_ROLES: ReadonlySet<Role> = new Set<MirroredRole>(['sessions', 'busy', 'hours', 'requests']);
export const isMirrored = (role: Role): role is MirroredRole => MIRRORED_ROLES.has(role);
/** The same in SQL: `role in (MIRRORED)`. */
export const MIRRORED = [...MIRRORED_ROLES].map((role) => `'${role}'`).join(', ');
/** Of these calendars only times and status are mirrored (design, section 10). */
export const keepsTimesOnly = (role: string): boolean => role === 'busy' || role === 'hours';

/** Access roles under which events can be written (sheet 5). */
export const WRITING: ReadonlySet<string> = new Set(['owner', 'writer', 'writerWithoutPrivateAccess']);
/** May we write on a calendar with this `accessRole` (sheet 5)? Of a role that Google may yet invent we do not think so. */
export const canWrite = (accessRole: string): boolean => WRITING.has(accessRole);
/** Shows busy times and nothing else; `events.list` then always answers single occurrences (sheet 1.1). */
export const isBusyOnly = (accessRole: string): boolean => accessRole === 'freeBusyReader';
/** May a calendar with this access have this role? Sessions have to be written, requests have to be read; of working hours that
 *  somebody else keeps the times are enough. */
export const mayBe = (role: Role, accessRole: string): boolean =>
  role === 'sessions' ? canWrite(accessRole) : role === 'requests' ? !isBusyOnly(accessRole) && accessRole !== 'none' : true;
