/** What a pull leaves behind for the next one: when it comes, and what the last one said about pushes, full reads and quiet. */
import type { CoachId } from '../kernel/ids.js';
import { instant, type Instant } from '../kernel/interval.js';
import { oneRow, param, paramOrNull, rows, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';
import { callsPerDay, countFullRead, fullReadAt, nextPullAt, SILENT_GAPS, SILENT_LEAST_MS, stretchFor, UNSTRETCHED, usualGap, type Pace, type Stretch } from './cadence.js';
import { leaseLost, type Claim } from '../work/due.store.js';
import { judgePushes, pushHealth, type PushHealth, type PushRecord } from './push-health.js';
import { expansionWindow, SHAPE } from './calendar.store.js';

/** A calendar as it was when its pull began. */
interface Pulled { readonly coach_id: CoachId; readonly id: string; readonly pushes: number; readonly dirty: number; readonly last_pull_at: Instant | null; readonly cursor_shape: number | null; readonly access_role: string }

/** The channels of a calendar by which a push may come, as one: since when, and whether anything came. */
const STANDING = `lateral (select min(w.opened_at) as open_since, coalesce(bool_or(w.greeted_at is not null), false) as is_greeted from channels w
  where w.coach_id = c.coach_id and w.calendar_id = c.id and w.state in ('open', 'closing') and w.expires_at > :now)`;

interface PullFacts {
  awaited: boolean; open_since: Instant | null; is_greeted: boolean; pushes: number; pushes_seen: number;
  push_proven_at: Instant | null; push_misses: number; unannounced_at: Instant | null; changed_at: Instant | null; usual_gap_ms: number | null;
  full_reads: number; full_reads_since: Instant | null; awaited_stretch: number | null; quiet_stretch: number | null;
}
/** How a pull ends. `cursor`, zone and role: what Google said last. `isFull`: all was read, from scratch; `isWhole`: and to the end. */
export interface PullEnd {
  readonly isChanged: boolean; readonly isFull: boolean; readonly isWhole: boolean; readonly cursor: string | null; readonly generation: number;
  readonly timeZone: string; readonly accessRole: string; readonly now: Instant; /** Chance in [0, 1). */ readonly spread: number;
}

/** Ends a pull: takes down what it found (did a push announce it, how long was it quiet, was it a full read), moves the cursor,
 *  and says when the calendar is read next. `calendar` as the pull began. Returns true if it became dirty again meanwhile.
 *  Locks the calendar's row: last in the transaction, so that a heartbeat or a push is not kept waiting by what came before.
 *  @throws Problem LEASE_LOST */
export async function endPull(tx: Tx, claim: Claim, calendar: Pulled, end: PullEnd): Promise<boolean> {
  const { now } = end;
  const key = { coach: calendar.coach_id, calendar: calendar.id };
  const f = await oneRow<PullFacts>(tx, `
    select exists (select 1 from requests r where r.coach_id = c.coach_id and r.state in ('pending_resolution', 'booking')) as awaited,
      w.open_since, w.is_greeted, c.pushes, c.pushes_seen, c.push_proven_at, c.push_misses, c.unannounced_at, c.changed_at, c.usual_gap_ms, c.full_reads, c.full_reads_since,
      k.awaited_stretch, k.quiet_stretch
    from calendars c left join ${STANDING} w on true left join cadence k on true where c.coach_id = :coach and c.id = :calendar and c.fence = :fence for no key update of c`,
  { ...key, fence: claim.fence, now: param(now) });
  if (!f) throw leaseLost(claim);
  const record: PushRecord = { openSince: f.open_since, isGreeted: f.is_greeted, provenAt: f.push_proven_at, misses: f.push_misses, unannouncedAt: f.unannounced_at };
  const judged = judgePushes(record, { isChanged: end.isChanged, isAnnounced: f.pushes > f.pushes_seen, previousAt: calendar.last_pull_at, now });
  const full = end.isFull ? countFullRead({ count: f.full_reads, since: f.full_reads_since }, now) : { count: f.full_reads, since: f.full_reads_since };
  // The first read finds everything: that is no change, but what is new to us may well be in motion.
  const isChange = end.isChanged && calendar.last_pull_at !== null;
  const changedAt = end.isChanged || f.changed_at === null ? now : f.changed_at;
  const gap = isChange && f.changed_at !== null ? usualGap(f.usual_gap_ms, now - f.changed_at) : f.usual_gap_ms;
  const stretch: Stretch = f.awaited_stretch === null || f.quiet_stretch === null ? UNSTRETCHED : { awaited: f.awaited_stretch, quiet: f.quiet_stretch };
  const wakeAt = nextPullAt({ now, hasOpenRequest: f.awaited, push: pushHealth({ ...record, ...judged }), quietForMs: now - changedAt, stretch, spread: end.spread });
  const row = await oneRow<{ dirty: number }>(tx, `update calendars set
      cursor = :cursor, cursor_shape = :shape, generation = :generation, pulled = :pulled, last_pull_at = :now, time_zone = :zone, access_role = :role,
      last_full_at = case when :isWhole then :now else last_full_at end, expanded_until = coalesce(expanded_until, :laidOut), frozen_at = null, freeze_reason = null,
      awaited = :awaited, pushes_seen = :seen, push_proven_at = :proven, push_misses = :misses, missed_by_push = missed_by_push + :missed,
      unannounced_at = :unannounced, changed_at = :changed, usual_gap_ms = :gap, silent_since = case when :isChange then null else silent_since end,
      full_reads = :reads, full_reads_since = :since, parked_reason = case when :isFull then parked_reason end,
      wake_at = case when dirty > :pulled then cast(:now as timestamptz) else cast(:wake as timestamptz) end
    where coach_id = :coach and id = :calendar returning dirty`, {
    ...key, cursor: end.cursor, shape: SHAPE, generation: end.generation, pulled: calendar.dirty, now: param(now), zone: end.timeZone, role: end.accessRole, isWhole: end.isWhole,
    laidOut: param(expansionWindow(now).end), awaited: f.awaited, seen: calendar.pushes, proven: paramOrNull(judged.provenAt), misses: judged.misses, missed: judged.missed,
    unannounced: paramOrNull(judged.unannouncedAt), changed: param(changedAt), gap, isChange, reads: full.count, since: paramOrNull(full.since), isFull: end.isFull, wake: param(wakeAt),
  });
  return (row?.dirty ?? 0) > calendar.dirty;
}

/** What is written on a calendar whose place Google keeps losing. */
export const PLACE_LOST = 'Google keeps losing our place in it; it is read in full as often as we allow';

/** Google lost our place: the cursor is forgotten, and everything is read again, `notBefore` or later, but not more often
 *  than so many times an hour. `wasFull`: a full read broke off. Answers when, and whether it is parked from now on. */
export async function loseCursor(tx: Tx, calendar: Pulled, lost: { wasFull: boolean; notBefore: Instant; now: Instant }): Promise<{ at: Instant; isParkedNow: boolean }> {
  const key = { coach: calendar.coach_id, calendar: calendar.id };
  const row = await oneRow<{ full_reads: number; full_reads_since: Instant | null; parked_reason: string | null }>(tx,
    'select full_reads, full_reads_since, parked_reason from calendars where coach_id = :coach and id = :calendar', key);
  const before = { count: row?.full_reads ?? 0, since: row?.full_reads_since ?? null };
  const reads = lost.wasFull ? countFullRead(before, lost.now) : before;
  const allowed = fullReadAt(reads, lost.now);
  const isParked = allowed > lost.now;
  const at = instant(Math.max(allowed, lost.notBefore));
  await run(tx, `update calendars set cursor = null, cursor_shape = :shape, access_role = :role, wake_at = :at, full_reads = :count, full_reads_since = :since, parked_reason = coalesce(:reason, parked_reason) where coach_id = :coach and id = :calendar`,
    { ...key, shape: calendar.cursor_shape, role: calendar.access_role, at: param(at), count: reads.count, since: paramOrNull(reads.since), reason: isParked ? PLACE_LOST : null });
  return { at, isParkedNow: isParked && row?.parked_reason === null };
}

/** When a frozen calendar may be read in full again: `notBefore`, or later if it was read in full too often. Counts the
 *  read that has just ended. */
export async function readFrozenAgainAt(tx: Tx, calendar: Pulled, notBefore: Instant, now: Instant): Promise<Instant> {
  const key = { coach: calendar.coach_id, calendar: calendar.id };
  const row = await oneRow<{ full_reads: number; full_reads_since: Instant | null }>(tx, 'select full_reads, full_reads_since from calendars where coach_id = :coach and id = :calendar', key);
  const reads = countFullRead({ count: row?.full_reads ?? 0, since: row?.full_reads_since ?? null }, now);
  await run(tx, 'update calendars set full_reads = :count, full_reads_since = :since where coach_id = :coach and id = :calendar', { ...key, count: reads.count, since: param(reads.since) });
  return instant(Math.max(notBefore, fullReadAt(reads, now)));
}

interface PaceGroup { awaited: boolean; standing: boolean; is_greeted: boolean; is_proven: boolean; misses: number; quiet_minutes: number; n: number }

/** Mirrored calendars of working grants, put together by what decides their pace. */
async function paces(db: Reader, now: Instant): Promise<(Pace & { count: number })[]> {
  const groups = await rows<PaceGroup>(db, `
    select c.awaited, coalesce(w.standing, false) as standing, coalesce(w.is_greeted, false) as is_greeted, c.push_proven_at is not null as is_proven, least(c.push_misses, 2) as misses,
      least(floor(extract(epoch from cast(:now as timestamptz) - coalesce(c.changed_at, :now)) / 60), 600)::integer as quiet_minutes, count(*) as n
    from calendars c join grants g on g.coach_id = c.coach_id and g.state = 'active'
    left join (select coach_id, calendar_id, true as standing, bool_or(greeted_at is not null) as is_greeted from channels
      where state in ('open', 'closing') and expires_at > :now group by 1, 2) w on w.coach_id = c.coach_id and w.calendar_id = c.id
    where c.wake_at is not null group by 1, 2, 3, 4, 5, 6`, { now: param(now) });
  return groups.map((g) => ({
    count: g.n, hasOpenRequest: g.awaited, quietForMs: g.quiet_minutes * 60_000,
    push: pushHealth({ openSince: g.standing ? now : null, isGreeted: g.is_greeted, provenAt: g.is_proven ? now : null, misses: g.misses }),
  }));
}

/** Reckons how often all calendars together may be read within the budget, and keeps it for the pulls. */
export async function reckonCadence(tx: Tx, budgetPerDay: number, now: Instant): Promise<Stretch & { calendars: number; calls: number }> {
  const all = await paces(tx, now);
  const need = callsPerDay(all);
  const stretch = stretchFor(need, budgetPerDay);
  const calendars = all.reduce((sum, g) => sum + g.count, 0);
  const calls = Math.min(2_000_000_000, Math.round(need.awaited / stretch.awaited + need.quiet / stretch.quiet));
  await run(tx, `insert into cadence (id, calendars, calls_per_day, budget_per_day, awaited_stretch, quiet_stretch, reckoned_at) values (true, :calendars, :calls, :budget, :awaited, :quiet, :now)
    on conflict (id) do update set calendars = excluded.calendars, calls_per_day = excluded.calls_per_day, budget_per_day = excluded.budget_per_day,
      awaited_stretch = excluded.awaited_stretch, quiet_stretch = excluded.quiet_stretch, reckoned_at = excluded.reckoned_at`,
  { calendars, calls, budget: budgetPerDay, awaited: stretch.awaited, quiet: stretch.quiet, now: param(now) });
  return { ...stretch, calendars, calls };
}

/** Marks calendars in which nothing changes any more although it used to; answers how many are so since now. */
export const markSilent = (tx: Tx, now: Instant): Promise<number> =>
  run(tx, `update calendars c set silent_since = :now where (c.coach_id, c.id) in (
    select k.coach_id, k.id from calendars k join grants g on g.coach_id = k.coach_id and g.state = 'active'
    where k.wake_at is not null and k.silent_since is null and k.usual_gap_ms is not null
      and k.changed_at < cast(:now as timestamptz) - make_interval(secs => greatest(:least, :gaps * k.usual_gap_ms) / 1000.0)
    for no key update of k skip locked)`, { now: param(now), least: SILENT_LEAST_MS, gaps: SILENT_GAPS });

export interface Cadence { readonly calendars: number; readonly calls_per_day: number; readonly budget_per_day: number; readonly awaited_stretch: number; readonly quiet_stretch: number; readonly reckoned_at: Instant }
export const lastCadence = (db: Reader): Promise<Cadence | null> => oneRow(db, 'select * from cadence');

/** How one calendar is followed, for `makeway status`. */
export interface Followed { readonly id: string; readonly push: PushHealth; readonly pushedAt: Instant | null; readonly missedByPush: number; readonly nextAt: Instant | null; readonly silentSince: Instant | null; readonly parkedReason: string | null; readonly refusedReason: string | null }
export async function followedCalendars(db: Reader, coachId: CoachId, now: Instant): Promise<Followed[]> {
  const found = await rows<{ id: string; open_since: Instant | null; is_greeted: boolean; push_proven_at: Instant | null; push_misses: number; pushed_at: Instant | null; missed_by_push: number; wake_at: Instant | null; silent_since: Instant | null; parked_reason: string | null; refused_reason: string | null }>(db, `
    select c.id, w.open_since, w.is_greeted, c.push_proven_at, c.push_misses, c.pushed_at, c.missed_by_push, c.wake_at, c.silent_since, c.parked_reason,
      (select r.refused_reason from channels r where r.coach_id = c.coach_id and r.calendar_id = c.id and r.state = 'refused' order by r.created_at desc limit 1) as refused_reason
    from calendars c left join ${STANDING} w on true where c.coach_id = :coach`, { coach: coachId, now: param(now) });
  return found.map((r) => ({
    id: r.id, pushedAt: r.pushed_at, missedByPush: r.missed_by_push, nextAt: r.wake_at, silentSince: r.silent_since, parkedReason: r.parked_reason, refusedReason: r.refused_reason,
    push: pushHealth({ openSince: r.open_since, isGreeted: r.is_greeted, provenAt: r.push_proven_at, misses: r.push_misses }),
  }));
}
