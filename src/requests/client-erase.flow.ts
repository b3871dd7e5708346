import { lockCoach } from '../coach/coach.store.js';
import type { ClientId, CoachId } from '../kernel/ids.js';
import { inTx } from '../postgres/transaction.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { eraseRows } from './client-erase.store.js';
import { listedClient, openMattersOf } from './client-list.store.js';

export type Erasure = { readonly did: 'erased'; readonly titles: number } | { readonly refused: 'unknown' | 'requests' | 'asks' | 'mails'; readonly why: string };

/** Why a client cannot be erased now, in words for the coach; null: they can be. */
export function whyNotErased(open: { readonly requests: number; readonly asks: number; readonly mails: number }): Extract<Erasure, { refused: string }> | null {
  if (open.requests > 0) return { refused: 'requests', why: `${open.requests === 1 ? 'A request of theirs is' : `${open.requests} requests of theirs are`} not settled. Decline ${open.requests === 1 ? 'it' : 'them'} on the requests page first, or wait until ${open.requests === 1 ? 'it is' : 'they are'} booked.` };
  if (open.asks > 0) return { refused: 'asks', why: 'They are being asked about another time right now. Decide otherwise on the requests page first, or wait for the answer.' };
  return open.mails > 0 ? { refused: 'mails', why: 'A mail to them is being sent at this moment. Try again in a minute.' } : null;
}

/** Erases a client: name, address and whatever else tells who they are goes, in one commit; history and the rows that refer to them
 *  keep ids. Nothing is written to Google: events there stay as they are, and whoever still is a guest is found there again.
 *  Refused while something of theirs is open. */
export async function eraseClient(shell: Shell, about: { readonly coachId: CoachId; readonly clientId: ClientId; readonly by: 'coach' | 'operator' }): Promise<Erasure> {
  const { coachId, clientId } = about;
  const now = shell.clock.now();
  return inTx(shell.db, 'commit client', async (tx): Promise<Erasure> => {
    await lockCoach(tx, coachId);
    if (!(await listedClient(tx, coachId, clientId))) return { refused: 'unknown', why: 'There is no such client.' };
    const not = whyNotErased(await openMattersOf(tx, coachId, clientId, now));
    if (not) return not;
    const titles = await eraseRows(tx, coachId, clientId, now);
    await remember(tx, { coachId, at: now, what: 'client erased', by: about.by, facts: { client: clientId, titles } });
    return { did: 'erased', titles };
  });
}
