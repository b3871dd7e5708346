import { lockCoach } from '../coach/coach.store.js';
import type { CalendarListEntry, CalendarListPage, GoogleCalendar } from '../google/google.port.js';
import { Problem } from '../kernel/problem.js';
import { inTx } from '../postgres/transaction.js';
import { holdLease, notifyDue, renewLease, type Claim } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Report, Shell } from '../work/shell.port.js';
import { isFullDue, needsLook, nextListRead, renamedPrimary, type Sight } from './calendar-list.js';
import { heed, heedGone, relink, takeUp } from './calendar-list.step.js';
import { connectedCoaches, finishListRead, forgetListCursor, keepPrimary, knownCalendars, listRow, type Known } from './calendar-list.store.js';
import { openMissingChannels } from './channel.store.js';

/** More pages than any account has calendars: a list without end must not hold its worker for ever. */
const MOST_PAGES = 100;

/** What one read of the list told. `removed`: said to be gone; after a full read all that is not among `entries` is. */
interface Reading { readonly entries: readonly CalendarListEntry[]; readonly removed: ReadonlySet<string>; readonly cursor: string; readonly isFull: boolean }

/** The worker of calendar lists: reads one coach's list, and heeds what became of their calendars. Reads its row; leaves
 *  the calendars' rows as the list says and the cursor moved, in one commit. A crash before that costs a repeat. */
export async function followCalendarList(shell: Shell, claim: Claim): Promise<Report> {
  const list = await listRow(shell.db, claim.coachId);
  if (!list) return { outcome: 'nothing' };
  if (list.granted_by === null) {
    await inTx(shell.db, 'commit calendar-list', async (tx) => {
      await holdLease(tx, claim);
      await finishListRead(tx, claim.coachId, { cursor: null, account: null, isFull: false, now: shell.clock.now(), wakeAt: null });
    });
    return { outcome: 'nothing' };
  }
  const google = await shell.google(claim.coachId);
  const isBaseline = list.account !== list.granted_by; // the first read of this Google account
  const cursor = isBaseline || isFullDue(list.last_full_at, shell.clock.now()) ? null : list.cursor;
  let reading: Reading;
  try {
    reading = await readList(shell, claim, google, cursor);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'GOOGLE_CURSOR_GONE') throw error;
    if (cursor === null) throw new Problem('GOOGLE_UNREACHABLE', 'Google lost our place in the middle of a full read.', {}, error);
    await inTx(shell.db, 'commit calendar-list', async (tx) => { await holdLease(tx, claim); await forgetListCursor(tx, claim.coachId, shell.clock.now()); });
    return { outcome: 'again', did: 'cursor lost, reading the whole list again' };
  }
  const sights = await lookAtAbsent(google, absentFrom(reading, await knownCalendars(shell.db, claim.coachId)));
  return settle(shell, claim, reading, sights, { account: list.granted_by, isBaseline });
}

async function readList(shell: Shell, claim: Claim, google: GoogleCalendar, cursor: string | null): Promise<Reading> {
  const entries = new Map<string, CalendarListEntry>();
  const removed = new Set<string>();
  let pageToken: string | null = null;
  for (let number = 0; number < MOST_PAGES; number++) {
    const page: CalendarListPage = await google.listCalendars({ cursor, pageToken });
    // The same calendar can stand on two pages when it changed in between: the later one is the newer truth.
    for (const id of page.removed) { entries.delete(id); removed.add(id); }
    for (const entry of page.entries) { entries.set(entry.id, entry); removed.delete(entry.id); }
    if (page.nextPageToken === null) {
      if (page.nextCursor === null) throw new Problem('GOOGLE_UNREACHABLE', 'Google ended the list of calendars without a sync token.');
      return { entries: [...entries.values()], removed, cursor: page.nextCursor, isFull: cursor === null };
    }
    pageToken = page.nextPageToken;
    await renewLease(shell.db, claim, shell.clock.now(), shell.leaseMs);
  }
  throw new Problem('GOOGLE_UNREACHABLE', 'The list of calendars does not come to an end.');
}

/** Known calendars that are not on the list, by this reading or by one before it. */
function absentFrom(reading: Reading, known: readonly Known[]): Known[] {
  const listed = new Set(reading.entries.map((e) => e.id));
  return known.filter((k) => !listed.has(k.googleId) && (reading.isFull || reading.removed.has(k.googleId) || k.listed === 'absent'));
}

/** Asks for the events of each that matters: the second witness (design, invariant 8). */
async function lookAtAbsent(google: GoogleCalendar, absent: readonly Known[]): Promise<Map<string, Sight>> {
  const sights = new Map<string, Sight>();
  for (const known of absent) if (needsLook(known)) sights.set(known.googleId, await google.sightOf(known.googleId));
  return sights;
}

async function settle(shell: Shell, claim: Claim, reading: Reading, sights: ReadonlyMap<string, Sight>, of: { account: string; isBaseline: boolean }): Promise<Report> {
  const { coachId } = claim;
  const now = shell.clock.now();
  return inTx(shell.db, 'commit calendar-list', async (tx): Promise<Report> => {
    await lockCoach(tx, coachId);
    await holdLease(tx, claim);
    const scene = { tx, shell, now, reading: claim.fence };
    const known = await knownCalendars(tx, coachId);
    // Also after a disconnect, which forgets the calendars and not the account.
    const isBaseline = of.isBaseline || known.length === 0;
    const renamed = isBaseline ? null : renamedPrimary(known, reading.entries);
    if (renamed) await relink(scene, renamed.known, renamed.entry);
    const rest = known.filter((k) => k !== renamed?.known);
    const byId = new Map(rest.map((k) => [k.googleId, k]));
    const counts = { appeared: 0, changed: renamed ? 1 : 0, absent: 0 };
    for (const entry of reading.entries) {
      if (entry === renamed?.entry) continue;
      const there = byId.get(entry.id);
      if (there) counts.changed += await heed(scene, there, entry);
      else { await takeUp(scene, coachId, entry, isBaseline); counts.appeared++; }
    }
    for (const gone of absentFrom(reading, rest)) counts.absent += await heedGone(scene, gone, sights.get(gone.googleId) ?? null);
    const primary = reading.entries.find((e) => e.isPrimary);
    if (primary) await keepPrimary(tx, coachId, primary.id);
    if (isBaseline) await remember(tx, { coachId, at: now, what: 'calendars read', by: 'google', facts: { calendars: reading.entries.length } });
    const isAnyGone = (await knownCalendars(tx, coachId)).some((k) => k.goneSince !== null);
    const wakeAt = nextListRead(now, { coaches: await connectedCoaches(tx), isAnyGone, spread: Math.random() });
    await finishListRead(tx, coachId, { cursor: reading.cursor, account: of.account, isFull: reading.isFull, now, wakeAt });
    const did = counts.appeared + counts.changed + counts.absent;
    if (did > 0) {
      if (shell.pushAddress) await openMissingChannels(tx, shell.keys, coachId, shell.pushAddress, now);
      await notifyDue(tx, 'calendars');
      await notifyDue(tx, 'channels');
    }
    return { outcome: did > 0 ? 'done' : 'nothing', counts, did: reading.isFull ? 'whole list' : 'changes of the list' };
  });
}
