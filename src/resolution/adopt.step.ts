/** The landing of a request that stands for an event which is in the calendar already: nothing is inserted. Once the other has
 *  left, an invitation is accepted; of two sessions, the one that stays is left as it is. */
import type { CalendarEvent } from '../calendar/event.js';
import type { Coach } from '../coach/coach.store.js';
import type { GoogleCalendar } from '../google/google.port.js';
import type { CalendarRow } from '../mirror/calendar.store.js';
import { inTx } from '../postgres/transaction.js';
import type { PendingReason, Request } from '../requests/request.js';
import { holdLease, type Claim } from '../work/due.store.js';
import type { Shell } from '../work/shell.port.js';
import { markSeenFree, markSent, openWrite, type Landing } from './landing.store.js';
import { seenFree } from './live-look.js';
import { lookLive } from './look-live.step.js';

interface Scene { readonly shell: Shell; readonly claim: Claim; readonly coach: Coach; readonly request: Request; readonly landing: Landing; readonly calendar: CalendarRow; readonly google: GoogleCalendar }

/** What Google then shows; or why it came to nothing. An invitation that was declined or withdrawn meanwhile, and a session that
 *  has moved, are no longer what the coach decided about. Accepting twice is accepting once. */
export async function adopt({ shell, claim, coach, request, landing, calendar, google }: Scene): Promise<{ event: CalendarEvent } | { not: PendingReason }> {
  const look = await lookLive(shell, google, coach.id, landing.interval);
  const stands = look.seen.find((s) => s.key === request.stands_as);
  const free = seenFree(look, landing.interval, new Set(landing.tolerated), request.stands_as);
  if (!stands || stands.interval.start !== landing.interval.start || stands.interval.end !== landing.interval.end) return { not: 'session-changed' };
  if (!free) return { not: 'taken-again' };
  const isAnswered = request.source === 'overlap' || stands.event.attendees.some((a) => a.self && a.responseStatus === 'accepted');
  const sent = isAnswered ? null : await openWrite(shell.db, coach.id, { landingId: landing.id }, 'accept');
  await inTx(shell.db, 'commit send-insert', async (tx) => {
    await holdLease(tx, claim);
    await markSeenFree(tx, landing, null, free.at);
    if (!isAnswered && !sent) await markSent(tx, { coachId: coach.id, kind: 'accept', resolutionId: null, landingId: landing.id, calendarId: landing.calendarId, eventId: landing.eventId, interval: null }, shell.clock.now());
  });
  return { event: isAnswered ? stands.event : await google.acceptInvitation(calendar.google_id, stands.event) };
}
