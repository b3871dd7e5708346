import { simpleParser, type ParsedMail } from 'mailparser';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import { ANA, DANA, SAM, aWorld, eventually, control, mondays, refusal, scratchDir, timed } from './world.js';

interface Inbox { readonly url: string; readonly mails: ParsedMail[]; refuse: number }

/** A real SMTP server that keeps what it takes, and refuses the next `refuse` mails. */
async function anInbox(): Promise<Inbox> {
  const inbox = { url: '', mails: [] as ParsedMail[], refuse: 0 };
  const server = new SMTPServer({
    authOptional: true, disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      simpleParser(stream).then((mail) => {
        if (inbox.refuse-- > 0) return done(new Error('try later'));
        inbox.mails.push(mail);
        done();
      }, done);
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  inbox.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)));
  return inbox;
}

const to = (mail: ParsedMail): string => (Array.isArray(mail.to) ? mail.to[0] : mail.to)?.text ?? '';
const session = (more: object = {}) => ({ summary: 'Session', attendees: [{ email: DANA }, { email: SAM }], ...timed('2026-11-30T13:00:00', '2026-11-30T14:00:00'), ...more });

test('an invited account has a copy with the same ids; what is private to a copy stays on it', async () => {
  const { ana, dana } = await aWorld();
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: session({ extendedProperties: { private: { saga: '1' }, shared: { s: '2' } }, colorId: '5' }) });
  const copyOf = async () => (await dana.events.get({ calendarId: 'primary', eventId: data.id ?? '' })).data;
  const copy = await copyOf();
  expect(copy).toMatchObject({ id: data.id, iCalUID: data.iCalUID, organizer: { email: ANA }, extendedProperties: { shared: { s: '2' } } });
  expect(copy.organizer?.self).toBeUndefined();
  expect(copy.colorId).toBeUndefined();
  expect(copy.extendedProperties?.private).toBeUndefined();
  expect(copy.attendees?.find((each) => each.self)).toEqual({ email: DANA, self: true, responseStatus: 'needsAction' });
  await dana.events.patch({ calendarId: 'primary', eventId: data.id ?? '', requestBody: { colorId: '3', extendedProperties: { private: { mine: 'x' } } } });
  await ana.events.patch({ calendarId: 'primary', eventId: data.id ?? '', requestBody: timed('2026-11-30T15:00:00', '2026-11-30T16:00:00') });
  expect(await copyOf()).toMatchObject({ colorId: '3', extendedProperties: { private: { mine: 'x' }, shared: { s: '2' } }, start: { dateTime: '2026-11-30T14:00:00Z' } });
  expect((await ana.events.get({ calendarId: 'primary', eventId: data.id ?? '' })).data.extendedProperties?.private).toEqual({ saga: '1' });
  await ana.events.delete({ calendarId: 'primary', eventId: data.id ?? '' });
  expect((await copyOf()).status).toBe('cancelled');
});

test('a guest\'s answer flows back, for one event, a series, and one occurrence; a deleted copy is a no', async () => {
  const { ana, dana } = await aWorld();
  const { data: single } = await ana.events.insert({ calendarId: 'primary', requestBody: session() });
  const { data: series } = await ana.events.insert({ calendarId: 'primary', requestBody: mondays({ attendees: [{ email: DANA }] }) });
  const answer = (eventId: string, responseStatus: string) => dana.events.patch({ calendarId: 'primary', eventId, requestBody: { attendees: [{ email: DANA, responseStatus }] } });
  const seen = async (eventId: string) => (await ana.events.get({ calendarId: 'primary', eventId })).data.attendees?.find((each) => each.email === DANA)?.responseStatus;
  await answer(single.id ?? '', 'accepted');
  expect(await seen(single.id ?? '')).toBe('accepted');
  expect((await ana.events.get({ calendarId: 'primary', eventId: single.id ?? '' })).data.attendees).toHaveLength(2);
  await answer(`${series.id}_20261026T120000Z`, 'declined');
  expect(await seen(`${series.id}_20261026T120000Z`)).toBe('declined');
  expect(await seen(series.id ?? '')).toBe('needsAction');
  await answer(series.id ?? '', 'tentative');
  expect(await seen(series.id ?? '')).toBe('tentative');
  await dana.events.delete({ calendarId: 'primary', eventId: single.id ?? '' });
  expect(await seen(single.id ?? '')).toBe('declined');
  await ana.events.patch({ calendarId: 'primary', eventId: single.id ?? '', requestBody: { summary: 'later' } });
  expect((await dana.events.get({ calendarId: 'primary', eventId: single.id ?? '' })).data.status).toBe('cancelled');
});

