import type { Coach } from '../coach/coach.store.js';
import type { HoldId, LandingId } from '../kernel/ids.js';
import { intervalFrom, type Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { sessionCalendar } from '../mirror/calendar.store.js';
import type { Tx } from '../postgres/transaction.js';
import { beginLanding } from '../resolution/landing.store.js';
import { lengthMs, type Request } from './request.js';
import { setBooking } from './request.store.js';

/** A free time becomes a reservation and a landing that is due at once. In the caller's commit. */
export async function bookAtOnce(tx: Tx, coach: Coach, request: Request, free: { start: Instant; holdId: HoldId }, now: Instant): Promise<LandingId> {
  const calendar = await sessionCalendar(tx, coach.id);
  if (!calendar) throw new Problem('NO_TARGET_CALENDAR', 'No calendar of this coach is set to hold sessions.');
  await setBooking(tx, request, free.start);
  const interval = intervalFrom(free.start, lengthMs(request));
  return beginLanding(tx, { coachId: coach.id, requestId: request.id, resolutionId: null, holdId: free.holdId, calendarId: calendar.id, interval, tolerated: [] }, now);
}
