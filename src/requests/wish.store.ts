import type { CoachId, RequestId, WishId } from '../kernel/ids.js';
import { DAY, HOUR, instant, plus, type Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { mintId, oneRow, param, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';
import { sha256 } from '../work/hash.js';
import { CONFIRMED_TELLS_MS, KNOCKS_COUNT_FOR_MS, WISH_LASTS_MS, type Traffic, type Wish } from './wish.js';

/** timestamptz[] comes from the driver as Dates. */
type Row = Omit<Wish, 'starts'> & { starts: Date[] };
const COLUMNS = 'coach_id, id, name, email, time_zone, session_type, length_minutes, starts, created_at, expires_at, confirmed_at, request_id';

export async function wishById(db: Reader, coachId: CoachId, id: WishId, lock: 'lock' | 'read' = 'read'): Promise<Wish> {
  const row = await oneRow<Row>(db, `select ${COLUMNS} from wishes where coach_id = :coachId and id = :id ${lock === 'lock' ? 'for no key update' : ''}`, { coachId, id });
  if (!row) throw new Problem('IMPOSSIBLE_STATE', 'A link leads to a wish that is missing.', { id });
  return { ...row, starts: row.starts.map((d) => instant(new Date(d).getTime())) };
}

/** What somebody has left on the booking page, already read. */
export interface Left { readonly name: string; readonly email: string; readonly zone: string; readonly sessionType: string; readonly lengthMinutes: number; readonly starts: readonly Instant[] }

/** One more form from this place, counted in hours that begin at the full hour. Returns how many there are in this one. */
export async function knock(tx: Tx, coachId: CoachId, visitor: Buffer, now: Instant): Promise<number> {
  const since = instant(Math.floor(now / KNOCKS_COUNT_FOR_MS) * KNOCKS_COUNT_FOR_MS);
  const row = await oneRow<{ count: number }>(tx, `insert into knocks as k (coach_id, visitor, since, count) values (:coachId, :visitor, :since, 1)
    on conflict (coach_id, visitor, since) do update set count = k.count + 1 returning count`, { coachId, visitor, since: param(since) });
  return row?.count ?? 0;
}

/** What came in of late: the limits are counted in the database, so that they hold for all daemons together. */
export async function trafficOf(db: Reader, coachId: CoachId, left: Left, now: Instant): Promise<Omit<Traffic, 'knocks'>> {
  const row = await oneRow<{ of_address: number; of_coach: number; last_mail_at: Instant | null; repeats: number }>(db, `
    select (select count(*) from wishes where coach_id = :coachId and created_at > :hour and confirmed_at is null) as of_coach,
      count(*) filter (where confirmed_at is null) as of_address, max(mail_at) as last_mail_at,
      count(*) filter (where confirmed_at is null and starts = cast(:starts as timestamptz[]) and session_type = :type and length_minutes = :length) as repeats
    from wishes where coach_id = :coachId and email_hash = :hash and created_at > :day`, {
    coachId, hash: sha256(left.email), starts: left.starts.map(param), type: left.sessionType, length: left.lengthMinutes, hour: param(plus(now, -HOUR)), day: param(plus(now, -DAY)),
  });
  return { ofAddress: row?.of_address ?? 0, ofCoach: row?.of_coach ?? 0, lastMailAt: row?.last_mail_at ?? null, isRepeat: (row?.repeats ?? 0) > 0 };
}

export async function insertWish(tx: Tx, coachId: CoachId, left: Left, mailAt: Instant, now: Instant): Promise<WishId> {
  const id = mintId<WishId>('wish');
  await run(tx, `insert into wishes (coach_id, id, name, email, email_hash, time_zone, session_type, length_minutes, starts, created_at, mail_at, expires_at)
    values (:coachId, :id, :name, :email, :hash, :zone, :type, :length, :starts, :now, :mailAt, :expires)`, {
    coachId, id, name: left.name, email: left.email, hash: sha256(left.email), zone: left.zone, type: left.sessionType, length: left.lengthMinutes,
    starts: left.starts.map(param), now: param(now), mailAt: param(mailAt), expires: param(plus(now, WISH_LASTS_MS)),
  });
  return id;
}

/** The wish has become a request. Name and address are the client's from now on. */
export const setConfirmed = (tx: Tx, wish: Wish, requestId: RequestId, now: Instant): Promise<number> =>
  run(tx, 'update wishes set confirmed_at = :now, request_id = :requestId, name = null, email = null where coach_id = :coachId and id = :id', { coachId: wish.coach_id, id: wish.id, requestId, now: param(now) });

/** Forgets wishes that nobody confirmed, a day after their end, and those whose link no longer tells; and old knocks. */
export async function pruneWishes(tx: Tx, now: Instant): Promise<number> {
  return await run(tx, 'delete from wishes where expires_at < :unconfirmed and (confirmed_at is null or expires_at < :confirmed)',
    { unconfirmed: param(plus(now, -DAY)), confirmed: param(plus(now, -CONFIRMED_TELLS_MS)) })
    + await run(tx, 'delete from knocks where since < :old', { old: param(plus(now, -2 * KNOCKS_COUNT_FOR_MS)) });
}
