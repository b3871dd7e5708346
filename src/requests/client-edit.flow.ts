import { lockCoach } from '../coach/coach.store.js';
import { normalTitle } from '../calendar/session-of.js';
import type { ClientId, CoachId } from '../kernel/ids.js';
import { inTx } from '../postgres/transaction.js';
import { wakeAllOf } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { nameTitle, saveClient } from './client.store.js';
import { forgetTitle, listedClient, openMattersOf, saveClientDetails } from './client-list.store.js';
import { peopleOf } from './people.step.js';

export interface ClientDetails { readonly name: string; readonly email: string | null; readonly zone: string | null; readonly isMuted: boolean }
export type Edited = { readonly did: 'changed' | 'nothing' } | { readonly refused: 'unknown' | 'address-taken' | 'being-asked' };

/** Changes what is kept about a client, already checked. Another address is refused while they are being asked: their answer is
 *  waited for from the address that was asked. */
export async function editClient(shell: Shell, about: { readonly coachId: CoachId; readonly clientId: ClientId }, to: ClientDetails): Promise<Edited> {
  const now = shell.clock.now();
  return inTx(shell.db, 'commit client', async (tx): Promise<Edited> => {
    await lockCoach(tx, about.coachId);
    const before = await listedClient(tx, about.coachId, about.clientId);
    if (!before) return { refused: 'unknown' };
    const changed = [before.name !== to.name && 'name', before.email !== to.email && 'address', before.time_zone !== to.zone && 'zone', (before.muted_at !== null) !== to.isMuted && 'muted'].filter((x) => x !== false);
    if (changed.length === 0) return { did: 'nothing' };
    if (before.email !== to.email && (await openMattersOf(tx, about.coachId, about.clientId, now)).asks > 0) return { refused: 'being-asked' };
    if (!(await saveClientDetails(tx, about.coachId, about.clientId, to, now))) return { refused: 'address-taken' };
    await remember(tx, { coachId: about.coachId, at: now, what: 'client changed', by: 'coach', facts: { client: about.clientId, changed } });
    await wakeAllOf(tx, about.coachId, now);
    return { did: 'changed' };
  });
}

/** Writes down a guest of a session as a client. Null: no session in sight has that guest. */
export async function keepGuest(shell: Shell, coachId: CoachId, email: string): Promise<ClientId | null> {
  const now = shell.clock.now();
  return inTx(shell.db, 'commit client', async (tx) => {
    const coach = await lockCoach(tx, coachId);
    const guest = (await peopleOf(tx, coach, now)).found.find((f) => f.email === email);
    if (!guest) return null;
    const { id } = await saveClient(tx, coachId, { name: guest.name.slice(0, 200), email: guest.email, zone: null }, now);
    await remember(tx, { coachId, at: now, what: 'client kept', by: 'coach', facts: { client: id } });
    return id;
  });
}

/** Whose a title is: a client, somebody new, nobody; or `forget`: ask again. */
export type TitleOwner = { readonly is: 'client'; readonly id: ClientId } | { readonly is: 'new'; readonly name: string; readonly email: string | null } | { readonly is: 'nobody' } | { readonly is: 'forget' };

/** Remembers whose title `key` is, for all events that have it. False: there is no such client, or the key is none. */
export async function ownTitle(shell: Shell, coachId: CoachId, key: string, owner: TitleOwner): Promise<boolean> {
  const now = shell.clock.now();
  if (key === '' || normalTitle(key) !== key) return false;
  return inTx(shell.db, 'commit client', async (tx) => {
    await lockCoach(tx, coachId);
    if (owner.is === 'client' && !(await listedClient(tx, coachId, owner.id))) return false;
    const clientId = owner.is === 'client' ? owner.id : owner.is === 'new' ? (await saveClient(tx, coachId, { name: owner.name, email: owner.email, zone: null }, now)).id : null;
    if (owner.is === 'forget') await forgetTitle(tx, coachId, key);
    else await nameTitle(tx, coachId, key, clientId, now);
    const what = owner.is === 'forget' ? 'title forgotten' : 'title named';
    await remember(tx, { coachId, at: now, what, by: 'coach', facts: { client: clientId } });
    await wakeAllOf(tx, coachId, now);
    return true;
  });
}
