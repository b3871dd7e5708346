import type { CalendarKey, CoachId } from '../kernel/ids.js';
import { DAY, type Instant } from '../kernel/interval.js';
import { enqueueAboutCalendar } from '../mail/outbox.store.js';
import { oneRow, param, run } from '../postgres/rows.js';
import type { Tx } from '../postgres/transaction.js';

const TOLD_FOR_MS = 7 * DAY;

/** A calendar has just been frozen: its coach gets one mail, and not another within a week, however often it freezes and
 *  thaws. In the transaction that freezes it. True if the mail is on its way. */
export async function tellFrozen(tx: Tx, calendar: { coach_id: CoachId; id: CalendarKey }, mailFrom: string, now: Instant): Promise<boolean> {
  const key = { coach: calendar.coach_id, calendar: calendar.id };
  const row = await oneRow<{ freeze_told_at: Instant | null }>(tx, 'select freeze_told_at from calendars where coach_id = :coach and id = :calendar', key);
  if (!row || (row.freeze_told_at !== null && now - row.freeze_told_at < TOLD_FOR_MS)) return false;
  await run(tx, 'update calendars set freeze_told_at = :now where coach_id = :coach and id = :calendar', { ...key, now: param(now) });
  await enqueueAboutCalendar(tx, { coachId: calendar.coach_id, kind: 'frozen', calendarId: calendar.id, revision: Math.floor(now / DAY) }, mailFrom, now);
  return true;
}
