import { addTallies, NO_EDITS, type EditTally } from '../calendar/edit-tally.js';
import { timesOnly } from '../google/decode-event.js';
import type { EventsPage, GoogleCalendar } from '../google/google.port.js';
import { instant, MINUTE, plus, type Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { inTx, type Tx } from '../postgres/transaction.js';
import { holdLease, renewLease, wakeAllOf, type Claim } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Report, Shell } from '../work/shell.port.js';
import { analyzeIfNew, applyEvents, emptyMirror, layOutAll, type Applying } from './apply.store.js';
import { isBusyOnly, isMirrored, keepsTimesOnly } from './access-role.js';
import { lookSoon } from './lookout.store.js';
import { brake } from './brake.js';
import { endPull, loseCursor, readFrozenAgainAt } from './cadence.store.js';
import { readListAnew } from './calendar-list.store.js';
import { editsBetween, rememberEdits } from './edits.store.js';
import { tellFrozen } from './frozen.step.js';
import { calendarRow, expansionWindow, freeze, hasOpenRequest, OPEN_REQUEST_POLL_MS, OUT_OF_SIGHT, pollSoon, SHAPE, UNBRAKED, type CalendarRow } from './calendar.store.js';
import { markInbox } from './inbox-mark.store.js';
import { letSessionsFollow } from './sessions-follow.store.js';
import { clearStaged, dropUnchanged, stageUnseen, stagedAfter, stagePage } from './staged.store.js';
import { countsOf, newlyUnparsed, tellUnread, unparsedIn } from './unread.store.js';
import { wakeWaiting } from './wake.store.js';

/** Roots that are applied at once: memory does not grow with the calendar. */
const BATCH = 500;
const FROZEN_POLL_MS = 5 * MINUTE;
const FULL_READ_PAUSE_MS = OPEN_REQUEST_POLL_MS;

/** One pull: what is read, how, and from when on. `isBaseline`: the first full read of a calendar of which nothing is known. */
interface Reading { readonly shell: Shell; readonly claim: Claim; readonly calendar: CalendarRow; readonly beganAt: Instant; readonly isFull: boolean; readonly isBaseline: boolean }

/** A page whose zone and role are known: what Google did not say is as it was. */
type KnownPage = EventsPage & { readonly timeZone: string; readonly accessRole: string };
/** What was read: the last page, whether it was the only one, whether the calendar's zone stayed the same from page to page,
 *  and how many items of all pages were no event. */
interface Read { readonly last: KnownPage; readonly isOnly: boolean; readonly isOneZone: boolean; readonly unreadable: number }

/** One pull of one calendar. Reads its row; leaves the mirror equal to what Google answered and the cursor moved, in one
 *  last commit. A crash before that costs a repeat of the pull. */
export async function pull(shell: Shell, claim: Claim): Promise<Report> {
  const calendar = await calendarRow(shell.db, claim.coachId, claim.id);
  if (!calendar || !isMirrored(calendar.role)) return sleepForGood(shell, claim);
  const google = await shell.google(claim.coachId);
  const beganAt = shell.clock.now();
  const isFull = calendar.cursor === null || calendar.cursor_shape !== SHAPE || hasWindowMoved(calendar, beganAt);
  const reading: Reading = { shell, claim, calendar, beganAt, isFull, isBaseline: calendar.last_full_at === null };

  let end: Read;
  try {
    end = await readPages(reading, google);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // Only what is about this calendar: a wrong OAuth client is not.
    if (error.code === 'GOOGLE_NOT_FOUND' || (error.code === 'GOOGLE_REFUSED' && error.facts.status === 403)) return loseSight(reading, error);
    if (error.code !== 'GOOGLE_CURSOR_GONE') throw error;
    return losePlace(reading, 'cursor lost');
  }
  // Who sees details gets series, who does not gets occurrences: what was asked for is of the other kind.
  if (isBusyOnly(end.last.accessRole) !== isBusyOnly(calendar.access_role)) return losePlace(reading, 'access changed', end.last.accessRole);
  // Without a sync token what was read counts, but nothing says that it was all; the next pull reads from where this one did.
  const isWhole = isFull && end.last.nextCursor !== null;
  const report = await settlePull({ ...reading, isWhole }, end, end.last.nextCursor ?? (isFull ? null : calendar.cursor));
  // A request that came in while the last commit held the calendar's row could not ask for its polls.
  if (await hasOpenRequest(shell.db, claim.coachId)) await inTx(shell.db, 'commit wait', (tx) => pollSoon(tx, claim.coachId, shell.clock.now()));
  return report;
}

