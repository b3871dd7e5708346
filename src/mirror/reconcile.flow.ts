/** Compares the mirror with what Google shows somebody who knows nothing: a full read, and Google's own expansion. */
import { DAY, plus } from '../kernel/interval.js';
import { inTx } from '../postgres/transaction.js';
import { notifyDue } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { isBusyOnly } from './access-role.js';
import { compareEvents, compareOccurrences, type Difference } from './differences.js';
import { etagsOf, laidOutIn, mirroredIds } from './differences.store.js';
import { calendarRow, expansionWindow, forgetCursor, UNBRAKED, type CalendarRow } from './calendar.store.js';

/** Expansions are read so many days at a time: memory does not grow with the calendar. */
const SLICE_MS = 31 * DAY;

/** Every difference between one calendar at Google and its mirror. Writes nothing. A change that is made at Google meanwhile
 *  shows as a difference, too: look again after a pull. @throws what the calls to Google throw */
export async function compareWithGoogle(shell: Shell, { coach_id: coachId, id }: CalendarRow): Promise<Difference[]> {
  const calendar = await calendarRow(shell.db, coachId, id);
  if (!calendar) return [];
  const google = await shell.google(coachId);
  const window = expansionWindow(shell.clock.now());
  const found: Difference[] = [];
  const seen = new Set<string>();
  for (let pageToken: string | null = null, isMore = true; isMore;) {
    const page = await google.listEvents(calendar.google_id, { cursor: null, pageToken, window: isBusyOnly(calendar.access_role) ? window : null });
    found.push(...compareEvents(page.events, await etagsOf(shell.db, calendar, page.events.map((e) => e.id))));
    for (const event of page.events) seen.add(event.id);
    pageToken = page.nextPageToken;
    isMore = pageToken !== null;
  }
  found.push(...(await mirroredIds(shell.db, calendar)).filter((event) => !seen.has(event)).map((event): Difference => ({ of: 'event', kind: 'extra', id: event })));

  for (let start = window.start; start < window.end; start = plus(start, SLICE_MS)) {
    const slice = { start, end: plus(start, Math.min(SLICE_MS, window.end - start)) };
    const expansion = await google.listWindow(calendar.google_id, slice);
    found.push(...compareOccurrences(expansion, await laidOutIn(shell.db, calendar, slice), slice, calendar.time_zone));
  }
  // What lies on the edge of two slices is found twice.
  return [...new Map(found.map((d) => [`${d.of} ${d.kind} ${d.id}`, d])).values()];
}

/** Has a calendar read anew, whole, by its next pull, which rewrites also what seems unchanged; with `isBelieved` even if that
 *  buries most of it. The differences that led to it are remembered in numbers. */
export async function readAnew(shell: Shell, calendar: CalendarRow, isBelieved: boolean, differences: readonly Difference[]): Promise<void> {
  const now = shell.clock.now();
  await inTx(shell.db, 'commit reconcile', async (tx) => {
    await forgetCursor(tx, { ...calendar, cursor_shape: isBelieved ? UNBRAKED : null }, now);
    const facts = { isBelieved, events: differences.filter((d) => d.of === 'event').length, occurrences: differences.filter((d) => d.of === 'occurrence').length };
    await remember(tx, { coachId: calendar.coach_id, at: now, what: 'to be read anew', by: isBelieved ? 'operator' : 'makeway', calendarId: calendar.id, facts });
    await notifyDue(tx, 'calendars');
  });
}
