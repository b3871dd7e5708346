import { NO_EDITS, type EditTally } from '../calendar/edit-tally.js';
import { timesOnly } from '../google/decode-event.js';
import type { EventsPage, GoogleCalendar } from '../google/google.port.js';
import { instant, MINUTE, plus, type Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { inTx, type Tx } from '../postgres/transaction.js';
import { holdLease, renewLease, notifyDue, wakeAllOf, type Claim } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Report, Shell } from '../work/shell.port.js';
import { applyEvents, clearMirror, layOutAll, type Applying } from './apply.store.js';
import { brake } from './brake.js';
import { addTallies, editsBetween, rememberEdits } from './edits.store.js';
import { calendarRow, expansionWindow, finishPull, forgetCursor, freeze, hasOpenRequest, isBlind, OPEN_REQUEST_POLL_MS, pollSoon, SHAPE, UNBRAKED, type CalendarRow } from './mirror.store.js';
import { letSessionsFollow } from './sessions-follow.store.js';
import { clearStaged, dropUnchanged, stageUnseen, stagedAfter, stagePage } from './staged.store.js';
import { wakeWaiting } from './wake.store.js';

/** Roots that are applied at once: memory does not grow with the calendar. */
const BATCH = 500;
const QUIET_POLL_MS = 2 * MINUTE;
const FROZEN_POLL_MS = 5 * MINUTE;
const FULL_READ_PAUSE_MS = OPEN_REQUEST_POLL_MS;
/** More pages than any calendar has: Google's pages go round in circles. */
const MOST_PAGES = 10_000;

/** One pull: what is read, how, and from when on. `isBaseline`: the first full read of a calendar of which nothing is known. */
interface Reading { readonly shell: Shell; readonly claim: Claim; readonly calendar: CalendarRow; readonly beganAt: Instant; readonly isFull: boolean; readonly isBaseline: boolean }

/** One pull of one calendar. Reads its row; leaves the mirror equal to what Google answered and the cursor moved, in one
 *  last commit. A crash before that costs a repeat of the pull. */
export async function pull(shell: Shell, claim: Claim): Promise<Report> {
  const calendar = await calendarRow(shell.db, claim.coachId, claim.id);
  if (!calendar || (calendar.role !== 'sessions' && calendar.role !== 'busy')) return sleepForGood(shell, claim);
  const google = await shell.google(claim.coachId);
  const beganAt = shell.clock.now();
  const isFull = calendar.cursor === null || calendar.cursor_shape !== SHAPE || hasWindowMoved(calendar, beganAt);
  const reading: Reading = { shell, claim, calendar, beganAt, isFull, isBaseline: calendar.last_full_at === null };

  let end: PagesEnd;
  try {
    end = await readPages(reading, google);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // Only what is about this calendar: a wrong OAuth client is not.
    if (error.code === 'GOOGLE_NOT_FOUND' || (error.code === 'GOOGLE_REFUSED' && error.facts.status === 403)) return loseSight(reading, error);
    if (error.code !== 'GOOGLE_CURSOR_GONE') throw error;
    if (isFull) throw new Problem('GOOGLE_UNREACHABLE', 'Google lost our place in the middle of a full read.', {}, error);
    return losePlace(reading, 'cursor lost');
  }
  if (end.last.nextCursor === null) throw new Problem('GOOGLE_UNREACHABLE', 'Google ended a read without a sync token.');
  // Who sees details gets series, who does not gets occurrences: what is mirrored is of the other kind.
  if (isBlind(end.last.accessRole) !== isBlind(calendar.access_role)) return losePlace(reading, 'access changed', end.last.accessRole);
  const report = await settlePull(reading, end, end.last.nextCursor);
  // A request that came in while the last commit held the calendar's row could not ask for its polls.
  if (await hasOpenRequest(shell.db, claim.coachId)) await inTx(shell.db, 'commit wait', (tx) => pollSoon(tx, claim.coachId, shell.clock.now()));
  return report;
}

/** The end of a list; `isOnly`: of a single page; `isOneZone`: the calendar's zone did not change between its pages. */
interface PagesEnd { readonly last: EventsPage; readonly isOnly: boolean; readonly isOneZone: boolean }

