import type { Coach } from '../coach/coach.store.js';
import { ASK_REFUSAL_IN_WORDS, type Blocker } from '../conflicts/blocker.js';
import type { FindingId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import type { Reader } from '../postgres/transaction.js';
import { findingById, openFindings } from '../requests/finding.store.js';
import { foundNow, pictureIf, type Found } from '../requests/found.step.js';
import { REASON_IN_WORDS } from '../requests/request.js';
import { requestById } from '../requests/request.store.js';
import { standingOf as standingOfRequest } from './decision-view.step.js';
import type { MoveView, OverlapRow, OverlapView } from './pages/overlaps.js';

export async function overlapRows(db: Reader, coach: Coach, now: Instant): Promise<OverlapRow[]> {
  const found = await foundNow(db, coach, await openFindings(db, coach.id, now));
  return found.map(({ finding, one, other }) => ({ id: finding.id, isInvitation: finding.kind === 'invitation', one: one.title, other: other.title, interval: finding.interval, standing: standingOf(finding) }));
}
const standingOf = ({ request_id: request, came_back: reason }: Found['finding']): string | null =>
  request !== null ? 'One of the clients is being asked to move.' : reason === null ? null : REASON_IN_WORDS[reason];

/** One finding for its coach, or null if it is no longer so. */
export async function overlapView(db: Reader, coach: Coach, id: FindingId, page: { guard: string; fault: string | null }, now: Instant): Promise<OverlapView | null> {
  const finding = await findingById(db, coach.id, id, now);
  const [found] = finding ? await foundNow(db, coach, [finding]) : [];
  if (!finding || !found) return null;
  const { one, other } = found;
  const isInvitation = finding.kind === 'invitation';
  const moves = isInvitation ? [await moveView(db, coach, other, one, now)] : [await moveView(db, coach, one, other, now), await moveView(db, coach, other, one, now)];
  return {
    ...page, id: finding.id, zone: coach.zone, isInvitation, interval: finding.interval, stays: isInvitation ? one.title : null, moves,
    asking: finding.request_id === null ? null : await standingOfRequest(db, coach, await requestById(db, coach.id, finding.request_id)), cameBack: finding.came_back === null ? null : REASON_IN_WORDS[finding.came_back],
  };
}

async function moveView(db: Reader, coach: Coach, moves: Blocker, stays: Blocker, now: Instant): Promise<MoveView> {
  const { ask, candidate, blockers } = await pictureIf(db, coach, stays, now);
  const shown = { about: moves.key, title: moves.title, interval: moves.interval };
  if (typeof ask === 'string' || candidate?.blocker.key !== moves.key) return { ...shown, ask: { why: ASK_REFUSAL_IN_WORDS[typeof ask === 'string' ? ask : 'several-sessions'] } };
  const rest = blockers.filter((b) => b.key !== moves.key).map(({ key, title, interval, isAllDay }) => ({ key, title, interval, isAllDay }));
  return { ...shown, ask: { name: candidate.name, email: candidate.email, slots: ask.slots, answer: ask.answer, asksLately: candidate.asksLately, asksDays: coach.policy.asksPerClient.days, rest } };
}
