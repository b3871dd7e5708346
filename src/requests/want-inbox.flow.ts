import { lockCoach } from '../coach/coach.store.js';
import { grantOf } from '../google/grant.store.js';
import { mayMakeCalendars } from '../google/scopes.js';
import type { CoachId } from '../kernel/ids.js';
import { inTx } from '../postgres/transaction.js';
import type { Shell } from '../work/shell.port.js';
import { wantInbox } from './inbox-calendar.store.js';

/** The coach wants a calendar for requests. False: Google has to be asked for the permission first. */
export async function askForInbox(shell: Shell, coachId: CoachId): Promise<boolean> {
  return inTx(shell.db, 'commit inbox-wanted', async (tx) => {
    await lockCoach(tx, coachId);
    const grant = await grantOf(tx, coachId);
    if (grant?.state !== 'active' || !mayMakeCalendars(grant.scopes)) return false;
    await wantInbox(tx, coachId, shell.clock.now());
    return true;
  });
}
