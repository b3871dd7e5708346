import type { CalendarEvent } from '../calendar/event.js';
import { coachById, type Coach } from '../coach/coach.store.js';
import { blockerKey } from '../conflicts/blocker.js';
import { blockersAt, whyUnchecked } from '../conflicts/standing.store.js';
import { MINUTE, type Instant, type Interval } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { knownZone } from '../kernel/zone.js';
import { canWrite } from '../mirror/access-role.js';
import { calendarRow, mirroredEvent, type CalendarRow } from '../mirror/calendar.store.js';
import type { Reader } from '../postgres/transaction.js';
import { clientById } from '../requests/client.store.js';
import type { Claim } from '../work/due.store.js';
import type { Shell } from '../work/shell.port.js';
import type { Moving, Offer, Resolution } from './resolution.js';
import { offerOf, resolutionById } from './resolution.store.js';
import { sessionById, type Session } from './session.store.js';
import type { Sight } from './states.js';
import { isStillTheirs } from './theirs.step.js';

/** Everything a step of an attempt is given. */
export interface Scene<Kind extends Resolution = Resolution> { readonly shell: Shell; readonly claim: Claim; readonly coach: Coach; readonly resolution: Kind; readonly offer: Offer; readonly now: Instant }
/** The same under option 2, with the session that is asked about. */
export type MovingScene = Scene<Moving> & { readonly session: Session };

export async function sceneOf(shell: Shell, claim: Claim): Promise<Scene> {
  const resolution = await resolutionById(shell.db, claim.coachId, claim.id);
  return { shell, claim, coach: await coachById(shell.db, claim.coachId), resolution, offer: await offerOf(shell.db, resolution), now: shell.clock.now() };
}

/** What the mirror shows of the session that is asked about. */
export async function sightOf(db: Reader, { coach, resolution, offer, session }: Pick<MovingScene, 'coach' | 'resolution' | 'offer' | 'session'>): Promise<Sight> {
  const there = await blockersAt(db, coach, resolution.interval);
  const isGone = !there.some((b) => b.key === keyOf(session));
  const event = await mirroredEvent(db, { coachId: coach.id, calendarId: session.calendar_id, eventId: session.event_id, rootId: session.root_id });
  const client = await clientById(db, coach.id, offer.clientId);
  const calendar = await calendarRow(db, coach.id, session.calendar_id);
  const [slot] = offer.slots;
  return {
    isGone,
    isDeclined: event?.updatedAt !== undefined && event.updatedAt !== null && event.updatedAt > resolution.askedAt && event.attendees.some((a) => a.email === client.email && a.responseStatus === 'declined'),
    isAnothers: !isGone && event !== null && !(await isStillTheirs(db, coach, client, event)),
    hasOtherLength: !isGone && slot !== undefined && session.status === 'scheduled' && session.length_minutes * MINUTE !== slot.end - slot.start && (await whyUnchecked(db, coach)) === null,
    // A calendar that is gone for good is another matter: its sessions are gone, too, and the time is free.
    isReadOnly: calendar?.role === 'sessions' && !canWrite(calendar.access_role),
  };
}

export const keyOf = (s: Session): string => blockerKey(s.calendar_id, s.root_id, s.original_key);
/** @throws Problem NO_TARGET_CALENDAR */
export async function calendarOf(shell: Shell, session: Session): Promise<CalendarRow> {
  const row = await calendarRow(shell.db, session.coach_id, session.calendar_id);
  if (!row) throw new Problem('NO_TARGET_CALENDAR', 'The session\'s calendar is gone.');
  return row;
}
export const movingScene = async (scene: Scene<Moving>): Promise<MovingScene> => ({ ...scene, session: await sessionById(scene.shell.db, scene.coach.id, scene.resolution.sessionId) });
export const timeOf = (event: CalendarEvent | null): Interval | null =>
  event && event.status !== 'cancelled' && event.when?.kind === 'timed' ? { start: event.when.start, end: event.when.end } : null;

/** The event's own zone, unless it is one that we do not know: imported events name strange ones. */
export const eventZone = (event: CalendarEvent, calendar: CalendarRow): string => knownZone((event.when?.kind === 'timed' ? event.when.zone : null) ?? '') ?? calendar.time_zone;
