import { timesOnly } from '../google/decode-event.js';
import type { EventsPage, GoogleCalendar } from '../google/google.port.js';
import { instant, MINUTE, plus, type Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { inTx, type Tx } from '../postgres/transaction.js';
import { holdLease, renewLease, notifyDue, wakeAllOf, type Claim } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Report, Shell } from '../work/shell.port.js';
import { brake } from './brake.js';
import {
  applyEvents, calendarRow, finishPull, forgetCursor, freeze, hasOpenRequest, layOut, OPEN_REQUEST_POLL_MS, pollSoon, seriesRoots, SHAPE, stagedChanges, stagePage, unseen, wakeWaiting,
  type CalendarRow, type Touched,
} from './mirror.store.js';

const BATCH = 500;
const QUIET_POLL_MS = 2 * MINUTE;
const FROZEN_POLL_MS = 5 * MINUTE;
const FULL_READ_PAUSE_MS = OPEN_REQUEST_POLL_MS;

/** One pull of one calendar. Reads its row; leaves the mirror equal to what Google answered and the cursor moved, in one
 *  last commit. A crash before that costs a repeat of the pull. */
export async function pull(shell: Shell, claim: Claim): Promise<Report> {
  const calendar = await calendarRow(shell.db, claim.coachId, claim.id);
  if (!calendar || (calendar.role !== 'sessions' && calendar.role !== 'busy')) return sleepForGood(shell, claim);
  const google = await shell.google(claim.coachId);
  const isFull = calendar.cursor === null || calendar.cursor_shape !== SHAPE;

  const beganAt = shell.clock.now();
  let last: EventsPage;
  try {
    last = await readPages(shell, claim, calendar, google, isFull ? null : calendar.cursor);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // Only what is about this calendar: a wrong OAuth client is not.
    if (error.code === 'GOOGLE_NOT_FOUND' || (error.code === 'GOOGLE_REFUSED' && error.facts.status === 403)) return loseSight(shell, claim, calendar, error);
    if (error.code !== 'GOOGLE_CURSOR_GONE') throw error;
    if (isFull) throw new Problem('GOOGLE_UNREACHABLE', 'Google lost our place in the middle of a full read.', {}, error);
    // A calendar whose place Google keeps losing is not read in full over and over.
    const again = calendar.last_full_at === null ? shell.clock.now() : Math.max(shell.clock.now(), plus(calendar.last_full_at, FULL_READ_PAUSE_MS));
    await inTx(shell.db, 'commit pull', async (tx) => {
      await holdLease(tx, claim);
      await forgetCursor(tx, calendar, instant(again));
      await remember(tx, { coachId: claim.coachId, at: shell.clock.now(), what: 'cursor lost', by: 'google', calendarId: calendar.id });
    });
    return { outcome: 'again', did: 'cursor lost, reading everything again' };
  }
  if (last.nextCursor === null) throw new Problem('GOOGLE_UNREACHABLE', 'Google ended a read without a sync token.');
  const report = await settlePull(shell, claim, calendar, last, last.nextCursor, isFull, beganAt);
  // A request that came in while the last commit held the calendar's row could not ask for its polls.
  if (await hasOpenRequest(shell.db, claim.coachId)) await inTx(shell.db, 'commit wait', (tx) => pollSoon(tx, claim.coachId, shell.clock.now()));
  return report;
}

async function readPages(shell: Shell, claim: Claim, calendar: CalendarRow, google: GoogleCalendar, cursor: string | null): Promise<EventsPage> {
  let pageToken: string | null = null;
  for (let number = 0; ; number++) {
    const page: EventsPage = await google.listEvents(calendar.google_id, { cursor, pageToken });
    const events = calendar.role === 'busy' ? page.events.map(timesOnly) : page.events;
    // The last page of a quiet calendar is mostly empty: nothing to put aside, nothing to commit.
    if (events.length > 0 || number === 0) {
      await inTx(shell.db, 'commit pull-page', async (tx) => {
        await holdLease(tx, claim);
        await stagePage(tx, calendar, events, number === 0);
      });
    }
    if (page.nextPageToken === null) return page;
    pageToken = page.nextPageToken;
    await renewLease(shell.db, claim, shell.clock.now(), shell.leaseMs);
  }
}

