import { coachById } from '../coach/coach.store.js';
import { intervalFrom, type Instant, type Interval } from '../kernel/interval.js';
import type { Link } from '../mail/link.store.js';
import { clientById } from '../requests/client.store.js';
import { lengthMs } from '../requests/request.js';
import { requestById } from '../requests/request.store.js';
import { choiceOf, offerOf, resolutionById } from '../resolution/resolution.store.js';
import { sessionById, sessionInterval } from '../resolution/session.store.js';
import type { Shell } from '../work/shell.port.js';
import type { OfferView } from './views.js';

/** What the person at the page is about to say; null: nothing yet. */
export type Saying = 'keep' | 'mute' | 'withdraw' | 'none' | null;

/** The page behind an offer link, as things are now. `start` and `say` are what the person is about to say; `ownZone` is the
 *  visitor's zone as the page was told. */
export async function offerView(shell: Shell, link: Link, page: { action: string; start: Instant | null; say: Saying; ownZone: string | null; note: string | null }): Promise<OfferView | null> {
  if (link.resolution_id === null) return null;
  const now = shell.clock.now();
  const coach = await coachById(shell.db, link.coach_id);
  const resolution = await resolutionById(shell.db, coach.id, link.resolution_id);
  const offer = await offerOf(shell.db, resolution);
  const client = await clientById(shell.db, coach.id, offer.clientId);
  const isAsk = resolution.option === 2;
  const session = resolution.sessionId ? await sessionById(shell.db, coach.id, resolution.sessionId) : null;
  const request = await requestById(shell.db, coach.id, link.request_id);
  const done = await choiceOf(shell.db, resolution, 'done');
  const chosen = await choiceOf(shell.db, resolution, 'chosen');
  const at = (start: Instant): Interval | null => offer.slots.find((s) => s.start === start) ?? null;
  const wanted = page.start === null ? null : at(page.start);
  const isOpen = resolution.state === 'asked' && now < offer.expiresAt;
  const isMuted = client.muted_at !== null;

  let state: OfferView['state'];
  let picked: Interval | null = null;
  let note = page.note;
  if (page.say === 'mute' && isAsk && !isMuted) state = 'confirm-mute';
  else if (isOpen) {
    state = page.say === 'keep' && isAsk ? 'confirm-keep' : page.say === 'withdraw' && !isAsk ? 'confirm-withdraw' : wanted ? 'confirm' : 'open';
    picked = state === 'confirm' ? wanted : null;
    if (page.start !== null && !wanted) note = 'That time is no longer among the choices. These are free now.';
  } else if (resolution.state === 'chosen') {
    state = 'working';
    picked = chosen?.interval ?? null;
  } else if (done && (resolution.state === 'landed' || (isAsk && session?.status === 'scheduled' && sessionInterval(session).start !== resolution.interval.start))) {
    state = 'done';
    picked = isAsk && session ? sessionInterval(session) : done.interval;
  } else if (!isAsk && request.state === 'booked' && request.booked_start !== null) {
    // The time that was wanted became free, or the coach booked one by hand.
    state = 'done';
    picked = intervalFrom(request.booked_start, lengthMs(request));
  } else state = resolution.endReason === 'kept' ? 'kept' : resolution.endReason === 'withdrawn' && !isAsk ? 'withdrawn' : 'over';
  const shown = session && session.status !== 'cancelled' ? sessionInterval(session) : null;
  return {
    kind: isAsk ? 'ask' : 'offer', action: page.action, coachName: coach.name, clientName: client.name, zone: page.ownZone ?? (done ?? chosen)?.zone ?? client.time_zone ?? coach.zone, coachZone: coach.zone,
    ownZone: page.ownZone, session: shown, sessionIsPast: shown !== null && shown.end <= now, state, isOpen, isMuted, getsMail: client.email !== null,
    isTooLate: resolution.endReason === 'expired' || (resolution.state === 'asked' && !isOpen), isStillWanted: request.state === 'pending_resolution' || request.state === 'booking',
    isNoneOpen: page.say === 'none', slots: state === 'open' ? offer.slots : [], picked, until: offer.expiresAt, note,
  };
}
