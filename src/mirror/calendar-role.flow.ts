import { lockCoach } from '../coach/coach.store.js';
import type { CalendarKey, CoachId } from '../kernel/ids.js';
import { Problem } from '../kernel/problem.js';
import { inTx } from '../postgres/transaction.js';
import { notifyDue, wakeAllOf } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { isMirrored, type Role } from './access-role.js';
import { lockMirror } from './apply.store.js';
import { knownCalendars, setRole } from './calendar-list.store.js';
import { planRole, type RoleChange } from './calendar-role.js';
import { openMissingChannels } from './channel.store.js';
import { closeChannels, forgetMirror, openWorkOn, stripMirror } from './forget.store.js';
import { calendarRow } from './calendar.store.js';

/** A person gives a calendar another role. What must leave the mirror leaves it in this one commit (design, section 10);
 *  what must be read is due at its end. Refused, with the reason, while something is under way on it.
 *  @throws Problem REQUEST_INVALID if the coach has no such calendar */
export async function changeRole(shell: Shell, about: { coachId: CoachId; calendarId: CalendarKey; by: 'operator' | 'coach' }, to: Role): Promise<RoleChange> {
  const { coachId } = about;
  const now = shell.clock.now();
  return inTx(shell.db, 'commit calendar-role', async (tx): Promise<RoleChange> => {
    await lockCoach(tx, coachId);
    const row = await calendarRow(tx, coachId, about.calendarId);
    const known = (await knownCalendars(tx, coachId)).find((k) => k.id === about.calendarId);
    if (!row || !known) throw new Problem('REQUEST_INVALID', 'There is no such calendar.');
    const plan = planRole(known, to, await openWorkOn(tx, known));
    if ('refused' in plan) return plan;
    await lockMirror(tx, row); // a pull that is under way holds this first and the calendar's row last
    const events = await (plan.mirror === 'strip' ? stripMirror : forgetMirror)(tx, known);
    await setRole(tx, known, to, now);
    if (!isMirrored(to)) await closeChannels(tx, known, now);
    else if (shell.pushAddress) await openMissingChannels(tx, shell.keys, coachId, shell.pushAddress, now);
    await remember(tx, { coachId, at: now, what: 'calendar role changed', by: about.by, calendarId: known.id, facts: { from: known.role, to, events } });
    // What was taken may be free now, and where nothing could land something can.
    await wakeAllOf(tx, coachId, now);
    await notifyDue(tx, 'calendars');
    await notifyDue(tx, 'channels');
    return plan;
  });
}
