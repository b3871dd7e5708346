import { randomUUID } from 'node:crypto';
import { sha256 } from '../work/hash.js';
import type { CoachId } from '../kernel/ids.js';
import { plus, type Instant } from '../kernel/interval.js';
import { oneRow, param, paramOrNull, rows, run } from '../postgres/rows.js';
import type { Db, Reader, Tx } from '../postgres/transaction.js';
import { DUE, notifyDue } from '../work/due.store.js';
import type { Keyring } from '../work/shell.port.js';
import { MIRRORED } from './access-role.js';
import { REPLACE_AFTER_MS } from './channel.js';
import { LATE_PUSH_MS } from './push-health.js';

/** `opening`: written down, not known to stand. `open`: it stands. `closing`: its successor takes over, or it is not needed.
 *  `refused`: this calendar cannot be watched, asked again at `wake_at`. `closed`: it is over. */
export interface Channel {
  readonly coach_id: CoachId; readonly id: string; readonly calendar_id: string; readonly address: string; readonly resource_id: string | null;
  readonly state: 'opening' | 'open' | 'closing' | 'closed' | 'refused'; readonly expires_at: Instant | null; readonly renew_at: Instant | null;
  readonly created_at: Instant;
}

/** The secret that Google sends back with each push of this channel; made from its id, only its hash is stored. */
export const channelToken = (keys: Keyring, id: string): string => keys.sign('channel', id)?.mac.toString('base64url') ?? '';

export const channelRow = (db: Reader, coachId: CoachId, id: string): Promise<Channel | null> =>
  oneRow(db, 'select * from channels where coach_id = :coachId and id = :id', { coachId, id });

/** Writes down channels that are to be opened; the rows stand before the calls, since the first push may precede its answer. */
async function insertChannels(tx: Tx, keys: Keyring, wanted: readonly { coachId: CoachId; calendarId: string; address: string }[], now: Instant): Promise<void> {
  if (wanted.length === 0) return;
  const made = wanted.map((c) => { const id = randomUUID(); return { ...c, id, hash: sha256(channelToken(keys, id)).toString('hex') }; });
  await run(tx, `insert into channels (coach_id, id, calendar_id, token_hash, address, state, created_at, wake_at)
    select c."coachId", c.id, c."calendarId", decode(c.hash, 'hex'), c.address, 'opening', :now, :now
    from jsonb_to_recordset((:made)::jsonb) as c("coachId" text, id text, "calendarId" text, hash text, address text)
    on conflict (coach_id, calendar_id) where state in ('opening', 'open') do nothing`, { made: JSON.stringify(made), now: param(now) });
  await notifyDue(tx, 'channels');
}
/** Writes down the channel that takes the place of `c`. */
export const insertSuccessor = (tx: Tx, keys: Keyring, c: Channel, address: string, now: Instant): Promise<void> =>
  insertChannels(tx, keys, [{ coachId: c.coach_id, calendarId: c.calendar_id, address }], now);

/** The channel stands. A later answer may tell of a shorter life than the first push did. */
export const setOpen = (tx: Tx, c: Channel, open: { resourceId: string; expiresAt: Instant; renewAt: Instant }, now: Instant): Promise<number> =>
  run(tx, `update channels set state = 'open', resource_id = :resourceId, expires_at = :expires, opened_at = :now, renew_at = :renew, wake_at = :renew
    where coach_id = :coach and id = :id`, { coach: c.coach_id, id: c.id, resourceId: open.resourceId, expires: param(open.expiresAt), renew: param(open.renewAt), now: param(now) });
export const setChannelState = (tx: Tx, c: Channel, state: 'closing' | 'closed' | 'refused', wakeAt: Instant | null, refusedReason: string | null = null): Promise<number> =>
  run(tx, 'update channels set state = :state, wake_at = :wake, refused_reason = :refusedReason where coach_id = :coach and id = :id', { coach: c.coach_id, id: c.id, state, wake: paramOrNull(wakeAt), refusedReason });

/** What else stands for the calendar of `c`: since when a successor, whether one is yet to be opened, and under which id Google
 *  knows the calendar's events (the same for all channels of one calendar and person, sheet 4). */
export const besides = async (db: Reader, c: Channel): Promise<{ openSince: Instant | null; isComing: boolean; resourceId: string | null }> => {
  const row = await oneRow<{ open_since: Instant | null; is_coming: boolean | null; resource_id: string | null }>(db, `
    select min(opened_at) filter (where state = 'open') as open_since, bool_or(state in ('opening', 'refused')) as is_coming, min(resource_id) as resource_id
    from channels where coach_id = :coach and calendar_id = :calendar and id <> :id`, { coach: c.coach_id, calendar: c.calendar_id, id: c.id });
  return { openSince: row?.open_since ?? null, isComing: row?.is_coming ?? false, resourceId: row?.resource_id ?? null };
};

/** One push, in one statement: known by its id, secret and resource, it makes the calendar dirty and wakes its pull. A
 *  message that is not newer than the last says nothing new. False if the push is not authentic. */
