import type ICAL from 'ical.js';
import { expect, test } from 'vitest';
import { ANA, DANA, SAM, aWorld, clientFor, control, eventually, mondays, scratchDir, timed, type World } from './world.js';
import { anInbox, calendarText, invitationIn, to, utc, type Inbox } from './inbox.js';

const session = (more: object = {}) => ({ summary: 'Session', attendees: [{ email: DANA }, { email: SAM }], ...timed('2026-11-30T13:00:00', '2026-11-30T14:00:00'), ...more });
const on = (eventId: string | null | undefined) => ({ calendarId: 'primary', eventId: eventId ?? '' });
const all = { calendarId: 'primary', sendUpdates: 'all' };

async function aWorldWithMail(): Promise<World & { inbox: Inbox; arrived(count: number): Promise<string[][]> }> {
  const inbox = await anInbox();
  const world = await aWorld({ smtpUrl: inbox.url });
  /** Receivers and occasions of the mails so far, once there are `count` and none waits. */
  const arrived = async (count: number) => {
    await eventually(async () => {
      expect(await world.control('GET', '/mail')).toEqual({ waiting: 0 });
      expect(inbox.mails.length).toBe(count);
    });
    return inbox.mails.map((each) => [to(each), each.subject?.split(':')[0] ?? '']).sort();
  };
  return { ...world, inbox, arrived };
}

test('sendUpdates mails guests, and nobody else, in the organizer\'s zone', async () => {
  const { ana, dana, inbox, arrived } = await aWorldWithMail();
  await ana.events.insert({ calendarId: 'primary', requestBody: session({ summary: 'Silent' }) });
  const { data } = await ana.events.insert({ ...all, requestBody: session({ guestsCanSeeOtherGuests: false, attendees: [{ email: ANA }, { email: DANA }, { email: SAM }] }) });
  expect(await arrived(2)).toEqual([[DANA, 'Invitation'], [SAM, 'Invitation']]);
  const mail = inbox.mails.find((each) => to(each) === SAM);
  expect(mail?.subject).toBe('Invitation: Session @ Mon 30 Nov 2026 13:00 - 14:00 (Europe/Berlin)');
  expect(mail?.from?.text).toBe('"Google Calendar" <calendar-notification@google.example>');
  expect(mail?.replyTo?.text).toBe(ANA);
  for (const text of [mail?.text, String(mail?.html), calendarText(mail)]) expect(text).not.toContain('dana');
  const { method, events: [event] } = invitationIn(mail);
  expect([method, event?.uid, event?.sequence, utc(event!.startDate), utc(event!.endDate)]).toEqual(['REQUEST', data.iCalUID, 0, '2026-11-30T12:00:00Z', '2026-11-30T13:00:00Z']);
  await ana.events.patch({ ...on(data.id), sendUpdates: 'externalOnly', requestBody: timed('2026-11-30T15:00:00', '2026-11-30T16:00:00') });
  await arrived(3);
  expect([to(inbox.mails[2]), inbox.mails[2]?.subject]).toEqual([SAM, 'Updated invitation: Session @ Mon 30 Nov 2026 15:00 - 16:00 (Europe/Berlin)']);
  expect(invitationIn(inbox.mails[2]).events[0]?.sequence).toBe(1);
  await dana.events.patch({ ...on(data.id), requestBody: { attendees: [{ email: DANA, responseStatus: 'accepted' }] } });
  await ana.events.delete({ ...on(data.id), sendUpdates: 'all' });
  await arrived(5);
  const last = inbox.mails[4];
  expect(last?.subject).toBe('Canceled event: Session @ Mon 30 Nov 2026 15:00 - 16:00 (Europe/Berlin)');
  const cancel = invitationIn(last);
  expect([cancel.method, cancel.events[0]?.uid, cancel.events[0]?.sequence, cancel.events[0]?.component.getFirstPropertyValue('status')]).toEqual(['CANCEL', data.iCalUID, 2, 'CANCELLED']);
});