test('a guest taken off loses the copy; one added to a single occurrence gets only that; guests that may not see others see themselves', async () => {
  const { ana, dana } = await aWorld();
  const { data: series } = await ana.events.insert({ calendarId: 'primary', requestBody: mondays() });
  const occurrence = { calendarId: 'primary', eventId: `${series.id}_20261026T120000Z` };
  await ana.events.patch({ ...occurrence, requestBody: { attendees: [{ email: SAM }, { email: DANA }], guestsCanSeeOtherGuests: false } });
  expect(await refusal(dana.events.get({ calendarId: 'primary', eventId: series.id ?? '' }))).toEqual({ status: 404, reason: 'notFound' });
  const { data: orphan } = await dana.events.get(occurrence);
  expect(orphan.attendees?.map((each) => each.email)).toEqual([DANA]);
  expect(await refusal(dana.events.patch({ ...occurrence, requestBody: { guestsCanSeeOtherGuests: true } }))).toEqual({ status: 403, reason: 'forbiddenForNonOrganizer' });
  expect((await ana.events.get({ ...occurrence, maxAttendees: 1 })).data).toMatchObject({ attendees: [], attendeesOmitted: true });
  await ana.events.patch({ ...occurrence, requestBody: { attendees: [{ email: SAM }] } });
  expect((await dana.events.get(occurrence)).data.status).toBe('cancelled');
});

test('sendUpdates mails guests, and nobody else, in the organizer\'s zone', async () => {
  const inbox = await anInbox();
  const { ana, dana, control: call } = await aWorld({ smtpUrl: inbox.url });
  await ana.events.insert({ calendarId: 'primary', requestBody: session({ summary: 'Silent' }) });
  const { data } = await ana.events.insert({ calendarId: 'primary', sendUpdates: 'all', requestBody: session({ guestsCanSeeOtherGuests: false, attendees: [{ email: ANA }, { email: DANA }, { email: SAM }] }) });
  await eventually(() => expect(inbox.mails).toHaveLength(2));
  const mail = inbox.mails.find((each) => to(each) === SAM);
  expect(mail?.subject).toBe('Invitation: Session @ Mon 30 Nov 2026 13:00 - 14:00 (Europe/Berlin)');
  expect(mail?.from?.text).toBe('"Google Calendar" <calendar-notification@google.example>');
  expect(mail?.replyTo?.text).toBe(ANA);
  const invite = mail?.attachments.find((each) => each.contentType === 'text/calendar')?.content.toString().replaceAll('\r\n ', '') ?? '';
  expect(invite).toContain(`METHOD:REQUEST\r\n`);
  expect(invite).toContain(`UID:${data.iCalUID}\r\n`);
  expect(invite).toContain('DTSTART:20261130T120000Z');
  for (const text of [mail?.text, String(mail?.html), invite]) expect(text).not.toContain('dana');
  await ana.events.patch({ calendarId: 'primary', eventId: data.id ?? '', sendUpdates: 'externalOnly', requestBody: timed('2026-11-30T15:00:00', '2026-11-30T16:00:00') });
  await eventually(() => expect(inbox.mails).toHaveLength(3));
  expect([to(inbox.mails[2] as ParsedMail), inbox.mails[2]?.subject]).toEqual([SAM, 'Updated invitation: Session @ Mon 30 Nov 2026 15:00 - 16:00 (Europe/Berlin)']);
  await dana.events.patch({ calendarId: 'primary', eventId: data.id ?? '', sendUpdates: 'all', requestBody: { attendees: [{ email: DANA, responseStatus: 'accepted' }] } });
  await ana.events.delete({ calendarId: 'primary', eventId: data.id ?? '', sendUpdates: 'all' });
  await eventually(() => expect(inbox.mails).toHaveLength(5));
  expect(inbox.mails[4]?.subject).toBe('Canceled event: Session @ Mon 30 Nov 2026 15:00 - 16:00 (Europe/Berlin)');
  expect(inbox.mails[4]?.attachments[0]?.content.toString()).toContain('METHOD:CANCEL');
  expect(await call('GET', '/mail')).toEqual({ waiting: 0 });
});

test('a mail that cannot be sent waits in the store, also over a restart, and goes once', async () => {
  const inbox = await anInbox();
  inbox.refuse = 1;
  const dataDir = scratchDir();
  const first = await aWorld({ smtpUrl: 'smtp://127.0.0.1:1', dataDir });
  await first.ana.events.insert({ calendarId: 'primary', sendUpdates: 'all', requestBody: session({ attendees: [{ email: SAM }] }) });
  expect(await first.control('GET', '/mail')).toEqual({ waiting: 1 });
  await first.emulator.close();
  const second = await aWorld({ smtpUrl: inbox.url, dataDir });
  await eventually(() => expect(inbox.mails).toHaveLength(1));
  await eventually(async () => expect(await control(second.url, 'GET', '/mail')).toEqual({ waiting: 0 }));
});