async function settlePull(shell: Shell, claim: Claim, before: CalendarRow, last: EventsPage, cursor: string, isFull: boolean, beganAt: Instant): Promise<Report> {
  const now = shell.clock.now();
  const calendar = { ...before, time_zone: last.timeZone, access_role: last.accessRole };
  return inTx(shell.db, 'commit pull', async (tx): Promise<Report> => {
    await holdLease(tx, claim);
    const generation = isFull ? calendar.generation + 1 : calendar.generation;
    const missing = isFull ? await unseen(tx, calendar, beganAt) : { ids: [], known: 0 };
    const reason = brake(missing.ids.length, missing.known);
    if (reason) {
      await freeze(tx, calendar, reason, now, plus(now, FROZEN_POLL_MS));
      await remember(tx, { coachId: claim.coachId, at: now, what: 'calendar frozen', by: 'makeway', calendarId: calendar.id, facts: { missing: missing.ids.length, known: missing.known } });
      return { outcome: 'stopped', did: reason, counts: { missing: missing.ids.length, known: missing.known } };
    }
    const touched: Touched[] = [];
    let changed = 0;
    for (let after = ''; ;) {
      const batch = await stagedChanges(tx, calendar, after, BATCH);
      if (batch.length > 0) touched.push(await applyEvents(tx, calendar, generation, batch, [], now));
      changed += batch.length;
      if (batch.length < BATCH) break;
      after = batch[batch.length - 1]?.id ?? after;
    }
    if (missing.ids.length > 0) touched.push(await applyEvents(tx, calendar, generation, [], missing.ids, now));

    // All-day events lie elsewhere in another zone.
    if (before.time_zone !== last.timeZone && before.last_full_at !== null) touched.push(await layOut(tx, calendar, await seriesRoots(tx, calendar), now, true));

    const wakeAt = await nextPull(tx, claim, now);
    const again = await finishPull(tx, calendar, { cursor, generation, isFull, timeZone: calendar.time_zone, accessRole: calendar.access_role, now, wakeAt });
    for (const t of touched) await wakeWaiting(tx, claim.coachId, t, now);
    if (before.frozen_at !== null || before.last_full_at === null) await wakeAllOf(tx, claim.coachId, now); // what could not be checked can be now
    if (touched.length > 0) {
      await notifyDue(tx, 'resolutions');
      // The first full read is the baseline: it is no news.
      if (calendar.last_full_at !== null) {
        await remember(tx, { coachId: claim.coachId, at: now, what: 'changes seen in Google', by: 'google', calendarId: calendar.id, facts: { changed, buried: missing.ids.length } });
      }
    }
    return { outcome: changed + missing.ids.length > 0 || isFull ? 'done' : again ? 'again' : 'nothing', counts: { changed, buried: missing.ids.length }, did: isFull ? 'full read' : 'changes' };
  });
}

async function nextPull(tx: Tx, claim: Claim, now: Instant): Promise<Instant> {
  return plus(now, (await hasOpenRequest(tx, claim.coachId)) ? OPEN_REQUEST_POLL_MS : QUIET_POLL_MS);
}

/** The calendar can no longer be read: unshared, deleted, or refused. That proves nothing about its events; it is frozen,
 *  so that nothing is offered or landed on a blind spot, and asked again. */
async function loseSight(shell: Shell, claim: Claim, calendar: CalendarRow, problem: Problem): Promise<Report> {
  const now = shell.clock.now();
  await inTx(shell.db, 'commit pull', async (tx) => {
    await holdLease(tx, claim);
    await freeze(tx, calendar, 'it cannot be read at Google', now, plus(now, FROZEN_POLL_MS));
    if (calendar.frozen_at === null) await remember(tx, { coachId: claim.coachId, at: now, what: 'calendar frozen', by: 'google', calendarId: calendar.id, facts: { code: problem.code } });
  });
  return { outcome: 'stopped', did: 'the calendar cannot be read at Google' };
}

/** A calendar that is not mirrored (any more) waits for nothing. */
async function sleepForGood(shell: Shell, claim: Claim): Promise<Report> {
  await inTx(shell.db, 'commit pull', async (tx) => {
    await holdLease(tx, claim);
    await tx('calendars').where({ coach_id: claim.coachId, id: claim.id }).update({ wake_at: null });
  });
  return { outcome: 'nothing' };
}
