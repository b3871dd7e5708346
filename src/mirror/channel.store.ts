import { timingSafeEqual, randomUUID } from 'node:crypto';
import { sha256 } from '../work/hash.js';
import type { CoachId } from '../kernel/ids.js';
import { HOUR, MINUTE, plus, type Instant } from '../kernel/interval.js';
import { oneRow, param, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';
import { notifyDue } from '../work/due.store.js';
import type { Keyring } from '../work/shell.port.js';

export interface Channel { readonly coach_id: CoachId; readonly id: string; readonly calendar_id: string; readonly token_hash: Buffer; readonly address: string; readonly resource_id: string | null; readonly state: 'opening' | 'open' | 'closing' | 'closed' | 'refused'; readonly expires_at: Instant | null }

/** The secret that Google sends back with each push of this channel; made from its id, only its hash is stored. */
export const channelToken = (keys: Keyring, id: string): string => keys.sign('channel', id)?.mac.toString('base64url') ?? '';

export const channelRow = (db: Reader, coachId: CoachId, id: string): Promise<Channel | null> =>
  oneRow(db, 'select * from channels where coach_id = :coachId and id = :id', { coachId, id });

/** Writes down a channel that is to be opened; the row stands before the call, since the first push may precede its answer. */
export async function insertChannel(tx: Tx, keys: Keyring, c: { coachId: CoachId; calendarId: string; address: string }, now: Instant): Promise<void> {
  const id = randomUUID();
  await run(tx, `insert into channels (coach_id, id, calendar_id, token_hash, address, state, created_at, wake_at) values (:coach, :id, :calendar, :hash, :address, 'opening', :now, :now)
    on conflict (coach_id, calendar_id) where state in ('opening', 'open') do nothing`, { coach: c.coachId, id, calendar: c.calendarId, hash: sha256(channelToken(keys, id)), address: c.address, now: param(now) });
  await notifyDue(tx, 'channels');
}
export const setOpen = (tx: Tx, c: Channel, resourceId: string, expiresAt: Instant, wakeAt: Instant): Promise<number> =>
  run(tx, `update channels set state = 'open', resource_id = :resourceId, expires_at = :expires, wake_at = :wake where coach_id = :coach and id = :id`,
    { coach: c.coach_id, id: c.id, resourceId, expires: param(expiresAt), wake: param(wakeAt) });
export const setChannelState = (tx: Tx, c: Channel, state: 'closing' | 'closed' | 'refused', wakeAt: Instant | null): Promise<number> =>
  run(tx, 'update channels set state = :state, wake_at = :wake where coach_id = :coach and id = :id', { coach: c.coach_id, id: c.id, state, wake: wakeAt === null ? null : param(wakeAt) });

/** The channel that this push truly belongs to, or null. Secret compared in constant time; the resource must match once known. */
export async function authenticPush(db: Reader, push: { channelId: string; token: string; resourceId: string }): Promise<Channel | null> {
  const channel = await oneRow<Channel>(db, `select * from channels where id = :id and state in ('opening', 'open', 'closing')`, { id: push.channelId });
  if (!channel || !timingSafeEqual(sha256(push.token), channel.token_hash)) return null;
  return channel.resource_id === null || channel.resource_id === push.resourceId ? channel : null;
}
export const countMessage = (tx: Tx, c: Channel, messageNumber: number, now: Instant): Promise<number> =>
  run(tx, 'update channels set last_message_number = greatest(last_message_number, :n), last_message_at = :now where coach_id = :coach and id = :id', { coach: c.coach_id, id: c.id, n: messageNumber, now: param(now) });

/** Calendars of a coach that should have a channel to this address and have none get one. */
export async function openMissingChannels(tx: Tx, keys: Keyring, coachId: CoachId | null, address: string, now: Instant): Promise<number> {
  const outdated = await run(tx, `update channels set state = 'closing', wake_at = :now where state in ('opening', 'open') and address <> :address`, { address, now: param(now) });
  const found = await tx.raw<{ rows: { coach_id: CoachId; id: string }[] }>(`
    select c.coach_id, c.id from calendars c join grants g on g.coach_id = c.coach_id and g.state = 'active'
    where c.role in ('sessions', 'busy') and (cast(:coachId as text) is null or c.coach_id = :coachId)
      and not exists (select 1 from channels w where w.coach_id = c.coach_id and w.calendar_id = c.id and (w.state in ('opening', 'open') or (w.state = 'refused' and w.wake_at > :now)))`, { coachId, now: param(now) });
  for (const c of found.rows) await insertChannel(tx, keys, { coachId: c.coach_id, calendarId: c.id, address }, now);
  return found.rows.length + outdated;
}
export const RENEW_BEFORE_MS = 12 * HOUR;
export const OVERLAP_MS = 600_000;
/** When the successor of a channel is opened: half a day before its end, or at half of a life shorter than a day; never
 *  at once, however short the life is. */
export const renewAt = (expiresAt: Instant, now: Instant): Instant => plus(now, Math.max(MINUTE, expiresAt - now - Math.min(RENEW_BEFORE_MS, (expiresAt - now) / 2)));
