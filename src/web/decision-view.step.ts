import { answerTime, isSession, ASK_REFUSAL_IN_WORDS } from '../conflicts/blocker.js';
import { isOpenByHand, whatItTakes, type Picture } from '../conflicts/picture.js';
import { otherPictures, pictureOf, wantedBy } from '../conflicts/picture.store.js';
import type { Coach } from '../coach/coach.store.js';
import { intervalFrom } from '../kernel/interval.js';
import { momentInWords } from '../kernel/zone.js';
import { oftenInWords } from '../mail/letter-times.js';
import { reasonForCoach } from '../mail/letter-reason.step.js';
import { clientById } from '../requests/client.store.js';
import { lengthMs, needsCoach, type Request } from '../requests/request.js';
import { requestsOf } from '../requests/request.store.js';
import { linkPath } from '../mail/link.store.js';
import { liveResolution, offerOf } from '../resolution/resolution.store.js';
import type { Reader } from '../postgres/transaction.js';
import type { Shell } from '../work/shell.port.js';
import type { AskView, BlockerView, DecisionView, PendingRow } from './views.js';

/** Where a request stands, in one sentence for its coach. */
export async function standingOf(db: Reader, coach: Coach, request: Request): Promise<string> {
  switch (request.state) {
    case 'booked': return request.booked_start === null ? 'Booked.' : `Booked: ${momentInWords(request.booked_start, coach.zone)}.`;
    case 'declined': return 'Declined.';
    case 'expired': return 'The wanted time has passed.';
    case 'withdrawn': return 'Withdrawn: the time is no longer wanted.';
    case 'booking': return 'The booking is being written to your calendar.';
    case 'pending_resolution': {
      const reason = request.pending_reason ?? 'taken';
      const live = reason === 'asked' || reason === 'offered' ? await liveResolution(db, coach.id, request.id) : null;
      if (!live) return (await reasonForCoach(db, request)).sentence;
      const offer = await offerOf(db, live);
      const client = await clientById(db, coach.id, offer.clientId);
      const until = momentInWords(offer.expiresAt, coach.zone);
      return reason === 'asked' ? `${client.name} was asked to move and can answer until ${until}.` : `${client.name} was offered other times and can answer until ${until}.`;
    }
  }
}

export async function decisionView(shell: Shell, coach: Coach, request: Request, page: { action: string; guard: string | null; isStale: boolean; isDecided: boolean; prepared: DecisionView['prepared']; fault: string | null }): Promise<DecisionView> {
  const incoming = await clientById(shell.db, coach.id, request.client_id);
  const picture = await pictureOf(shell.db, coach, wantedBy(request), shell.clock.now());
  const isOpen = request.state === 'pending_resolution' && request.pending_reason !== 'moving' && request.pending_reason !== 'landing';
  const others = isOpen ? await otherPictures(shell.db, coach, request, shell.clock.now()) : [];
  const isCoachsTurn = request.state === 'pending_resolution' && request.pending_reason !== null && needsCoach(request.pending_reason);
  return {
    ...page, historyPath: page.guard === null ? null : `/history?request=${request.id}`, isDecided: page.isDecided && !isCoachsTurn, revision: request.revision, zone: coach.zone, incoming: { name: incoming.name, email: incoming.email ?? '' }, sessionType: request.session_type,
    wanted: request.state === 'booked' && request.booked_start !== null ? intervalFrom(request.booked_start, lengthMs(request)) : picture.wanted,
    alsoWanted: others.map((p) => ({ wanted: p.wanted, takes: whatItTakes(p), blockers: blockersIn(p), ask: askIn(coach, p), isOpenByHand: isOpenByHand(p) })),
    standing: await standingOf(shell.db, coach, request), isOpen, blockers: blockersIn(picture),
    neighbours: picture.neighbours.map((b) => ({ title: b.title, interval: b.interval })),
    ask: askIn(coach, picture) ?? { why: whyNoAsk(coach, picture) },
    otherSlots: picture.otherSlots, offerAnswer: answerTime(shell.clock.now(), coach.policy, null), offersAfterNo: coach.policy.afterSilence === 'option1',
    passOn: await toPassOn(shell, coach, request), manual: picture.manual,
  };
}

