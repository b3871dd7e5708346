import type { Coach } from '../coach/coach.store.js';
import { blockersAt } from '../conflicts/standing.store.js';
import type { CalendarKey } from '../kernel/ids.js';
import { sameInterval, type Instant, type Interval } from '../kernel/interval.js';
import { lookSoon } from '../mirror/lookout.store.js';
import type { Reader, Tx } from '../postgres/transaction.js';
import { giveBack } from '../requests/finding.store.js';
import type { PendingReason, Request } from '../requests/request.js';
import { setClosed } from '../requests/request.store.js';
import { notifyDue } from '../work/due.store.js';
import { remember } from '../work/history.store.js';

/** A request that stands for what is in the calendar already has nobody who waits for an answer: when an attempt comes to nothing,
 *  it ends, nothing has changed, and the finding stands on the coach's list again, with the reason. */
export async function backToFindings(tx: Tx, request: Request, reason: PendingReason | null, now: Instant): Promise<void> {
  await setClosed(tx, request, 'withdrawn', now);
  await giveBack(tx, request.coach_id, request.id, reason);
  await remember(tx, { coachId: request.coach_id, at: now, what: 'both stand as before', by: 'makeway', requestId: request.id, facts: { reason } });
  await lookSoon(tx, request.coach_id, 0, now);
  await notifyDue(tx, 'lookouts');
}

/** The event behind the blocker that a request stands for, while the mirror still shows it at `interval`. */
export async function standingEvent(tx: Reader, coach: Coach, key: string, interval: Interval): Promise<{ calendarId: CalendarKey; eventId: string } | null> {
  const there = (await blockersAt(tx, coach, interval)).find((b) => b.key === key && sameInterval(b.interval, interval));
  return there ? { calendarId: there.calendarId as CalendarKey, eventId: there.eventId } : null;
}
