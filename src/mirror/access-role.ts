/** What a calendar is for here (design, section 2). */
export type Role = 'sessions' | 'busy' | 'requests' | 'ignored';
/** The calendars whose events are mirrored. */
export const isMirrored = (role: Role): boolean => role === 'sessions' || role === 'busy';

/** Access roles under which events can be written (sheet 5). */
export const WRITING: ReadonlySet<string> = new Set(['owner', 'writer', 'writerWithoutPrivateAccess']);
/** May we write on a calendar with this `accessRole` (sheet 5)? Of a role that Google may yet invent we do not think so. */
export const canWrite = (accessRole: string): boolean => WRITING.has(accessRole);
/** Shows busy times and nothing else; `events.list` then always answers single occurrences (sheet 1.1). */
export const isBusyOnly = (accessRole: string): boolean => accessRole === 'freeBusyReader';
/** May a calendar with this access have this role? Sessions have to be written, requests have to be read. */
export const mayBe = (role: Role, accessRole: string): boolean =>
  role === 'sessions' ? canWrite(accessRole) : role === 'requests' ? !isBusyOnly(accessRole) && accessRole !== 'none' : true;