function blockersIn(picture: Picture): BlockerView[] {
  const blockers = picture.blockers.map((b): BlockerView => ({
    key: b.key, title: b.title, interval: b.interval, isAllDay: b.isAllDay, kind: b.claim.kind === 'unnamed' ? 'unnamed' : isSession(b) ? 'session' : 'other',
  }));
  return picture.isPromised ? [...blockers, { key: 'promised', title: 'Promised to another request', interval: picture.wanted, isAllDay: false, kind: 'promised' }] : blockers;
}
const askIn = (coach: Coach, { ask, candidate }: Picture): AskView | null => typeof ask === 'string' || !candidate ? null : {
  key: candidate.blocker.key, name: candidate.name, email: candidate.email, slots: ask.slots, answer: ask.answer, asksLately: candidate.asksLately, asksDays: coach.policy.asksPerClient.days,
  unnamedKey: candidate.blocker.claim.kind === 'unnamed' ? candidate.blocker.key : null,
};

/** Why nobody can be asked, for the coach; with the numbers where the coach's own rule says no. */
function whyNoAsk(coach: Coach, { ask, candidate }: Picture): string {
  if (ask !== 'asked-lately' || !candidate) return ASK_REFUSAL_IN_WORDS[typeof ask === 'string' ? ask : 'no-session'];
  const { count, days } = coach.policy.asksPerClient;
  return `${candidate.name} was asked to move ${oftenInWords(candidate.asksLately)} in the last ${days} days. Your rule is: ${oftenInWords(count)}.`;
}

/** The link of the question that waits, if its client has no address. */
async function toPassOn(shell: Shell, coach: Coach, request: Request): Promise<DecisionView['passOn']> {
  if (request.state !== 'pending_resolution' || request.pending_reason !== 'asked') return null;
  const live = await liveResolution(shell.db, coach.id, request.id);
  const asked = live && await clientById(shell.db, coach.id, (await offerOf(shell.db, live)).clientId);
  if (!live || !asked || asked.email !== null) return null;
  return { name: asked.name, link: shell.publicUrl + await linkPath(shell.db, shell.keys, { coachId: coach.id, purpose: 'choose', requestId: request.id, resolutionId: live.id }) };
}

/** Whose turn it is, in a few words. */
async function turnOf(db: Reader, coach: Coach, request: Request): Promise<string> {
  switch (request.state) {
    case 'booked': return 'Booked';
    case 'declined': return 'Declined';
    case 'expired': return 'Over';
    case 'withdrawn': return 'Withdrawn';
    case 'booking': return 'Being booked';
    case 'pending_resolution': {
      const reason = request.pending_reason ?? 'taken';
      if (needsCoach(reason)) return 'Your turn';
      if (reason === 'promised') return 'Waits for another request';
      const live = reason === 'asked' || reason === 'offered' ? await liveResolution(db, coach.id, request.id) : null;
      return live ? `${(await clientById(db, coach.id, (await offerOf(db, live)).clientId)).name}’s turn` : 'Makeway is at it';
    }
  }
}

/** The rows of the pending list: open requests first the coach's turn, or the latest settled ones. */
export async function pendingRows(db: Reader, coach: Coach, which: 'open' | 'settled'): Promise<PendingRow[]> {
  const rows: PendingRow[] = [];
  for (const request of await requestsOf(db, coach.id, which)) {
    const client = await clientById(db, coach.id, request.client_id);
    const start = request.booked_start ?? request.wanted_at;
    rows.push({
      requestId: request.id, incomingName: client.name, wanted: intervalFrom(start, lengthMs(request)), standing: request.state === 'booked' || request.state === 'declined' ? null : await standingOf(db, coach, request), turn: await turnOf(db, coach, request),
      needsYou: request.state === 'pending_resolution' && request.pending_reason !== null && needsCoach(request.pending_reason),
    });
  }
  return rows.sort((a, b) => Number(b.needsYou) - Number(a.needsYou));
}
