/** An event of the requests calendar becomes a request, changes it, or takes it back. */
import { lockCoach, type Coach } from '../coach/coach.store.js';
import type { WholeEvent } from '../google/google.port.js';
import { instant, type Instant } from '../kernel/interval.js';
import { inTx, type Tx } from '../postgres/transaction.js';
import { sha256 } from '../work/hash.js';
import { holdLease, release, type Claim } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { changeWish } from './change-wish.step.js';
import { inboxTurn, type InboxKnown, type InboxSight, type InboxTurn } from './inbox-turn.js';
import { ownWords } from './inbox-words.js';
import { inboxEvent, keepRefusal, keepWish, ownAddresses, type InboxEvent } from './inbox.store.js';
import { readInboxEvent, type InboxWish } from './read-inbox-event.js';
import type { Request } from './request.js';
import { findRequest } from './request.store.js';
import { AlreadyYours, takeIn, type Asked, type TakenIn } from './take-in.step.js';
import { withdrawRequest } from './withdraw.step.js';

/** Does what the event asks for now, in one commit; a landing that this began is due at once. Returns what it was. */
export async function heedInbox(shell: Shell, claim: Claim, seen: InboxEvent, sight: WholeEvent | 'gone'): Promise<InboxTurn['do']> {
  const now = shell.clock.now();
  const tried: { hash: Buffer; startsAnew: boolean }[] = [];
  const heed = inTx(shell.db, 'commit inbox-read', async (tx): Promise<{ did: InboxTurn['do']; taken: TakenIn | null }> => {
    const coach = await lockCoach(tx, claim.coachId);
    await holdLease(tx, claim);
    const row = (await inboxEvent(tx, claim.coachId, claim.id)) ?? seen;
    const request = row.request_id === null ? null : await findRequest(tx, coach.id, row.request_id, 'lock');
    const turn = inboxTurn(knownOf(row), request?.state ?? null, await sightOf(tx, coach, sight), { now, horizonMs: coach.policy.horizonMs });
    if (turn.do === 'take in' || turn.do === 'change') tried.push({ hash: Buffer.from(turn.hash, 'hex'), startsAnew: turn.do === 'take in' });
    return { did: turn.do, taken: await carryOut(tx, shell, claim, coach, row, request, turn, now) };
  });
  try {
    const { did, taken } = await heed;
    // It is taken up by those whose work landings are.
    if (taken?.landing?.claim) await release(shell.db, taken.landing.claim);
    return did;
  } catch (error) {
    const [last] = tried;
    if (!(error instanceof AlreadyYours) || !last) throw error;
    const { hash, startsAnew } = last;
    await inTx(shell.db, 'commit inbox-read', async (tx) => { await holdLease(tx, claim); await keepRefusal(tx, claim, { why: 'already-theirs', hash }, startsAnew && seen.state !== 'open'); });
    return 'stay';
  }
}

async function carryOut(tx: Tx, shell: Shell, claim: Claim, coach: Coach, row: InboxEvent, request: Request | null, turn: InboxTurn, now: Instant): Promise<TakenIn | null> {
  switch (turn.do) {
    case 'close':
    case 'tidy': return null;
    case 'stay': {
      const isKept = turn.why === 'already-theirs';
      if (!isKept && (row.refused !== null || (turn.startsAnew && row.state !== 'open'))) await keepRefusal(tx, claim, null, turn.startsAnew && row.state !== 'open');
      return null;
    }
    case 'withdraw':
      // Being moved or booked: it is looked at again when that has come to its end.
      if (request) await withdrawRequest(tx, shell, coach, request, 'coach', now);
      return null;
    case 'take in': {
      const taken = await takeIn(tx, shell, coach, asked(turn.wish), now);
      await keepWish(tx, claim, taken.request.id, { hash: Buffer.from(turn.hash, 'hex'), start: turn.wish.start });
      return taken;
    }
    case 'change': {
      if (!request) return null;
      const taken = await changeWish(tx, shell, coach, request, asked(turn.wish), now);
      const hash = Buffer.from(turn.hash, 'hex');
      if (taken) await keepWish(tx, claim, request.id, { hash, start: turn.wish.start });
      else {
        await keepRefusal(tx, claim, { why: 'in-progress', hash }, false);
        if (row.refused !== 'in-progress') await remember(tx, { coachId: coach.id, at: now, what: 'wish not changed: too late', by: 'makeway', requestId: request.id, facts: { wanted: [turn.wish.start] } });
      }
      return taken;
    }
  }
}

const asked = (wish: InboxWish): Asked => ({
  source: 'calendar', client: { name: wish.name, email: wish.email, zone: null }, sessionType: wish.sessionType, lengthMinutes: wish.lengthMinutes, wantedStarts: [wish.start], idempotency: null,
});

const hex = (hash: Buffer | null): string | null => hash?.toString('hex') ?? null;
export const knownOf = (row: InboxEvent): InboxKnown =>
  ({ state: row.state, wishHash: hex(row.wish_hash), wishStart: row.wish_start === null ? null : instant(row.wish_start), refused: row.refused, refusedHash: hex(row.refused_hash) });

/** What the event says, read by the coach's own addresses and session types. */
export async function sightOf(db: Parameters<typeof ownAddresses>[0], coach: Coach, sight: WholeEvent | 'gone'): Promise<InboxSight> {
  if (sight === 'gone') return { is: 'gone' };
  const reading = readInboxEvent(sight.event, ownWords(sight), { own: await ownAddresses(db, coach.id), sessionTypes: coach.policy.sessionTypes });
  return { is: 'there', reading, hash: reading.is === 'wish' ? sha256(JSON.stringify([reading.wish.start, reading.wish.lengthMinutes, reading.wish.email, reading.wish.sessionType])).toString('hex') : null };
}