/** Reads to the end of the list. All pages but the last are kept, each in its own commit; the next one is asked for meanwhile. */
async function readPages(reading: Reading, google: GoogleCalendar): Promise<Read> {
  const { shell, claim, calendar, isFull, beganAt } = reading;
  const from = { cursor: isFull ? null : calendar.cursor, window: isFull && isBusyOnly(calendar.access_role) ? expansionWindow(beganAt) : null };
  let unreadable = 0;
  const asked = new Set<string | null>();
  const ask = async (pageToken: string | null): Promise<KnownPage> => {
    if (asked.has(pageToken)) throw new Problem('GOOGLE_UNREACHABLE', 'Google\'s pages go round in a circle.', { pages: asked.size });
    asked.add(pageToken);
    const page = await google.listEvents(calendar.google_id, { ...from, pageToken });
    unreadable += page.unreadable;
    const known = { ...page, timeZone: page.timeZone ?? calendar.time_zone, accessRole: page.accessRole ?? calendar.access_role };
    return keepsTimesOnly(calendar.role) ? { ...known, events: page.events.map(timesOnly) } : known;
  };
  let page = await ask(null);
  if (isBusyOnly(page.accessRole) !== isBusyOnly(calendar.access_role)) return { last: page, isOnly: true, isOneZone: true, unreadable };
  let isOneZone = true;
  for (let number = 0; page.nextPageToken !== null; number++) {
    const next = ask(page.nextPageToken);
    next.catch(() => undefined); // it is awaited below, unless this page cannot be kept
    const { timeZone, events } = page;
    await inTx(shell.db, 'commit pull-page', async (tx) => {
      await keepPage(tx, reading, { ...calendar, time_zone: timeZone }, events, number === 0);
      await holdLease(tx, claim);
    });
    await renewLease(shell.db, claim, shell.clock.now(), shell.leaseMs);
    page = await next;
    isOneZone &&= page.timeZone === timeZone;
    if (page.nextPageToken === null) return { last: page, isOnly: false, isOneZone, unreadable };
  }
  return { last: page, isOnly: true, isOneZone, unreadable };
}

/** Keeps one page. Of a calendar of which nothing was known it goes straight into the mirror, of which nothing is believed
 *  until the read is complete; of another one it is put aside. */
async function keepPage(tx: Tx, { shell, isBaseline }: Reading, calendar: CalendarRow, events: EventsPage['events'], isFirst: boolean): Promise<number> {
  if (isBaseline) {
    if (isFirst) await emptyMirror(tx, calendar);
    const { changed } = await applyEvents(tx, calendar, events, [], { generation: calendar.generation + 1, now: shell.clock.now(), isPartial: true });
    if (isFirst) await analyzeIfNew(tx);
    return changed;
  }
  if (isFirst) await clearStaged(tx, calendar);
  await stagePage(tx, calendar, events);
  return 0;
}