/** Reads to the end of the list. All pages but the last are kept, each in its own commit; the next one is asked for meanwhile. */
async function readPages(reading: Reading, google: GoogleCalendar): Promise<PagesEnd> {
  const { shell, claim, calendar, isFull, beganAt } = reading;
  const from = { cursor: isFull ? null : calendar.cursor, window: isFull && isBlind(calendar.access_role) ? expansionWindow(beganAt) : null };
  const ask = async (pageToken: string | null): Promise<EventsPage> => {
    const page = await google.listEvents(calendar.google_id, { ...from, pageToken });
    return calendar.role === 'busy' ? { ...page, events: page.events.map(timesOnly) } : page;
  };
  let page = await ask(null);
  let isOneZone = true;
  for (let number = 0; page.nextPageToken !== null; number++) {
    if (number === MOST_PAGES) throw new Problem('GOOGLE_UNREACHABLE', 'Google\'s pages do not come to an end.', { pages: number });
    const next = ask(page.nextPageToken);
    next.catch(() => undefined); // it is awaited below, unless this page cannot be kept
    const { timeZone, events } = page;
    await inTx(shell.db, 'commit pull-page', async (tx) => {
      await holdLease(tx, claim);
      await keepPage(tx, reading, { ...calendar, time_zone: timeZone }, events, number === 0);
    });
    await renewLease(shell.db, claim, shell.clock.now(), shell.leaseMs);
    page = await next;
    isOneZone &&= page.timeZone === timeZone;
    if (page.nextPageToken === null) return { last: page, isOnly: false, isOneZone };
  }
  return { last: page, isOnly: true, isOneZone };
}

/** Keeps one page. Of a calendar of which nothing was known it goes straight into the mirror, of which nothing is believed
 *  until the read is complete; of another one it is put aside. */
async function keepPage(tx: Tx, { shell, isBaseline }: Reading, calendar: CalendarRow, events: EventsPage['events'], isFirst: boolean): Promise<number> {
  if (isBaseline) {
    if (isFirst) await clearMirror(tx, calendar);
    return (await applyEvents(tx, calendar, events, [], { generation: calendar.generation + 1, now: shell.clock.now(), isPartial: true })).changed;
  }
  if (isFirst) await clearStaged(tx, calendar);
  await stagePage(tx, calendar, events);
  return 0;
}

async function settlePull(reading: Reading, { last, isOnly, isOneZone }: PagesEnd, cursor: string): Promise<Report> {
  const { shell, claim, calendar: before, isFull, isBaseline, beganAt } = reading;
  const now = shell.clock.now();
  const calendar = { ...before, time_zone: last.timeZone, access_role: last.accessRole };
  const how: Applying = { generation: isFull ? calendar.generation + 1 : calendar.generation, now, isReshaped: !isBaseline && before.cursor_shape !== SHAPE };
  return inTx(shell.db, 'commit pull', async (tx): Promise<Report> => {
    let changed = 0, buried = 0;
    // The first full read is the baseline: it is no news.
    let edits = NO_EDITS;
    if (isBaseline) {
      changed = await keepPage(tx, reading, calendar, last.events, isOnly);
      await letSessionsFollow(tx, calendar, null, expansionWindow(now));
    } else if (!isFull && isOnly) {
      ({ changed, edits } = await applyAndWake(tx, calendar, last.events, [], how));
    } else {
      await keepPage(tx, reading, calendar, last.events, isOnly);
      const unseen = isFull ? await stageUnseen(tx, calendar, beganAt) : { missing: 0, known: 0 };
      const reason = before.cursor_shape === UNBRAKED ? null : brake(unseen.missing, unseen.known);
      if (reason) {
        await holdLease(tx, claim);
        await clearStaged(tx, calendar);
        await freeze(tx, calendar, reason, now, plus(now, FROZEN_POLL_MS));
        await remember(tx, { coachId: claim.coachId, at: now, what: 'calendar frozen', by: 'makeway', calendarId: calendar.id, facts: unseen });
        return { outcome: 'stopped', did: reason, counts: unseen };
      }
      if (how.isReshaped !== true) await dropUnchanged(tx, calendar);
      ({ changed, edits } = await applyStaged(tx, calendar, how));
      buried = unseen.missing;
    }
    // All-day events lie elsewhere in another zone.
    if (isBaseline ? !isOneZone : before.time_zone !== last.timeZone) await wakeWaiting(tx, claim.coachId, await layOutAll(tx, calendar, now), now);

    // Only now: a heartbeat or a push is not kept waiting by what came before.
    await holdLease(tx, claim);
    const wakeAt = await nextPull(tx, claim, now);
    const again = await finishPull(tx, calendar, { cursor, generation: how.generation, isFull, timeZone: calendar.time_zone, accessRole: calendar.access_role, now, wakeAt });
    if (before.frozen_at !== null || isBaseline) await wakeAllOf(tx, claim.coachId, now); // what could not be checked can be now
    const counts = { changed, buried };
    if (changed > 0) {
      await notifyDue(tx, 'resolutions');
      await rememberEdits(tx, calendar, edits, now);
    }
    return { outcome: changed > 0 || isFull ? 'done' : again ? 'again' : 'nothing', counts, did: isFull ? 'full read' : 'changes' };
  });
}

