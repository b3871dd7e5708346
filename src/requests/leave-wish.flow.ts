import { lockCoach } from '../coach/coach.store.js';
import type { CoachId } from '../kernel/ids.js';
import { makeWishLink } from '../mail/link.store.js';
import { enqueueAboutWish } from '../mail/outbox.store.js';
import { inTx } from '../postgres/transaction.js';
import type { Shell } from '../work/shell.port.js';
import { admit } from './wish.js';
import { insertWish, knock, trafficOf, type Left } from './wish.store.js';

/** Keeps what a visitor asks for until they confirm it by the link that is mailed to them. Nothing else happens: no request, no
 *  client, no word to the coach. The answer is the same whoever the address belongs to, and whether or not a mail goes out;
 *  `refused`: too much came in, from this place or for this coach. `visitor` stands for the place, and cannot be read back. */
export async function leaveWish(shell: Shell, coachId: CoachId, visitor: Buffer, left: Left): Promise<'kept' | 'refused'> {
  const now = shell.clock.now();
  return inTx(shell.db, 'commit wish', async (tx) => {
    // One after the other, so that the limits are counted right
    await lockCoach(tx, coachId);
    const knocks = await knock(tx, coachId, visitor, now);
    const verdict = admit({ knocks, ...(await trafficOf(tx, coachId, left, now)) }, now);
    if (verdict.is === 'refused') return 'refused';
    if (verdict.is === 'dropped') return 'kept';
    const wishId = await insertWish(tx, coachId, left, verdict.mailAt, now);
    await makeWishLink(tx, shell.keys, { coachId, wishId }, now);
    await enqueueAboutWish(tx, { coachId, kind: 'confirm', wishId }, shell.mailFrom, verdict.mailAt, now);
    return 'kept';
  });
}