async function settlePull(reading: Reading & { isWhole: boolean }, { last, isOnly, isOneZone, unreadable }: Read, cursor: string | null): Promise<Report> {
  const { shell, claim, calendar: before, isFull, isBaseline, isWhole, beganAt } = reading;
  const now = shell.clock.now();
  const calendar = { ...before, time_zone: last.timeZone, access_role: last.accessRole };
  const how: Applying = { generation: isFull ? calendar.generation + 1 : calendar.generation, now, isReshaped: !isBaseline && before.cursor_shape !== SHAPE };
  return inTx(shell.db, 'commit pull', async (tx): Promise<Report> => {
    let changed = 0, buried = 0;
    // The first full read is the baseline: it is no news.
    let edits = NO_EDITS;
    let unparsed: readonly string[] = [];
    if (isBaseline) {
      changed = await keepPage(tx, reading, calendar, last.events, isOnly);
      await letSessionsFollow(tx, calendar, null, expansionWindow(now));
      unparsed = await unparsedIn(tx, calendar);
    } else if (!isFull && isOnly) {
      ({ changed, edits, unparsed } = await applyAndWake(tx, calendar, last.events, [], how));
    } else {
      await keepPage(tx, reading, calendar, last.events, isOnly);
      const unseen = isWhole ? await stageUnseen(tx, calendar, beganAt) : { missing: 0, known: 0 };
      const reason = before.cursor_shape === UNBRAKED ? null : brake(unseen.missing, unseen.known);
      if (reason) {
        await holdLease(tx, claim);
        await clearStaged(tx, calendar);
        await freeze(tx, calendar, reason, now, await readFrozenAgainAt(tx, calendar, plus(now, FROZEN_POLL_MS), now));
        // The coach gets one mail, the operator one line; later reads that show the same are none.
        await tellFrozen(tx, calendar, shell.mailFrom, now);
        if (before.frozen_at !== null) return { outcome: 'nothing', did: 'still frozen', counts: unseen };
        await remember(tx, { coachId: claim.coachId, at: now, what: 'calendar frozen', by: 'makeway', calendarId: calendar.id, facts: unseen });
        return { outcome: 'stopped', did: reason, counts: unseen };
      }
      if (how.isReshaped !== true) await dropUnchanged(tx, calendar);
      ({ changed, edits, unparsed } = await applyStaged(tx, calendar, how));
      buried = unseen.missing;
    }
    // All-day events lie elsewhere in another zone.
    if (isBaseline ? !isOneZone : before.time_zone !== last.timeZone) await wakeWaiting(tx, claim.coachId, await layOutAll(tx, calendar, now), now);

    if (changed > 0 || isFull) await markInbox(tx, calendar, isFull, now);
    const unread = { unparsed, unreadable };
    await tellUnread(tx, calendar, unread, now);

    // What is done on a requests calendar is told by who reads it there.
    if (changed > 0 && calendar.role !== 'requests') await rememberEdits(tx, calendar, edits, now);
    if ((changed > 0 || isBaseline) && calendar.role === 'sessions') await lookSoon(tx, claim.coachId, LOOK_AFTER_MS, now);
    const again = await endPull(tx, claim, before, {
      isChanged: changed > 0, isFull, isWhole, cursor, generation: how.generation, timeZone: calendar.time_zone, accessRole: calendar.access_role, now, spread: Math.random(),
    });
    if (before.access_role !== last.accessRole) await readListAnew(tx, claim.coachId, now);
    if (before.frozen_at !== null || isBaseline) await wakeAllOf(tx, claim.coachId, now); // what could not be checked can be now
    const counts = { changed, buried, ...countsOf(unread) };
    return { outcome: changed > 0 || isFull ? 'done' : again ? 'again' : 'nothing', counts, did: isFull ? 'full read' : 'changes' };
  });
}

/** How many events changed, and what was done to them. */
interface Applied { readonly changed: number; readonly edits: EditTally; readonly unparsed: readonly string[] }

