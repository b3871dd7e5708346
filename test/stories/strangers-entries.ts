/** The other ways for a request to come, in courses of strangers: the booking page, the requests calendar, what stands on top of
 *  each other. And a calendar that holds the working hours. */
import { expect } from 'vitest';
import type { CalendarKey } from '../../src/kernel/ids.js';
import { MINUTE, type Instant } from '../../src/kernel/interval.js';
import { changeRole } from '../../src/mirror/calendar-role.flow.js';
import { aRequestsCalendar, type DropIn, type Inbox } from '../support/inbox.js';
import { EXISTING, hoursCalendar, INBOX_NAME, INCOMING, quillons, SERIES_ID, type Marked } from '../support/marked.js';
import { MONDAY, on, signedIn } from '../support/story.js';
import { confirm, confirmLink, leave } from '../support/visitor.js';
import { KIM } from '../support/world.js';
import { newestRequest, ok, type Stage, type Step } from './strangers-stage.js';

// The booking page.
const leaves = (who: Marked, start: Instant): Step => async ({ w }) => ok(await leave(w, start, who, { zone: who.zone }));
export const visitorLeaves = leaves(INCOMING, MONDAY);
export const visitorLeavesFree = leaves(INCOMING, on(3, '10:00'));
export const existingLeavesOwn = leaves(EXISTING, MONDAY);
export const visitorErrs: Step = async ({ w }) => ok(await leave(w, MONDAY, { name: '', email: INCOMING.email }), 422);
export const visitorConfirms: Step = async (stage) => {
  const { to, page } = await confirm(stage.w, await confirmLink(stage.w, INCOMING.email));
  expect(to, page).not.toBeNull();
  stage.ids.push(await newestRequest(stage));
};
export const existingConfirmsOwn: Step = async ({ w }) => {
  expect((await confirm(w, await confirmLink(w, EXISTING.email))).page).toContain('already');
};

// The requests calendar.
export const opensInbox: Step = async (stage) => {
  const { w } = stage;
  const rename = async (id: string): Promise<void> => {
    await w.google(KIM.email, 'PATCH', `/calendars/${encodeURIComponent(id)}`, { summary: `${INBOX_NAME} wishes` });
  };
  stage.box = await aRequestsCalendar(w, { before: rename });
};
const inboxOf = ({ box }: Stage): Inbox => {
  if (!box) throw new Error('no requests calendar');
  return box;
};
const drops = (event: DropIn): Step => async (stage) => {
  stage.dropped = await inboxOf(stage).drop(event);
  stage.ids.push((await inboxOf(stage).request(stage.dropped.id))?.id ?? '');
};
const NOTE = { title: `${INCOMING.name} ${INCOMING.email} 60 min`, description: 'Chrysoprase: met at the fair, is in a hurry' };
export const dropsOnTaken = drops({ ...NOTE, start: MONDAY });
export const dropsOnFree = drops({ ...NOTE, start: on(3, '10:00') });
export const dropsWithGuest = drops({ title: 'Pianoforte', description: 'Sandalwood', guests: [INCOMING.email], start: MONDAY });
export const dropsPlain = drops({ title: `Pianoforte ${INCOMING.email}`, description: 'Sandalwood', start: MONDAY });
export const addsGuestToDropped: Step = async (stage) => {
  await inboxOf(stage).change(stage.dropped?.id ?? '', { attendees: [{ email: INCOMING.email }] });
  await inboxOf(stage).seen();
};
export const movesDropped: Step = async (stage) => {
  await inboxOf(stage).moveTo(stage.dropped?.id ?? '', on(7, '13:00'));
  await inboxOf(stage).seen();
};
export const removesDropped: Step = async (stage) => {
  await inboxOf(stage).remove(stage.dropped?.id ?? '');
  await inboxOf(stage).seen();
};

// On top of each other.
/** Until a change is read and looked at. */
export const noticed: Step = async ({ w }) => {
  await w.pass(30 * MINUTE);
  await w.pass(MINUTE);
};
/** As the first look finds it. */
export const stoodOnTop: Step = async (stage) => {
  await stage.w.addEvent(quillons);
  await noticed(stage);
};
export const putsOnTop: Step = async (stage) => {
  await noticed(stage);
  await stoodOnTop(stage);
};
export const removesOnTop: Step = async (stage) => {
  await stage.w.deleteEvent(quillons.id ?? '');
  await noticed(stage);
};
export const invitesOver: Step = async (stage) => {
  await noticed(stage);
  const fields = { description: 'Sandalwood', location: 'Mulberryway' };
  await stage.w.addEvent({ id: 'quilinvites', summary: 'Pianoforte duet', start: MONDAY, guests: [KIM.email], fields }, INCOMING.email);
  await noticed(stage);
};
/** Kim settles what was found, about the one of the two whose event this is. */
const settlesFinding = (eventId: string, form: (about: string) => Record<string, string>): Step => async (stage) => {
  const sql = 'select id, case when one_key like :event then one_key else other_key end as key from findings where request_id is null and gone_at is null';
  const found = await stage.w.one<{ id: string; key: string }>(sql, { event: `%/${eventId}/%` });
  const kim = await signedIn(stage.w);
  ok(await kim.post(`/overlaps/${found?.id ?? ''}`, form(found?.key ?? '')));
  stage.ids.push(await newestRequest(stage));
};
export const asksExistingToMove = settlesFinding(SERIES_ID, (about) => ({ do: 'ask', about }));
export const asksIncomingToMove = settlesFinding('quilsession', (about) => ({ do: 'ask', about }));
export const leavesBoth = settlesFinding(SERIES_ID, () => ({ do: 'leave' }));

export const hoursRule: Step = async ({ w }) => {
  const id = await hoursCalendar(w.google);
  await w.pass(10 * MINUTE);
  const row = await w.one<{ id: CalendarKey }>('select id from calendars where google_id = :id', { id });
  if (!row) throw new Error('the calendar with the hours is not known');
  expect(await changeRole(w.shell, { coachId: w.coachId, calendarId: row.id, by: 'coach' }, 'hours')).not.toHaveProperty('refused');
};
