import { coachBySlug } from '../coach/coach.store.js';
import { readId, type CalendarKey, type CoachId } from '../kernel/ids.js';
import { Problem } from '../kernel/problem.js';
import { isMirrored, type Role } from '../mirror/access-role.js';
import { changeRole } from '../mirror/calendar-role.flow.js';
import { knownCalendars, type Known } from '../mirror/calendar-list.store.js';
import { calendarRow } from '../mirror/calendar.store.js';
import type { Shell } from '../work/shell.port.js';

const ROLES: readonly string[] = ['sessions', 'busy', 'hours', 'requests', 'ignored'] satisfies Role[];

/** `makeway calendar …`: what to print, or null if the words make no command. A calendar is named by its id here, or by Google's.
 *  @throws Problem COACH_UNKNOWN, REQUEST_INVALID */
export async function calendarCommand(shell: Shell, words: readonly string[]): Promise<{ lines: string[]; isRefused: boolean } | null> {
  const [verb, slug, named, role] = words;
  if (!slug || !((verb === 'list' && words.length === 2) || (verb === 'role' && words.length === 4))) return null;
  const coach = await coachBySlug(shell.db, slug);
  if (!coach) throw new Problem('COACH_UNKNOWN', `There is no coach "${slug}".`);
  const known = await knownCalendars(shell.db, coach.id);
  if (verb === 'list') {
    const lines = await Promise.all(known.map((k) => line(shell, coach.id, k)));
    return { lines: lines.length > 0 ? lines : ['No calendars are known. They are read when the coach connects.'], isRefused: false };
  }
  if (!named || !role || !ROLES.includes(role)) return null;
  const calendar = known.find((k) => k.id === readId<CalendarKey>('calendar', named) || k.googleId === named);
  if (!calendar) throw new Problem('REQUEST_INVALID', `This coach has no calendar ${named}. See: makeway calendar list ${slug}`);
  const answer = await changeRole(shell, { coachId: coach.id, calendarId: calendar.id, by: 'operator' }, role as Role);
  if ('refused' in answer) return { lines: [`Not done: ${answer.why}`], isRefused: true };
  return { lines: [`${calendar.id}: ${role}. ${answer.effect}`], isRefused: false };
}

/** The title is quoted: it is the coach's own text. */
async function line(shell: Shell, coachId: CoachId, k: Known): Promise<string> {
  const row = await calendarRow(shell.db, coachId, k.id);
  const notes = [
    k.isPrimary && 'primary', k.listed === 'absent' && 'not on the list', k.retiredRole !== null && `gone, was ${k.retiredRole}`, k.goneSince !== null && 'out of sight',
    row?.frozen_at != null && `FROZEN: ${row.freeze_reason ?? ''}`, isMirrored(k.role) && row?.last_full_at == null && 'not read yet',
  ].filter((note) => note !== false);
  return `${k.id}  ${k.role.padEnd(8)}  ${k.accessRole.padEnd(14)}  ${k.zone}  ${JSON.stringify(k.summary)}${notes.length > 0 ? `  (${notes.join('; ')})` : ''}`;
}
