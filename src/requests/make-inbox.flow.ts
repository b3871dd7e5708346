import { coachById, lockCoach } from '../coach/coach.store.js';
import { INBOX_MARK } from '../google/decode-calendar-list.js';
import type { CalendarListEntry, CalendarListPage, GoogleCalendar } from '../google/google.port.js';
import { grantOf } from '../google/grant.store.js';
import { mayMakeCalendars } from '../google/scopes.js';
import { Problem } from '../kernel/problem.js';
import { lockMirror } from '../mirror/apply.store.js';
import { insertCalendar, knownCalendars, setRole } from '../mirror/calendar-list.store.js';
import { calendarRow } from '../mirror/calendar.store.js';
import { openMissingChannels } from '../mirror/channel.store.js';
import { forgetMirror } from '../mirror/forget.store.js';
import { inTx } from '../postgres/transaction.js';
import { IN_FLIGHT_MS } from '../resolution/landing.store.js';
import { holdLease, notifyDue, type Claim } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Report, Shell } from '../work/shell.port.js';
import { inboxOf, setMade, setSent } from './inbox-calendar.store.js';

const TITLE = 'Requests (Makeway)';
const DESCRIPTION = `Put an event here for each request: the client’s e-mail address in the title, as in “Sam sam@example.com 60 min”, at the time that is wanted. Makeway books it if the time is free, and asks you if it is not. Move the event to change the request, delete it to take it back. Nothing on this calendar takes your time.\n\n${INBOX_MARK}`;
const MOST_PAGES = 100;

/** The worker that makes the calendar for requests, once. Reads its row; leaves a calendar at Google that is known here, of role
 *  `requests`. Before it is made it is looked for by the mark in its description, so that a crash, or an answer that was lost, costs
 *  a look and makes no second one. */
export async function makeInbox(shell: Shell, claim: Claim): Promise<Report> {
  const { coachId } = claim;
  const [inbox, grant] = await Promise.all([inboxOf(shell.db, coachId), grantOf(shell.db, coachId)]);
  if (inbox?.state !== 'wanted') return { outcome: 'nothing' };
  if (!grant || !mayMakeCalendars(grant.scopes)) {
    await inTx(shell.db, 'commit inbox-made', async (tx) => { await holdLease(tx, claim); await setMade(tx, coachId, null); });
    return { outcome: 'stopped', did: 'no permission to make a calendar' };
  }
  const google = await shell.google(coachId);
  let entry = await findInbox(google);
  const isNew = entry === null;
  if (entry === null) {
    if (inbox.sent_at !== null && shell.clock.now() - inbox.sent_at < IN_FLIGHT_MS) throw new Problem('GOOGLE_ANSWER_LOST', 'The calendar may still be on its way.');
    await inTx(shell.db, 'commit inbox-sent', async (tx) => { await holdLease(tx, claim); await setSent(tx, coachId, shell.clock.now()); });
    await google.makeCalendar({ title: TITLE, description: DESCRIPTION, zone: (await coachById(shell.db, coachId)).zone });
    entry = await findInbox(google);
    if (entry === null) throw new Problem('GOOGLE_ANSWER_LOST', 'Google does not show the calendar yet that it has made.');
  }
  await settle(shell, claim, entry);
  return { outcome: 'done', did: isNew ? 'requests calendar made' : 'requests calendar found' };
}

async function findInbox(google: GoogleCalendar): Promise<CalendarListEntry | null> {
  let pageToken: string | null = null;
  for (let number = 0; number < MOST_PAGES; number++) {
    const page: CalendarListPage = await google.listCalendars({ cursor: null, pageToken });
    const found = page.entries.find((e) => e.isInbox === true && e.accessRole === 'owner');
    if (found) return found;
    if (page.nextPageToken === null) return null;
    pageToken = page.nextPageToken;
  }
  throw new Problem('GOOGLE_UNREACHABLE', 'The list of calendars does not come to an end.');
}

async function settle(shell: Shell, claim: Claim, entry: CalendarListEntry): Promise<void> {
  const { coachId } = claim;
  const now = shell.clock.now();
  await inTx(shell.db, 'commit inbox-made', async (tx) => {
    await lockCoach(tx, coachId);
    await holdLease(tx, claim);
    const known = (await knownCalendars(tx, coachId)).find((k) => k.googleId === entry.id);
    const row = known && (await calendarRow(tx, coachId, known.id));
    if (!known || !row) {
      const calendarId = await insertCalendar(tx, coachId, entry, 'requests', now);
      await remember(tx, { coachId, at: now, what: 'requests calendar made', by: 'coach', calendarId });
    } else if (known.role !== 'requests') {
      await lockMirror(tx, row);
      await forgetMirror(tx, known);
      await setRole(tx, known, 'requests', now);
      await remember(tx, { coachId, at: now, what: 'calendar role changed', by: 'coach', calendarId: known.id, facts: { from: known.role, to: 'requests' } });
    }
    await setMade(tx, coachId, now);
    if (shell.pushAddress) await openMissingChannels(tx, shell.keys, coachId, shell.pushAddress, now);
    await notifyDue(tx, 'calendars');
    await notifyDue(tx, 'channels');
  });
}