test('a guest\'s answer is mailed to the organizer only if the guest\'s write says so', async () => {
  const { ana, dana, inbox, arrived } = await aWorldWithMail();
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: session() });
  const answer = (responseStatus: string, sendUpdates: string) =>
    dana.events.patch({ ...on(data.id), sendUpdates, requestBody: { attendeesOmitted: true, attendees: [{ email: DANA, responseStatus, comment: 'Line one;\nline, two' }] } });
  await answer('accepted', 'none');
  await answer('tentative', 'externalOnly');
  await answer('declined', 'all');
  expect(await arrived(1)).toEqual([[ANA, 'Declined']]);
  const [mail] = inbox.mails;
  expect([mail?.subject, mail?.replyTo?.text]).toEqual(['Declined: Session @ Mon 30 Nov 2026 13:00 - 14:00 (Europe/Berlin)', DANA]);
  const { method, events: [event] } = invitationIn(mail);
  const [attendee] = event?.attendees ?? [];
  expect([method, event?.uid, event?.attendees.length, attendee?.getFirstValue(), attendee?.getParameter('partstat')]).toEqual(['REPLY', data.iCalUID, 1, `mailto:${DANA}`, 'DECLINED']);
  expect(event?.component.getFirstPropertyValue('comment')).toBe('Line one;\nline, two');
  await dana.events.delete({ ...on(data.id), sendUpdates: 'all' });
  expect(await arrived(2)).toEqual([[ANA, 'Declined'], [ANA, 'Declined']]);
});

test('new guests are invited, those taken off are cancelled, the others are not bothered; guests invite by mail, too', async () => {
  const { ana, dana, inbox, arrived } = await aWorldWithMail();
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: session() });
  await ana.events.patch({ ...on(data.id), sendUpdates: 'all', requestBody: { attendees: [{ email: DANA }, { email: 'new@x.example', displayName: 'New "one"; two' }] } });
  expect(await arrived(2)).toEqual([['new@x.example', 'Invitation'], [SAM, 'Canceled event']]);
  const invited = invitationIn(inbox.mails.find((each) => to(each) === 'new@x.example')).events[0];
  expect(invited?.attendees.map((each) => each.getParameter('cn'))).toEqual([DANA, 'New \'one\'; two']);
  await dana.events.patch({ ...on(data.id), sendUpdates: 'all', requestBody: { attendees: [{ email: DANA }, { email: 'third@x.example' }] } });
  expect((await arrived(3)).at(-1)).toEqual(['third@x.example', 'Invitation']);
  await ana.events.patch({ ...on(data.id), sendUpdates: 'all', requestBody: { colorId: '3', reminders: { useDefault: false } } });
  expect(await arrived(3)).toHaveLength(3);
});

const instants = (event: ICAL.Event, count: number): string[] => {
  const iterator = event.iterator();
  return Array.from({ length: count }, () => utc(iterator.next()));
};