/** Applies what is staged, some roots at a time. */
async function applyStaged(tx: Tx, calendar: CalendarRow, how: Applying): Promise<Applied> {
  let changed = 0;
  let edits = NO_EDITS;
  const unparsed: string[] = [];
  for (let after = ''; ;) {
    const batch = await stagedAfter(tx, calendar, after, BATCH);
    const last = batch.at(-1);
    if (!last) break;
    after = last.root_id;
    const applied = await applyAndWake(tx, calendar, batch.flatMap((s) => s.event ?? []), batch.flatMap((s) => (s.event === null ? [s.id] : [])), how);
    changed += applied.changed;
    edits = addTallies(edits, applied.edits);
    unparsed.push(...applied.unparsed);
  }
  await clearStaged(tx, calendar);
  return { changed, edits, unparsed };
}
async function applyAndWake(tx: Tx, calendar: CalendarRow, events: EventsPage['events'], buried: readonly string[], how: Applying): Promise<Applied> {
  if (events.length + buried.length === 0) return { changed: 0, edits: NO_EDITS, unparsed: [] };
  const { changed, changes, intervals } = await applyEvents(tx, calendar, events, buried, how);
  if (calendar.role !== 'requests') await wakeWaiting(tx, calendar.coach_id, intervals, how.now);
  return { changed, edits: await editsBetween(tx, calendar, changes, expansionWindow(how.now)), unparsed: newlyUnparsed(changes) };
}

/** A drag goes over other events on its way, and one by mistake is undone. */
const LOOK_AFTER_MS = MINUTE;
const WINDOW_LASTS_MS = 24 * 60 * MINUTE;
/** An endless series has endless occurrences, so they are read in a window; a token's window never rolls on (sheet 1.4). */
const hasWindowMoved = (calendar: CalendarRow, now: Instant): boolean =>
  isBusyOnly(calendar.access_role) && calendar.last_full_at !== null && now >= plus(calendar.last_full_at, WINDOW_LASTS_MS);

/** The cursor is of no use any more: everything is read again, but not over and over. */
async function losePlace({ shell, claim, calendar, isFull }: Reading, what: 'cursor lost' | 'access changed', accessRole?: string): Promise<Report> {
  const now = shell.clock.now();
  const notBefore = accessRole !== undefined || calendar.last_full_at === null ? now : instant(Math.max(now, plus(calendar.last_full_at, FULL_READ_PAUSE_MS)));
  const again = await inTx(shell.db, 'commit pull', async (tx) => {
    await holdLease(tx, claim);
    await remember(tx, { coachId: claim.coachId, at: now, what, by: 'google', calendarId: calendar.id });
    if (accessRole !== undefined) await readListAnew(tx, claim.coachId, now);
    return loseCursor(tx, accessRole === undefined ? calendar : { ...calendar, access_role: accessRole, cursor_shape: UNBRAKED }, { wasFull: isFull, notBefore, now });
  });
  if (again.isParkedNow) return { outcome: 'stopped', did: `${what} again and again; it is read in full as often as we allow` };
  if (isFull && accessRole === undefined && again.at <= now) throw new Problem('GOOGLE_UNREACHABLE', 'Google lost our place in the middle of a full read.');
  return { outcome: 'again', did: `${what}, reading everything again` };
}

/** The calendar can no longer be read: unshared, deleted, or refused. That proves nothing about its events; it is frozen,
 *  so that nothing is offered or landed on a blind spot, and asked again. */
async function loseSight({ shell, claim, calendar }: Reading, problem: Problem): Promise<Report> {
  const now = shell.clock.now();
  await inTx(shell.db, 'commit pull', async (tx) => {
    await holdLease(tx, claim);
    await freeze(tx, calendar, OUT_OF_SIGHT, now, plus(now, FROZEN_POLL_MS));
    if (calendar.frozen_at !== null) return;
    await readListAnew(tx, claim.coachId, now);
    await remember(tx, { coachId: claim.coachId, at: now, what: 'calendar frozen', by: 'google', calendarId: calendar.id, facts: { code: problem.code } });
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