export async function takePush(db: Db, push: { channelId: string; token: string; resourceId: string; state: string; messageNumber: number }, now: Instant): Promise<boolean> {
  const row = await oneRow<{ n: number }>(db, `
    with known as (
      select coach_id, id, calendar_id, :state <> 'sync' and (:number = 0 or :number > last_message_number) as is_news from channels
      where id = :id and token_hash = :hash and state in ('opening', 'open', 'closing') and (resource_id is null or resource_id = :resource)),
    heard as (
      update channels w set last_message_number = greatest(w.last_message_number, :number), last_message_at = :now, greeted_at = coalesce(w.greeted_at, :now),
        resource_id = coalesce(w.resource_id, nullif(:resource, ''))
      from known k where w.coach_id = k.coach_id and w.id = k.id returning 1),
    nudged as (
      update calendars c set dirty = c.dirty + 1, pushes = c.pushes + 1, pushed_at = :now,
        unannounced_at = case when c.unannounced_at > :late then null else c.unannounced_at end,
        -- What is put off after a failure, or waits to be read in full, sees this change when it is read.
        wake_at = case when c.attempts > 0 or (c.cursor is null and c.last_full_at is not null) then coalesce(c.wake_at, :now) else least(c.wake_at, :now) end
      from known k where k.is_news and c.coach_id = k.coach_id and c.id = k.calendar_id and c.role in (${MIRRORED}) returning 1)
    select (select count(*) from heard) as n, (select pg_notify('${DUE}', 'calendars') from nudged)`, {
    id: push.channelId, hash: sha256(push.token), resource: push.resourceId, state: push.state, number: push.messageNumber, now: param(now), late: param(plus(now, -LATE_PUSH_MS)),
  });
  return (row?.n ?? 0) > 0;
}

/** Channels to another address are given up, with what was proven about them; calendars that should have a channel to this
 *  one and have none get it. `coachId` null: of all coaches. */
export async function openMissingChannels(tx: Tx, keys: Keyring, coachId: CoachId | null, address: string, now: Instant): Promise<number> {
  const outdated = await run(tx, `
    with given_up as (update channels set state = 'closing', wake_at = :now where state in ('opening', 'open') and address <> :address returning coach_id, calendar_id)
    update calendars c set push_proven_at = null, push_misses = 0, unannounced_at = null from given_up g where c.coach_id = g.coach_id and c.id = g.calendar_id`, { address, now: param(now) });
  const found = await rows<{ coach_id: CoachId; id: string }>(tx, `
    select c.coach_id, c.id from calendars c join grants g on g.coach_id = c.coach_id and g.state = 'active'
    where c.role in (${MIRRORED}) and (cast(:coachId as text) is null or c.coach_id = :coachId)
      and not exists (select 1 from channels w where w.coach_id = c.coach_id and w.calendar_id = c.id
        and (w.state in ('opening', 'open') or (w.state = 'refused' and w.wake_at > :now and w.address = :address)))`, { coachId, address, now: param(now) });
  await insertChannels(tx, keys, found.map((c) => ({ coachId: c.coach_id, calendarId: c.id, address })), now);
  return found.length + outdated;
}

/** Ends channels of calendars that are not mirrored (any more). */
export const closeUnwanted = (tx: Tx, now: Instant): Promise<number> =>
  run(tx, `update channels w set state = 'closing', wake_at = :now from calendars c
    where c.coach_id = w.coach_id and c.id = w.calendar_id and w.state in ('opening', 'open') and c.role not in (${MIRRORED})`, { now: param(now) });

/** Lets channels be replaced that do not do: a day old, and nothing ever came by them, or changes were missed since. They are
 *  replaced `within` so many milliseconds, each at a moment of its own. */
export const replaceDeaf = (tx: Tx, now: Instant, withinMs: number): Promise<number> =>
  run(tx, `
    with deaf as (
      select w.coach_id, w.id, cast(:now as timestamptz) + random() * make_interval(secs => :within / 1000.0) as at
      from channels w join calendars c on c.coach_id = w.coach_id and c.id = w.calendar_id join grants g on g.coach_id = w.coach_id and g.state = 'active'
      where w.state = 'open' and w.opened_at <= :old and w.renew_at > cast(:now as timestamptz) + make_interval(secs => :within / 1000.0)
        and (w.greeted_at is null or c.push_misses >= 2) for no key update of w skip locked)
    update channels w set renew_at = deaf.at, wake_at = deaf.at from deaf where w.coach_id = deaf.coach_id and w.id = deaf.id`,
  { now: param(now), old: param(plus(now, -REPLACE_AFTER_MS)), within: withinMs });

/** Forgets channels that were over before `before`. */
export const pruneChannels = (tx: Tx, before: Instant): Promise<number> =>
  run(tx, `delete from channels where state = 'closed' and coalesce(expires_at, created_at) < :before`, { before: param(before) });