test('a series names its zone and brings it along: the second library finds the same occurrences over changes of the clocks', async () => {
  const { ana, inbox, arrived } = await aWorldWithMail();
  const zones = [['Europe/Berlin', '09:30'], ['America/New_York', '23:15'], ['Australia/Lord_Howe', '01:45'], ['Asia/Kolkata', '08:00'], ['Africa/Casablanca', '12:00'], ['Africa/Cairo', '00:30'], ['America/Sao_Paulo', '10:00']] as const;
  for (const [i, [zone, clock]] of zones.entries()) {
    const requestBody = { ...session({ attendees: [{ email: SAM }] }), ...timed(`2026-03-02T${clock}:00`, `2026-03-02T${clock}:00`, zone), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=100'] };
    const { data } = await ana.events.insert({ ...all, requestBody });
    await arrived(i + 1);
    const invitation = invitationIn(inbox.mails[i]);
    expect(invitation.calendar.getAllSubcomponents('vtimezone')).toHaveLength(1);
    const { data: ours } = await ana.events.instances({ ...on(data.id), timeZone: 'UTC', maxResults: 100 });
    expect(instants(invitation.events[0]!, 100), zone).toEqual(ours.items?.map((each) => each.start?.dateTime));
  }
});

test('an occurrence is told with its RECURRENCE-ID; a new guest of a series learns of what differs', async () => {
  const { ana, inbox, arrived } = await aWorldWithMail();
  const { data: series } = await ana.events.insert({ calendarId: 'primary', requestBody: mondays({ attendees: [{ email: SAM }] }) });
  const slot = (stamp: string) => on(`${series.id}_${stamp}`);
  await ana.events.patch({ ...slot('20261026T120000Z'), sendUpdates: 'all', requestBody: timed('2026-10-27T09:00:00', '2026-10-27T10:00:00') });
  await arrived(1);
  const moved = invitationIn(inbox.mails[0]).events[0];
  expect([moved?.uid, utc(moved!.recurrenceId), utc(moved!.startDate), moved?.sequence]).toEqual([series.iCalUID, '2026-10-26T12:00:00Z', '2026-10-27T08:00:00Z', 1]);
  await ana.events.delete({ ...slot('20261102T120000Z'), sendUpdates: 'all' });
  await arrived(2);
  const cancelled = invitationIn(inbox.mails[1]);
  expect([cancelled.method, utc(cancelled.events[0]!.recurrenceId)]).toEqual(['CANCEL', '2026-11-02T12:00:00Z']);
  await ana.events.patch({ ...on(series.id), sendUpdates: 'all', requestBody: { attendees: [{ email: SAM }, { email: 'new@x.example' }] } });
  await arrived(3);
  const { events: [master, override] } = invitationIn(inbox.mails[2]);
  expect(instants(master!, 5)).toEqual(['2026-10-05T11:00:00Z', '2026-10-12T11:00:00Z', '2026-10-19T11:00:00Z', '2026-10-26T12:00:00Z', '2026-11-09T12:00:00Z']);
  expect([utc(override!.recurrenceId), utc(override!.startDate)]).toEqual(['2026-10-26T12:00:00Z', '2026-10-27T08:00:00Z']);
});

test('all-day series, exclusions and additions read the same elsewhere', async () => {
  const { ana, inbox, arrived } = await aWorldWithMail();
  const allDay = { start: { date: '2026-11-03' }, end: { date: '2026-11-04' }, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4', 'EXDATE;VALUE=DATE:20261110', 'RDATE;VALUE=DATE:20261105'] };
  await ana.events.insert({ ...all, requestBody: { ...session({ attendees: [{ email: SAM }] }), ...allDay } });
  await arrived(1);
  const days = invitationIn(inbox.mails[0]).events[0]!;
  const dates = days.iterator();
  expect(Array.from({ length: 4 }, () => dates.next().toString())).toEqual(['2026-11-03', '2026-11-05', '2026-11-17', '2026-11-24']);
  const listed = { ...mondays({ attendees: [{ email: SAM }] }), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3', 'EXDATE;TZID=America/New_York:20261012T070000', 'RDATE:20261201T100000Z'] };
  await ana.events.insert({ ...all, requestBody: listed });
  await arrived(2);
  expect(instants(invitationIn(inbox.mails[1]).events[0]!, 3)).toEqual(['2026-10-05T11:00:00Z', '2026-10-19T11:00:00Z', '2026-12-01T10:00:00Z']);
});

test('lines are folded at 75 octets, ended by CRLF, and text is escaped', async () => {
  const { ana, inbox, arrived } = await aWorldWithMail();
  const summary = 'Größe; Maß, \\ und so weiter: ein recht langer Titel mit vielen Umlauten äöüÄÖÜß und Zeichen 🎉🎉🎉';
  const description = 'First line\nsecond; line, with \\ backslash\r\nthird';
  await ana.events.insert({ ...all, requestBody: session({ summary, description, location: 'Haus 3, Hof; links', visibility: 'private' }) });
  await arrived(2);
  const raw = calendarText(inbox.mails[0]);
  expect(raw.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  for (const line of raw.split('\r\n')) expect(Buffer.byteLength(line), line).toBeLessThanOrEqual(75);
  const event = invitationIn(inbox.mails[0]).events[0];
  expect([event?.summary, event?.description, event?.location]).toEqual([summary, 'First line\nsecond; line, with \\ backslash\nthird', 'Haus 3, Hof; links']);
  expect(event?.component.getFirstPropertyValue('class')).toBe('PRIVATE');
});

test('a split tells guests of both parts under two UIDs, a trim of one', async () => {
  const { ana, control: call, inbox, arrived } = await aWorldWithMail();
  const { data: series } = await ana.events.insert({ calendarId: 'primary', requestBody: mondays({ attendees: [{ email: SAM }] }) });
  await call('POST', '/events/split', { calendarId: ANA, eventId: `${series.id}_20261116T120000Z`, sendUpdates: 'all' });
  expect(await arrived(2)).toEqual([[SAM, 'Invitation'], [SAM, 'Updated invitation']]);
  expect(inbox.mails.map((each) => invitationIn(each).events[0]?.uid).sort()).toEqual([series.iCalUID, `${series.id}_R20261116T120000@google.com`].sort());
  await call('POST', '/events/trim', { calendarId: ANA, eventId: `${series.id}_20261026T120000Z`, sendUpdates: 'all' });
  expect(await arrived(3)).toHaveLength(3);
});

test('guests of one occurrence alone hear of what the series\' change does to it', async () => {
  const { ana, arrived } = await aWorldWithMail();
  const { data: series } = await ana.events.insert({ calendarId: 'primary', requestBody: mondays({ attendees: [{ email: SAM }] }) });
  await ana.events.patch({ ...on(`${series.id}_20261026T120000Z`), requestBody: { attendees: [{ email: SAM }, { email: 'once@x.example' }] } });
  await ana.events.patch({ ...on(series.id), sendUpdates: 'all', requestBody: { summary: 'Renamed' } });
  expect(await arrived(2)).toEqual([['once@x.example', 'Updated invitation'], [SAM, 'Updated invitation']]);
});

test('a mail that cannot be sent waits in the store, also over a restart, and goes once', async () => {
  const inbox = await anInbox();
  inbox.refuse = 1;
  const dataDir = scratchDir();
  const first = await aWorld({ smtpUrl: 'smtp://127.0.0.1:1', dataDir });
  await first.ana.events.insert({ ...all, requestBody: session({ attendees: [{ email: SAM }] }) });
  expect(await first.control('GET', '/mail')).toEqual({ waiting: 1 });
  await first.emulator.close();
  const second = await aWorld({ smtpUrl: inbox.url, dataDir });
  await eventually(() => expect(inbox.mails).toHaveLength(1));
  await eventually(async () => expect(await control(second.url, 'GET', '/mail')).toEqual({ waiting: 0 }));
});

test('letters of before DELETE /control are forgotten, those of a long queue too', async () => {
  const { ana, control, inbox, url } = await aWorldWithMail();
  for (let i = 0; i < 30; i++) await ana.events.insert({ ...all, requestBody: session({ attendees: [{ email: SAM }] }) });
  await control('DELETE', '');
  const before = inbox.mails.length;
  await control('POST', '/accounts', { email: ANA, name: 'Ana', timeZone: 'UTC' });
  await clientFor(url, ANA).events.insert({ ...all, requestBody: session({ attendees: [{ email: 'last@client.example' }] }) });
  await eventually(() => expect(inbox.mails.map(to)).toContain('last@client.example'));
  // One may have been on its way.
  expect(inbox.mails.length).toBeLessThanOrEqual(before + 2);
});
