import { calendarRow } from '../mirror/calendar.store.js';
import { HOUR, plus } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { inTx } from '../postgres/transaction.js';
import type { WholeEvent } from '../google/google.port.js';
import type { Claim } from '../work/claim.js';
import type { Report, Shell } from '../work/shell.port.js';
import { heedInbox } from './heed-inbox.step.js';
import { inboxEvent, inMirror, rest, type InboxEvent } from './inbox.store.js';
import { tellInbox } from './tell-inbox.step.js';

/** The worker of the requests calendar: looks at one event of it, live. Reads its row; leaves the request as the event says, in one
 *  commit, and then the event as the request stands, in another. A crash in between costs a look: what is there already is not done
 *  again. An event counts as deleted only if Google says so, or if the mirror, read whole, has buried it. */
export async function attendInbox(shell: Shell, claim: Claim): Promise<Report> {
  const row = await inboxEvent(shell.db, claim.coachId, claim.id);
  if (!row) return { outcome: 'nothing' };
  const calendar = await calendarRow(shell.db, claim.coachId, row.calendar_id);
  // The calendar is for something else by now: its requests stay as they are, and so do its events.
  if (calendar?.role !== 'requests') return sleep(shell, claim, row, null);
  const google = await shell.google(claim.coachId);
  const seen = await google.getWholeEvent(calendar.google_id, row.event_id);
  const sight = seen === null ? await absent(shell, row) : seen.event.status === 'cancelled' ? 'gone' : seen;
  if (sight === 'unsure') return sleep(shell, claim, row, HOUR);
  // Somebody else's: they invited the calendar. It is theirs to change, and says nothing that the coach asks of us.
  if (isNotOurs(sight)) return sleep(shell, claim, row, null, sight.event.etag);
  const did = await heedInbox(shell, claim, row, sight);
  const told = await tellInbox({ shell, claim, calendar, google }, sight, did === 'take in');
  return { outcome: did === 'stay' && told === 'nothing' ? 'nothing' : 'done', did: [did, told].filter((what) => what !== 'stay' && what !== 'nothing').join(', ') };
}
const isNotOurs = (sight: WholeEvent | 'gone'): sight is WholeEvent => sight !== 'gone' && (!sight.event.organizedHere || sight.event.eventType !== 'default');

/** A 404 proves nothing: it also comes for a calendar that is out of sight, and right after a change. */
async function absent(shell: Shell, row: InboxEvent): Promise<'gone' | 'unsure'> {
  const mirror = await inMirror(shell.db, row);
  if (mirror === 'there') throw new Problem('GOOGLE_UNREACHABLE', 'Google does not show an event of the requests calendar.');
  return mirror === 'unsure' ? 'unsure' : 'gone';
}

async function sleep(shell: Shell, claim: Claim, row: InboxEvent, ms: number | null, etag: string | null = null): Promise<Report> {
  const now = shell.clock.now();
  await inTx(shell.db, 'commit inbox-told', (tx) => rest(tx, claim, row, { etag, told: row.told_hash, state: row.state, wakeAt: ms === null ? null : plus(now, ms) }, now));
  return { outcome: 'nothing' };
}
