import { timesOnly } from '../google/decode-event.js';
import type { EventsPage, GoogleCalendar } from '../google/google.port.js';
import { MINUTE, plus, type Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { inTx } from '../postgres/transaction.js';
import { holdLease, renewLease, notifyDue, type Claim } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Report, Shell } from '../work/shell.port.js';
import { brake } from './brake.js';
import {
  applyEvents, calendarRow, finishPull, forgetCursor, freeze, hasOpenRequest, OPEN_REQUEST_POLL_MS, SHAPE, stagedChanges, stagePage, unseen, wakeWaiting,
  type CalendarRow, type Touched,
} from './mirror.store.js';

const BATCH = 500;
const QUIET_POLL_MS = 2 * MINUTE;
const FROZEN_POLL_MS = 5 * MINUTE;

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
    if (!(error instanceof Problem) || error.code !== 'GOOGLE_CURSOR_GONE') throw error;
    if (isFull) throw new Problem('GOOGLE_UNREACHABLE', 'Google lost our place in the middle of a full read.', {}, error);
    await inTx(shell.db, 'commit pull', async (tx) => {
      await holdLease(tx, claim);
      await forgetCursor(tx, calendar, shell.clock.now());
      await remember(tx, { coachId: claim.coachId, at: shell.clock.now(), what: 'cursor lost', by: 'google', calendarId: calendar.id });
    });
    return { outcome: 'again', did: 'cursor lost, reading everything again' };
  }
  if (last.nextCursor === null) throw new Problem('GOOGLE_UNREACHABLE', 'Google ended a read without a sync token.');
  return settlePull(shell, claim, { ...calendar, time_zone: last.timeZone, access_role: last.accessRole }, last.nextCursor, isFull, beganAt);
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

async function settlePull(shell: Shell, claim: Claim, calendar: CalendarRow, cursor: string, isFull: boolean, beganAt: Instant): Promise<Report> {
  const now = shell.clock.now();
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

    const wakeAt = await nextPull(shell, claim, now);
    const again = await finishPull(tx, calendar, { cursor, generation, isFull, timeZone: calendar.time_zone, accessRole: calendar.access_role, now, wakeAt });
    for (const t of touched) await wakeWaiting(tx, claim.coachId, t, now);
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

async function nextPull(shell: Shell, claim: Claim, now: Instant): Promise<Instant> {
  return plus(now, (await hasOpenRequest(shell.db, claim.coachId)) ? OPEN_REQUEST_POLL_MS : QUIET_POLL_MS);
}

/** A calendar that is not mirrored (any more) waits for nothing. */
async function sleepForGood(shell: Shell, claim: Claim): Promise<Report> {
  await inTx(shell.db, 'commit pull', async (tx) => {
    await holdLease(tx, claim);
    await tx('calendars').where({ coach_id: claim.coachId, id: claim.id }).update({ wake_at: null });
  });
  return { outcome: 'nothing' };
}
