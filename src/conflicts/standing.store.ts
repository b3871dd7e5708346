import type { CalendarEvent } from '../calendar/event.js';
import { sessionClaim } from '../calendar/session-of.js';
import type { Coach } from '../coach/coach.store.js';
import { DAY, overlaps, plus, widen, type Instant, type Interval } from '../kernel/interval.js';
import { canWrite, isBusyOnly, MIRRORED, WRITING } from '../mirror/access-role.js';
import { namedTitles } from '../requests/client.store.js';
import { liveHolds } from '../slots/hold.store.js';
import type { SlotFacts } from '../slots/search.js';
import { intervalOf, oneRow, PERIOD, rangeParam, rows } from '../postgres/rows.js';
import type { Reader } from '../postgres/transaction.js';
import { blockerKey, type Blocker } from './blocker.js';
import { hoursWithin } from './hours.store.js';

/** The same for what does not stand alone: where at least two events of this coach overlap. */
export const clashingAt = (db: Reader, coach: Coach, window: Interval): Promise<Blocker[]> => standingAt(db, coach, window, `
    and exists (select 1 from occurrences p join calendars pc on pc.coach_id = p.coach_id and pc.id = p.calendar_id and pc.role = 'sessions'
      where p.coach_id = o.coach_id and p.blocking <> 'free' and p.period && o.period and (p.calendar_id, p.root_id) <> (o.calendar_id, o.root_id))
    and c.role = 'sessions' and not o.is_all_day`);
/** What is timed and takes time on the calendars that hold sessions: the clients' sessions are among it. */
export const standingOnSessionCalendars = (db: Reader, coach: Coach, window: Interval): Promise<Blocker[]> => standingAt(db, coach, window, `and c.role = 'sessions' and not o.is_all_day`);
/** Everything in the mirror that takes the coach's time within `window`, sorted by start. */
export const blockersAt = (db: Reader, coach: Coach, window: Interval): Promise<Blocker[]> => standingAt(db, coach, window, '');

async function standingAt(db: Reader, coach: Coach, window: Interval, also: string): Promise<Blocker[]> {
  const found = await rows<{ calendar_id: string; role: string; access_role: string; root_id: string; original_key: string; event_id: string; is_all_day: boolean; period_start: number; period_end: number; event: CalendarEvent }>(db, `
    select o.calendar_id, c.role, c.access_role, o.root_id, o.original_key, o.event_id, o.is_all_day, lower(o.period) as period_start, upper(o.period) as period_end, e.event
    from occurrences o
    join calendars c on c.coach_id = o.coach_id and c.id = o.calendar_id and c.role in ('sessions', 'busy')
    join lateral (select event from events e where e.coach_id = o.coach_id and e.calendar_id = o.calendar_id and e.id in (o.event_id, o.root_id)
      order by e.id = o.event_id desc limit 1) e on true
    where o.coach_id = :coachId and o.blocking <> 'free' and o.period && (:window)::tstzrange ${also}
    order by lower(o.period), o.calendar_id, o.root_id`, { coachId: coach.id, window: rangeParam(window) });
  if (found.length === 0) return [];
  const titles = await namedTitles(db, coach.id);
  const own = new Set([coach.email, ...(await rows<{ email: string }>(db, 'select email from grants where coach_id = :coachId', { coachId: coach.id })).map((g) => g.email)]);
  return found.map((r) => ({
    key: blockerKey(r.calendar_id, r.root_id, r.original_key), calendarId: r.calendar_id, rootId: r.root_id, originalKey: r.original_key, eventId: r.event_id,
    interval: intervalOf(r), isAllDay: r.is_all_day, title: r.event.summary ?? (r.role === 'busy' || isBusyOnly(r.access_role) ? 'Busy (another calendar)' : 'No title'),
    // Who cannot write there cannot move what stands there.
    claim: r.role !== 'sessions' ? { kind: 'plain', why: 'type' } : canWrite(r.access_role) ? sessionClaim(r.event, titles, own) : { kind: 'plain', why: 'read-only' },
  }));
}

/** Facts for the slot search: what is busy by mirror and holds from now to the horizon, and `taken` besides. A buffer looks
 *  past both ends, and a limit to the ends of their weeks. */
export async function slotFacts(db: Reader, coach: Coach, now: Instant, lengthMs: number, taken: readonly Interval[], window?: Interval): Promise<SlotFacts> {
  const { bufferMs, horizonMs, maxPerDay, maxPerWeek } = coach.policy;
  const margin = maxPerDay === null && maxPerWeek === null ? bufferMs : Math.max(bufferMs, 8 * DAY);
  const span = window ?? widen({ start: now, end: plus(now, horizonMs + lengthMs) }, margin);
  const busy = await rows<{ period_start: number; period_end: number; counts: boolean }>(db, `
    select ${PERIOD.replaceAll('period)', 'o.period)')}, c.role = 'sessions' and not o.is_all_day as counts from occurrences o
    join calendars c on c.coach_id = o.coach_id and c.id = o.calendar_id and c.role in ('sessions', 'busy')
    where o.coach_id = :coachId and o.blocking <> 'free' and o.period && (:span)::tstzrange`, { coachId: coach.id, span: rangeParam(span) });
  const hours = await hoursWithin(db, coach, span);
  const holds = (await liveHolds(db, coach.id, span)).map((h) => h.interval);
  const sessions = busy.filter((b) => b.counts).map(intervalOf);
  // A hold is a session to come, unless it waits for the time of one that stands there
  const toCome = holds.filter((hold) => !sessions.some((s) => overlaps(s, hold)));
  return {
    now, policy: coach.policy, zone: coach.zone, lengthMs, busy: [...busy.map(intervalOf), ...holds, ...taken],
    ...(hours !== null && { hours }),
    sessionStarts: [...sessions, ...toCome].map((s) => s.start),
  };
}

/** Why this coach's calendars cannot be trusted right now, or null: none is connected; their list or a calendar (also the one of the
 *  working hours) never read,
 *  one frozen, a broken grant; or none that could hold a session. */
export async function whyUnchecked(db: Reader, coach: Coach): Promise<'cannot-check' | 'no-calendar' | 'disconnected' | null> {
  const row = await oneRow<{ sessions: number; unread: number; grants: number; working: number; known: number }>(db, `
    select count(*) as known, count(*) filter (where role = 'sessions' and access_role = any(:writing)) as sessions,
      count(*) filter (where role in (${MIRRORED}) and role <> 'requests' and (last_full_at is null or frozen_at is not null)) as unread,
      (select count(*) from grants g where g.coach_id = :coachId) as grants,
      (select count(*) from grants g where g.coach_id = :coachId and g.state = 'active') as working
    from calendars where coach_id = :coachId`, { coachId: coach.id, writing: [...WRITING] });
  if (!row || row.grants === 0) return 'disconnected';
  if (row.known === 0) return 'cannot-check';
  if (row.sessions === 0) return 'no-calendar';
  return row.unread > 0 || row.working === 0 ? 'cannot-check' : null;
}
