import { lockCoach, type Coach } from '../coach/coach.store.js';
import type { Blocker } from '../conflicts/blocker.js';
import { blockersAt } from '../conflicts/standing.store.js';
import type { ClientId, CoachId, FindingId, RequestId } from '../kernel/ids.js';
import { MINUTE, type Instant } from '../kernel/interval.js';
import { inTx, type Tx } from '../postgres/transaction.js';
import { attach, findingById, leaveBoth } from '../requests/finding.store.js';
import { clientById, saveClient } from '../requests/client.store.js';
import { insertRequest, requestById } from '../requests/request.store.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { ask } from './ask.step.js';
import { refuse, type Decision, type RefusedDecision } from './decision.js';
import { liveLanding } from './landing.store.js';
import { liveResolution, offerOf } from './resolution.store.js';
import { backToFindings } from './standing-request.step.js';
import { next } from './states.js';
import { take } from './take.step.js';

/** What the coach wants done about two things that stand at one time: leave them for good, or ask one client to move. */
export type FindingDecision = { readonly do: 'leave' } | /** Whoever is asked is told that there is nothing to do any more. */ { readonly do: 'stop' } | { readonly do: 'ask'; /** The blocker whose client is asked. */ readonly about: string; readonly ticks: readonly string[]; readonly address: string | null };

class Refusal extends Error { constructor(readonly answer: RefusedDecision) { super('refused'); } }
const GONE = 'That is no longer so: one of the two has moved, or is gone.';

/** Carries out the coach's decision about a finding in one commit, or refuses with a reason and changes nothing. Asking makes a
 *  request that stands for the event which stays; from there it goes as every option 2 does. */
export async function settleFinding(shell: Shell, about: { coachId: CoachId; findingId: FindingId }, decision: FindingDecision): Promise<{ did: 'leave' | 'stop' } | { did: 'ask'; requestId: RequestId } | RefusedDecision> {
  const now = shell.clock.now();
  try {
    return await inTx(shell.db, 'commit settle-finding', async (tx) => {
      const coach = await lockCoach(tx, about.coachId);
      const finding = await findingById(tx, coach.id, about.findingId, now, 'lock');
      if (!finding) throw new Refusal(refuse('settled', GONE));
      if (decision.do === 'stop') return stop(tx, shell, coach, finding.request_id, now);
      if (finding.request_id !== null) throw new Refusal(refuse('in-progress', 'One of the two clients is being asked already.'));
      if (decision.do === 'leave') {
        await leaveBoth(tx, coach.id, finding.id, now);
        await remember(tx, { coachId: coach.id, at: now, what: 'left both as they stand', by: 'coach', facts: { finding: finding.id } });
        return { did: 'leave' };
      }
      const there = await blockersAt(tx, coach, finding.interval);
      const stays = there.find((b) => b.key === (decision.about === finding.one_key ? finding.other_key : finding.one_key));
      if (!stays || !there.some((b) => b.key === decision.about)) throw new Refusal(refuse('settled', GONE));
      const request = await insertRequest(tx, {
        coachId: coach.id, clientId: await clientOf(tx, coach, stays, now), sessionType: stays.title, lengthMinutes: Math.round((stays.interval.end - stays.interval.start) / MINUTE),
        wantedStarts: [stays.interval.start], idempotency: null, source: finding.kind, standsAs: stays.key,
      }, now);
      await remember(tx, { coachId: coach.id, at: now, what: 'received', by: 'coach', requestId: request.id, facts: { wanted: request.wanted_starts, source: request.source, finding: finding.id } });
      const option2: Extract<Decision, { do: 'option2' }> = { do: 'option2', about: decision.about, ticks: decision.ticks, address: decision.address, clientName: null, wanted: null };
      const answer = await ask(tx, shell, coach, request, option2, now);
      if ('refused' in answer) throw new Refusal(answer);
      await attach(tx, coach.id, finding.id, request.id);
      await remember(tx, { coachId: coach.id, at: now, what: 'decided: option2', by: 'coach', requestId: request.id });
      return { did: 'ask', requestId: request.id };
    });
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

async function stop(tx: Tx, shell: Shell, coach: Coach, requestId: RequestId | null, now: Instant): Promise<{ did: 'stop' }> {
  const request = requestId && await requestById(tx, coach.id, requestId, 'lock');
  if (!request || request.state !== 'pending_resolution') return { did: 'stop' };
  const live = await liveResolution(tx, coach.id, request.id, 'lock');
  if ((live && !next(live, await offerOf(tx, live), 'decided anew', now)) || (await liveLanding(tx, coach.id, request.id))) throw new Refusal(refuse('in-progress', 'The session is being moved right now.'));
  if (live) await take(tx, shell, coach, live, { is: 'decided anew' }, 'coach', now);
  await backToFindings(tx, await requestById(tx, coach.id, request.id, 'lock'), null, now);
  return { did: 'stop' };
}

/** Whose the event is that stays: its client, or who invites. */
async function clientOf(tx: Tx, coach: Coach, stays: Blocker, now: Instant): Promise<ClientId> {
  const { claim } = stays;
  if (claim.kind === 'named') return (await clientById(tx, coach.id, claim.clientId)).id;
  const person = claim.kind === 'guest' ? claim : claim.kind === 'not-ours' ? claim.organizer : null;
  if (!person) throw new Refusal(refuse('not-possible', GONE));
  return (await saveClient(tx, coach.id, { name: person.displayName ?? person.email, email: person.email, zone: null }, now)).id;
}
