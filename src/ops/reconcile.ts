/** `makeway reconcile` and its nightly run: pull, compare, compare again, repair. */
import type { CoachId } from '../kernel/ids.js';
import { Problem } from '../kernel/problem.js';
import { lasting, type Difference } from '../mirror/differences.js';
import { reconcilable } from '../mirror/differences.store.js';
import type { CalendarRow } from '../mirror/calendar.store.js';
import { compareWithGoogle, readAnew } from '../mirror/reconcile.flow.js';
import { translateDatabaseError } from '../postgres/translate-error.js';
import { claimRow } from '../work/due.store.js';
import { work } from '../work/run-due.flow.js';
import type { Report, Shell } from '../work/shell.port.js';
import { WORKERS } from './compose.js';

/** What came out of one calendar. `left` are the differences that the repair did not end. */
export interface Reconciled { readonly calendar: CalendarRow; readonly differences: readonly Difference[]; readonly left: readonly Difference[]; readonly problem: Problem | null }

/** How often a difference must be seen, each time after a pull, to be one: two would be enough if nobody wrote meanwhile. */
const LOOKS = 3;

/** Compares all mirrored calendars of `coachId`, or of everybody, one after the other, and repairs what differs. With
 *  `accept`, what Google shows is believed even if most of a calendar is gone. Trouble with one calendar is told, and stops
 *  no other. */
export async function* reconcile(shell: Shell, coachId: CoachId | null, accept: boolean): AsyncGenerator<Reconciled> {
  for (const calendar of await reconcilable(shell.db, coachId)) {
    try {
      if (accept && calendar.frozen_at !== null) await readAnew(shell, calendar, true, []);
      const differences = await look(shell, calendar, null);
      if (differences.length === 0) { yield { calendar, differences, left: [], problem: null }; continue; }
      await readAnew(shell, calendar, accept, differences);
      yield { calendar, differences, left: await look(shell, calendar, differences), problem: null };
    } catch (thrown) {
      const error = translateDatabaseError(thrown);
      if (!(error instanceof Problem) || error.code === 'DATABASE_AWAY') throw error;
      yield { calendar, differences: [], left: [], problem: error };
    }
  }
}

/** The differences, among `known` if given, that are there each time. */
async function look(shell: Shell, calendar: CalendarRow, known: readonly Difference[] | null): Promise<readonly Difference[]> {
  let found = known;
  for (let n = 0; n < LOOKS; n++) {
    await pullNow(shell, calendar);
    const now = await compareWithGoogle(shell, calendar);
    found = found === null ? now : lasting(found, now);
    if (found.length === 0) break;
  }
  return found ?? [];
}

/** Pulls the calendar, unless somebody does already: then what they read is as good. */
async function pullNow(shell: Shell, calendar: CalendarRow): Promise<void> {
  const claim = await claimRow(shell.db, 'calendars', { coachId: calendar.coach_id, id: calendar.id }, { owner: shell.owner, now: shell.clock.now(), leaseMs: shell.leaseMs });
  if (claim) await work(shell, WORKERS, claim);
}

/** The nightly run, in numbers. */
export async function reconcileAll(shell: Shell): Promise<Report> {
  const counts = { calendars: 0, differences: 0, left: 0, unread: 0 };
  for await (const { differences, left, problem } of reconcile(shell, null, false)) {
    counts.calendars++;
    counts.differences += differences.length;
    counts.left += left.length;
    if (problem) counts.unread++;
  }
  return { outcome: counts.differences + counts.unread > 0 ? 'done' : 'nothing', counts, ...(counts.left > 0 && { did: 'differences are left: makeway reconcile' }) };
}
