/** The event shows how its request stands, in the coach's own calendar; and goes away when it is of no use any more. */
import { coachById, type Coach } from '../coach/coach.store.js';
import type { CalendarEvent } from '../calendar/event.js';
import type { GoogleCalendar, WholeEvent } from '../google/google.port.js';
import { DAY, instant, plus, type Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { canWrite } from '../mirror/access-role.js';
import type { CalendarRow } from '../mirror/calendar.store.js';
import { inTx } from '../postgres/transaction.js';
import { liveResolution, offerOf } from '../resolution/resolution.store.js';
import { sha256 } from '../work/hash.js';
import { leaseLost, type Claim } from '../work/due.store.js';
import type { Shell } from '../work/shell.port.js';
import { knownOf, sightOf } from './heed-inbox.step.js';
import { noteOf, type InboxStanding } from './inbox-note.js';
import { inboxTurn, type InboxTurn } from './inbox-turn.js';
import { hasNote, withNote } from './inbox-words.js';
import { inboxEvent, rest, settledAt, type InboxEvent } from './inbox.store.js';
import type { Request } from './request.js';
import { findRequest } from './request.store.js';

interface Scene { readonly shell: Shell; readonly claim: Claim; readonly calendar: CalendarRow; readonly google: GoogleCalendar }
/** So long the event of a request that has ended unbooked still says so. */
const TIDY_AFTER_MS = DAY;
/** A booking takes a moment: only one that takes longer is worth a word. */
const MOMENT_MS = 30_000;

/** Writes what is to be seen now, if it is not there already; `isNew`: the request was taken in a moment ago. Looks at the row and
 *  the request anew; what changes after that makes the row due again. */
export async function tellInbox(scene: Scene, sight: WholeEvent | 'gone', isNew: boolean): Promise<'nothing' | 'told' | 'tidied'> {
  const { shell, claim } = scene;
  const now = shell.clock.now();
  const row = await inboxEvent(shell.db, claim.coachId, claim.id);
  if (!row) throw leaseLost(claim);
  const coach = await coachById(shell.db, claim.coachId);
  const request = row.request_id === null ? null : await findRequest(shell.db, coach.id, row.request_id);
  const end = (to: { etag: string | null; told: Buffer | null; state: InboxEvent['state']; wakeAt: Instant | null }): Promise<void> => inTx(shell.db, 'commit inbox-told', (tx) => rest(tx, claim, row, to, now));
  if (sight === 'gone') {
    await end({ etag: null, told: null, state: row.state === 'tidied' ? 'tidied' : 'gone', wakeAt: null });
    return 'nothing';
  }
  const { event } = sight;
  const turn = inboxTurn(knownOf(row), request?.state ?? null, await sightOf(shell.db, coach, sight), { now, horizonMs: coach.policy.horizonMs });
  const endedAt = request === null ? null : await settledAt(shell.db, coach.id, request.id);
  const tidyAt = endedAt === null ? null : plus(endedAt, TIDY_AFTER_MS);
  const isOurs = !hasGuests(event);
  const stands = row.state === 'open' || request?.state === 'pending_resolution' || request?.state === 'booking';

  if (stands && request && (turn.do === 'tidy' || (tidyAt !== null && now >= tidyAt && isOurs && turn.do === 'stay'))) {
    if (!canWrite(scene.calendar.access_role) || (await permitted(() => scene.google.deleteEvent(scene.calendar.google_id, row.event_id, event.etag))) === false) {
      await end({ etag: event.etag, told: row.told_hash, state: 'open', wakeAt: null });
      return 'nothing';
    }
    await end({ etag: null, told: null, state: 'tidied', wakeAt: null });
    return 'tidied';
  }
  if (isNew && request?.state === 'booking') {
    await end({ etag: event.etag, told: row.told_hash, state: 'open', wakeAt: plus(now, MOMENT_MS) });
    return 'nothing';
  }
  const written = await write(scene, row, sight, await standingOf(shell, coach, request, turn, row, stands), coach, request);
  await end({ ...written, state: 'open', wakeAt: wakeFor(turn, tidyAt, isOurs, coach) });
  return written.isWritten ? 'told' : 'nothing';
}

/** An event that is too far ahead is near enough one day; one whose request has ended is taken away. */
function wakeFor(turn: InboxTurn, tidyAt: Instant | null, isOurs: boolean, coach: Coach): Instant | null {
  if (tidyAt !== null) return isOurs ? tidyAt : null;
  return turn.do === 'stay' && turn.why === 'too-far' && turn.start !== null ? plus(turn.start, -coach.policy.horizonMs) : null;
}

/** Anybody but the coach could read what stands there. */
const hasGuests = (event: CalendarEvent): boolean => event.attendeesOmitted || event.attendees.some((a) => !a.self && !a.resource);

async function write({ calendar, google, shell }: Scene, row: InboxEvent, sight: WholeEvent, standing: InboxStanding | null, coach: Coach, request: Request | null): Promise<{ etag: string; told: Buffer | null; isWritten: boolean }> {
  const { event } = sight;
  const asItIs = { etag: event.etag, told: row.told_hash, isWritten: false };
  const isHidden = hasGuests(event);
  // With guests nothing is ever written, and what was written before they came is taken away.
  if (!canWrite(calendar.access_role) || (standing === null && !isHidden) || (isHidden && !hasNote(sight))) return asItIs;
  const note = isHidden || standing === null ? null : noteOf(standing, { zone: coach.zone, link: request === null ? null : `${shell.publicUrl}/pending/${request.id}`, horizonDays: Math.floor(coach.policy.horizonMs / DAY) });
  const words = withNote(sight, note);
  const told = sha256(JSON.stringify([words.title, words.description]));
  // Said once is said: what the coach has taken away since is not put there again before something changes.
  if (row.told_hash?.equals(told) === true) return asItIs;
  if (words.title === sight.title && words.description === sight.description) return { ...asItIs, told };
  const answer = await permitted(() => google.annotateEvent(calendar.google_id, row.event_id, event.etag, words));
  return answer === false ? asItIs : { etag: answer.etag, told, isWritten: true };
}

/** What Google forbids is not done; nothing depends on it. */
async function permitted<T>(call: () => Promise<T>): Promise<T | false> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Problem && error.code === 'GOOGLE_REFUSED') return false;
    throw error;
  }
}

async function standingOf(shell: Shell, coach: Coach, request: Request | null, turn: InboxTurn, row: InboxEvent, stands: boolean): Promise<InboxStanding | null> {
  const why = turn.do === 'stay' ? turn.why : turn.do === 'change' ? row.refused : null;
  if (request === null || !stands) return why === null ? null : { is: 'unclear', why };
  switch (request.state) {
    case 'booking': return { is: 'booking', refused: why };
    case 'booked': return null;
    case 'declined':
    case 'expired':
    case 'withdrawn': return { is: 'closed', as: request.state };
    case 'pending_resolution': {
      const live = await liveResolution(shell.db, coach.id, request.id);
      const until = live?.state === 'asked' ? (await offerOf(shell.db, live)).expiresAt : null;
      return { is: 'waits', reason: request.pending_reason ?? 'taken', until, wanted: instant(request.wanted_at), refused: why };
    }
  }
}