/** How many events changed, and what was done to them. */
interface Applied { readonly changed: number; readonly edits: EditTally }

/** Applies what is staged, some roots at a time. */
async function applyStaged(tx: Tx, calendar: CalendarRow, how: Applying): Promise<Applied> {
  let changed = 0;
  let edits = NO_EDITS;
  for (let after = ''; ;) {
    const batch = await stagedAfter(tx, calendar, after, BATCH);
    const last = batch.at(-1);
    if (!last) break;
    after = last.root_id;
    const applied = await applyAndWake(tx, calendar, batch.flatMap((s) => s.event ?? []), batch.flatMap((s) => (s.event === null ? [s.id] : [])), how);
    changed += applied.changed;
    edits = addTallies(edits, applied.edits);
  }
  await clearStaged(tx, calendar);
  return { changed, edits };
}
async function applyAndWake(tx: Tx, calendar: CalendarRow, events: EventsPage['events'], buried: readonly string[], how: Applying): Promise<Applied> {
  if (events.length + buried.length === 0) return { changed: 0, edits: NO_EDITS };
  const { changed, changes, intervals } = await applyEvents(tx, calendar, events, buried, how);
  await wakeWaiting(tx, calendar.coach_id, intervals, how.now);
  return { changed, edits: await editsBetween(tx, calendar, changes, expansionWindow(how.now)) };
}

async function nextPull(tx: Tx, claim: Claim, now: Instant): Promise<Instant> {
  return plus(now, (await hasOpenRequest(tx, claim.coachId)) ? OPEN_REQUEST_POLL_MS : QUIET_POLL_MS);
}

const WINDOW_LASTS_MS = 24 * 60 * MINUTE;
/** An endless series has endless occurrences, so they are read in a window; a token's window never rolls on (sheet 1.4). */
const hasWindowMoved = (calendar: CalendarRow, now: Instant): boolean =>
  isBlind(calendar.access_role) && calendar.last_full_at !== null && now >= plus(calendar.last_full_at, WINDOW_LASTS_MS);

/** The cursor is of no use any more: everything is read again, but not over and over. */
async function losePlace({ shell, claim, calendar }: Reading, what: 'cursor lost' | 'access changed', accessRole?: string): Promise<Report> {
  const now = shell.clock.now();
  const again = accessRole !== undefined || calendar.last_full_at === null ? now : instant(Math.max(now, plus(calendar.last_full_at, FULL_READ_PAUSE_MS)));
  await inTx(shell.db, 'commit pull', async (tx) => {
    await holdLease(tx, claim);
    await forgetCursor(tx, accessRole === undefined ? calendar : { ...calendar, access_role: accessRole, cursor_shape: UNBRAKED }, again);
    await remember(tx, { coachId: claim.coachId, at: now, what, by: 'google', calendarId: calendar.id });
  });
  return { outcome: 'again', did: `${what}, reading everything again` };
}

/** The calendar can no longer be read: unshared, deleted, or refused. That proves nothing about its events; it is frozen,
 *  so that nothing is offered or landed on a blind spot, and asked again. */
async function loseSight({ shell, claim, calendar }: Reading, problem: Problem): Promise<Report> {
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
