/** Section 2 of the sheet as far as writing goes: what each field takes and refuses (2), and the rules of the event types (2.2). */
import { describe, expect, onTestFinished } from 'vitest';
import { allDay, eventually, fact, listAll, refusal, timed, uncertain, type Bed, type Event, type ProvokedBed } from './bed.js';

const HOUR: Event = { summary: 'One hour', ...timed('2027-02-02T10:00:00', '2027-02-02T11:00:00') };
const MONDAYS: Event = { summary: 'Mondays', ...timed('2027-02-01T10:00:00', '2027-02-01T11:00:00'), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'] };

interface Versions { readonly conferenceDataVersion?: number; readonly eventLabelVersion?: number }
async function insert(bed: Bed, calendarId: string, requestBody: Event = HOUR, versions: Versions = {}): Promise<Event & { id: string }> {
  const { data } = await bed.coach.api.events.insert({ calendarId, requestBody: { ...(calendarId === 'primary' ? { id: bed.freshId() } : {}), ...requestBody }, sendUpdates: 'none', ...versions });
  if (calendarId === 'primary') onTestFinished(async () => { await bed.coach.api.events.delete({ calendarId, eventId: data.id ?? '', sendUpdates: 'none' }); });
  return { ...data, id: data.id ?? '' };
}
const change = async (bed: Bed, calendarId: string, eventId: string, requestBody: Event, versions: Versions = {}): Promise<Event> =>
  (await bed.coach.api.events.patch({ calendarId, eventId, requestBody, sendUpdates: 'none', ...versions })).data;
const get = async (bed: Bed, calendarId: string, eventId: string): Promise<Event> => (await bed.coach.api.events.get({ calendarId, eventId })).data;
/** Status of the refusal of an insert. */
const refused = async (bed: Bed, calendarId: string, requestBody: Event): Promise<number> =>
  (await refusal(bed.coach.api.events.insert({ calendarId, requestBody, sendUpdates: 'none' }))).status;
/** How a call ends: `taken`, or `refused with` its status. */
const endOf = async (call: Promise<unknown>): Promise<string> => {
  const [settled] = await Promise.allSettled([call]);
  return settled.status === 'fulfilled' ? 'taken' : `refused with ${(settled.reason as { status?: number }).status}`;
};
async function load(bed: ProvokedBed, event: Event): Promise<void> {
  expect(await bed.control('POST', '/events', { calendarId: bed.coach.email, events: [event] })).toEqual({ loaded: 1, verbatim: [] });
}
const named = (count: number, value = 'v'): Record<string, string> => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, value]));

describe('2 Event resource, as it is written', () => {
  describe('id, iCalUID', () => {
    fact('doc', 'an id of fewer than 5 or more than 1024 characters, or with others than 0-9a-v, is refused', async (bed) => {
      const calendarId = await bed.scratch();
      for (const id of ['abcd', 'v'.repeat(1025), 'abcdw', 'ABCDE', 'abc-de', 'abc_de']) expect(await refused(bed, calendarId, { ...HOUR, id }), id.slice(0, 8)).toBe(400);
    });
    uncertain('an insert with both an id and an iCalUID', ['refused with 400', 'taken'], async (bed) => {
      const calendarId = await bed.scratch(), id = bed.freshId();
      return endOf(bed.coach.api.events.insert({ calendarId, requestBody: { ...HOUR, id, iCalUID: `${id}@example.com` } }));
    });
    uncertain('an insert with the iCalUID of another event of the calendar', ['refused with 409', 'refused with 400', 'taken'], async (bed) => {
      const calendarId = await bed.scratch(), iCalUID = `${bed.freshId()}@example.com`;
      await insert(bed, calendarId, { ...HOUR, iCalUID });
      return endOf(bed.coach.api.events.insert({ calendarId, requestBody: { ...HOUR, iCalUID } }));
    });
  });

  fact('doc', 'eventType is immutable', async (bed) => {
    const plain = await insert(bed, 'primary'), focus = await insert(bed, 'primary', { ...HOUR, eventType: 'focusTime' });
    expect((await refusal(change(bed, 'primary', plain.id, { eventType: 'focusTime' }))).status).toBe(400);
    expect((await refusal(change(bed, 'primary', focus.id, { eventType: 'default' }))).status).toBe(400);
  });
  fact('doc', 'status: other words than confirmed, tentative and cancelled are refused', async (bed) => {
    expect(await refused(bed, await bed.scratch(), { ...HOUR, status: 'maybe' })).toBe(400);
  });

  describe('start, end, recurrence', () => {
    fact('doc', 'timeZone is required to create a recurring event, and optional else', async (bed) => {
      const calendarId = await bed.scratch(), times = { start: { dateTime: '2027-02-02T10:00:00+01:00' }, end: { dateTime: '2027-02-02T11:00:00+01:00' } };
      expect((await insert(bed, calendarId, times)).status).toBe('confirmed');
      expect(await refused(bed, calendarId, { ...times, recurrence: ['RRULE:FREQ=DAILY;COUNT=2'] })).toBe(400);
    });
    fact('doc', 'a dateTime needs an offset or a timeZone', async (bed) => {
      expect(await refused(bed, await bed.scratch(), { start: { dateTime: '2027-02-02T10:00:00' }, end: { dateTime: '2027-02-02T11:00:00' } })).toBe(400);
    });
    fact('doc', 'date or dateTime, not both, and the same of both ends', async (bed) => {
      const calendarId = await bed.scratch(), [timedHour, day] = [timed('2027-02-02T10:00:00', '2027-02-02T11:00:00'), allDay('2027-02-02', '2027-02-03')];
      expect(await refused(bed, calendarId, { start: { ...timedHour.start, ...day.start }, end: timedHour.end! })).toBe(400);
      expect(await refused(bed, calendarId, { start: day.start!, end: timedHour.end! })).toBe(400);
    });
    fact('doc', 'an end before the start is refused', async (bed) => {
      expect(await refused(bed, await bed.scratch(), timed('2027-02-02T11:00:00', '2027-02-02T10:00:00'))).toBe(400);
    });
    fact('doc', 'DTSTART and DTEND are not allowed in recurrence', async (bed) => {
      const calendarId = await bed.scratch();
      for (const line of ['DTSTART:20270201T090000Z', 'DTEND:20270201T100000Z']) expect(await refused(bed, calendarId, { ...MONDAYS, recurrence: [line, 'RRULE:FREQ=WEEKLY;COUNT=4'] }), line).toBe(400);
    });
    fact('doc', 'recurringEventId and originalStartTime are immutable', async (bed) => {
      const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId, MONDAYS);
      const eventId = `${id}_20270208T090000Z`, before = await get(bed, calendarId, eventId);
      const end = await endOf(change(bed, calendarId, eventId, { summary: 'other', recurringEventId: 'anotherseries', originalStartTime: { dateTime: '2027-02-09T10:00:00+01:00', timeZone: 'Europe/Berlin' } }));
      expect(['taken', 'refused with 400']).toContain(end);
      expect(await get(bed, calendarId, eventId)).toMatchObject({ recurringEventId: id, originalStartTime: before.originalStartTime });
    });
  });

  describe('attendees', () => {
    fact('doc', 'attendeesOmitted: the organizer\'s own response is written, and nobody is taken off the list', async (bed) => {
      const attendees = [{ email: 'one@guests.example' }, { email: bed.coach.email, responseStatus: 'accepted' }];
      const { id } = await insert(bed, 'primary', { ...HOUR, attendees });
      await change(bed, 'primary', id, { attendeesOmitted: true, attendees: [{ email: bed.coach.email, responseStatus: 'tentative' }] });
      const { attendees: after } = await get(bed, 'primary', id);
      expect(after?.map((each) => [each.email, each.responseStatus]).sort()).toEqual([[bed.coach.email, 'tentative'], ['one@guests.example', 'needsAction']].sort());
    });
    fact.ofTwo('doc', 'attendeesOmitted limits an update to the caller\'s response', async (bed) => {
      const { id } = await insert(bed, 'primary', { ...HOUR, attendees: [{ email: bed.guest.email }, { email: bed.coach.email, responseStatus: 'accepted' }] });
      await eventually(async () => expect((await bed.guest.api.events.get({ calendarId: 'primary', eventId: id })).data.id).toBe(id));
      await bed.guest.api.events.patch({ calendarId: 'primary', eventId: id, sendUpdates: 'none', requestBody: { attendeesOmitted: true, attendees: [{ email: bed.guest.email, responseStatus: 'tentative' }] } });
      await eventually(async () => {
        const { attendees } = await get(bed, 'primary', id);
        expect(attendees?.map((each) => [each.email, each.responseStatus]).sort()).toEqual([[bed.coach.email, 'accepted'], [bed.guest.email, 'tentative']].sort());
      });
    });
    fact('doc', 'an entry without an address, or with an unknown answer, is refused', async (bed) => {
      const calendarId = await bed.scratch();
      expect(await refused(bed, calendarId, { ...HOUR, attendees: [{ displayName: 'nobody' }] })).toBe(400);
      expect(await refused(bed, calendarId, { ...HOUR, attendees: [{ email: bed.coach.email, responseStatus: 'perhaps' }] })).toBe(400);
    });
    fact.ofTwo('doc', 'guestsCan…: a guest who sets one is refused with 403 forbiddenForNonOrganizer', async (bed) => {
      const { id } = await insert(bed, 'primary', { ...HOUR, attendees: [{ email: bed.guest.email }] });
      await eventually(async () => expect((await bed.guest.api.events.get({ calendarId: 'primary', eventId: id })).data.id).toBe(id));
      for (const requestBody of [{ guestsCanInviteOthers: false }, { guestsCanModify: true }, { guestsCanSeeOtherGuests: false }]) {
        expect(await refusal(bed.guest.api.events.patch({ calendarId: 'primary', eventId: id, requestBody })), JSON.stringify(requestBody)).toMatchObject({ status: 403, reason: 'forbiddenForNonOrganizer' });
      }
    });
  });

  describe('extendedProperties', () => {
    fact('doc', 'more than 300 properties are refused', async (bed) => {
      const calendarId = await bed.scratch();
      expect((await insert(bed, calendarId, { ...HOUR, extendedProperties: { private: named(150), shared: named(150) } })).status).toBe('confirmed');
      expect(await refused(bed, calendarId, { ...HOUR, extendedProperties: { private: named(150), shared: named(151) } })).toBe(400);
    });
    fact('doc', 'more than 32 kB are refused', async (bed) => {
      const calendarId = await bed.scratch();
      expect((await insert(bed, calendarId, { ...HOUR, extendedProperties: { private: named(30, 'v'.repeat(1024)) } })).status).toBe('confirmed');
      expect(await refused(bed, calendarId, { ...HOUR, extendedProperties: { private: named(40, 'v'.repeat(1024)) } })).toBe(400);
    });
    fact.ofTwo('doc', 'the limit counts all copies', async (bed) => {
      const { id } = await insert(bed, 'primary', { ...HOUR, attendees: [{ email: bed.guest.email }] });
      await eventually(async () => { await bed.guest.api.events.patch({ calendarId: 'primary', eventId: id, requestBody: { extendedProperties: { private: named(200) } } }); });
      expect((await refusal(change(bed, 'primary', id, { extendedProperties: { shared: named(101) } }))).status).toBe(400);
    });
  });

  describe('source', () => {
    fact('doc', 'takes http and https addresses alone', async (bed) => {
      const calendarId = await bed.scratch();
      expect((await insert(bed, calendarId, { ...HOUR, source: { title: 's', url: 'https://example.com/1' } })).source?.url).toBe('https://example.com/1');
      expect(await refused(bed, calendarId, { ...HOUR, source: { title: 's', url: 'ftp://example.com/1' } })).toBe(400);
    });
    fact.ofTwo('doc', 'is visible to and editable for its creator only, though others may write', async (bed) => {
      const calendarId = await bed.scratch();
      await bed.coach.api.acl.insert({ calendarId, sendNotifications: false, requestBody: { role: 'writer', scope: { type: 'user', value: bed.guest.email } } });
      const { id } = await insert(bed, calendarId, { ...HOUR, source: { title: 's', url: 'https://example.com/1' } });
      await eventually(async () => expect((await bed.guest.api.events.get({ calendarId, eventId: id })).data).not.toHaveProperty('source'));
      const end = await endOf(bed.guest.api.events.patch({ calendarId, eventId: id, requestBody: { summary: 'other', source: { title: 't', url: 'https://example.com/2' } } }));
      expect(['taken', 'refused with 403']).toContain(end);
      expect((await get(bed, calendarId, id)).source?.url).toBe('https://example.com/1');
    });
  });

  describe('reminders', () => {
    const overrides = (...minutes: number[]): Event => ({ ...HOUR, reminders: { useDefault: false, overrides: minutes.map((each) => ({ method: 'popup', minutes: each })) } });
    fact('doc', 'five at most', async (bed) => {
      const calendarId = await bed.scratch();
      expect((await insert(bed, calendarId, overrides(1, 2, 3, 4, 5))).reminders?.overrides).toHaveLength(5);
      expect(await refused(bed, calendarId, overrides(1, 2, 3, 4, 5, 6))).toBe(400);
    });
    fact('doc', 'from 0 to 40320 minutes ahead', async (bed) => {
      const calendarId = await bed.scratch();
      expect((await insert(bed, calendarId, overrides(0, 40_320))).reminders?.overrides?.map((each) => each.minutes).sort()).toEqual([0, 40_320]);
      for (const minutes of [-1, 40_321]) expect(await refused(bed, calendarId, overrides(minutes)), String(minutes)).toBe(400);
    });
    fact('doc', 'by email or popup', async (bed) => {
      const calendarId = await bed.scratch();
      expect((await insert(bed, calendarId, { ...HOUR, reminders: { useDefault: false, overrides: [{ method: 'email', minutes: 5 }] } })).reminders?.overrides).toEqual([{ method: 'email', minutes: 5 }]);
      expect(await refused(bed, calendarId, { ...HOUR, reminders: { useDefault: false, overrides: [{ method: 'pigeon', minutes: 5 }] } })).toBe(400);
    });
  });

  describe('conferenceData', () => {
    const request = (requestId: string, type = 'hangoutsMeet'): Event => ({ conferenceData: { createRequest: { requestId, conferenceSolutionKey: { type } } } });
    const v1 = { conferenceDataVersion: 1 };
    fact('doc', 'a patch without conferenceDataVersion=1 leaves it alone', async (bed) => {
      const { id } = await insert(bed, 'primary', { ...HOUR, ...request(bed.freshId()) }, v1);
      const code = await eventually(async () => { const { conferenceData } = await get(bed, 'primary', id); expect(conferenceData?.conferenceId).toBeDefined(); return conferenceData?.conferenceId; });
      await change(bed, 'primary', id, { summary: 'other', ...request(bed.freshId()) });
      expect((await get(bed, 'primary', id)).conferenceData?.conferenceId).toBe(code);
    });
    fact('doc', 'the last requestId again changes nothing', async (bed) => {
      const requestId = bed.freshId(), { id } = await insert(bed, 'primary', { ...HOUR, ...request(requestId) }, v1);
      const code = await eventually(async () => { const { conferenceData } = await get(bed, 'primary', id); expect(conferenceData?.conferenceId).toBeDefined(); return conferenceData?.conferenceId; });
      expect((await change(bed, 'primary', id, request(requestId), v1)).conferenceData?.conferenceId).toBe(code);
    });
    fact.provoked('doc', 'a request is pending, and ends in success or failure by a later change', async (bed) => {
      await bed.control('POST', '/conferences', { mode: 'pending' });
      for (const [result, keys] of [['success', ['conferenceId', 'conferenceSolution', 'createRequest', 'entryPoints']], ['failure', ['createRequest']]] as const) {
        const { id, etag, conferenceData } = await insert(bed, 'primary', { ...HOUR, ...request(bed.freshId()) }, v1);
        expect(conferenceData).toEqual({ createRequest: { requestId: expect.any(String), conferenceSolutionKey: { type: 'hangoutsMeet' }, status: { statusCode: 'pending' } } });
        await bed.control('POST', '/conferences/complete', { result });
        const ended = await get(bed, 'primary', id);
        expect(ended.etag).not.toBe(etag);
        expect([ended.conferenceData?.createRequest?.status?.statusCode, Object.keys(ended.conferenceData ?? {}).sort()]).toEqual([result, keys]);
      }
    });
    fact('doc', 'a type that there is not is refused', async (bed) => {
      const call = bed.coach.api.events.insert({ calendarId: 'primary', ...v1, requestBody: { id: bed.freshId(), ...HOUR, ...request(bed.freshId(), 'carrierPigeon') } });
      expect((await refusal(call)).status).toBe(400);
    });
  });

  fact.provoked('doc', 'eventLabelId applies only with eventLabelVersion=1, and then in place of the colour', async (bed) => {
    const { id } = await insert(bed, 'primary', { ...HOUR, colorId: '5' });
    expect(await change(bed, 'primary', id, { colorId: '7', eventLabelId: 'label1' }, { eventLabelVersion: 1 })).toMatchObject({ colorId: '5', eventLabelId: 'label1' });
    expect(await change(bed, 'primary', id, { colorId: '7', eventLabelId: 'label2' })).toMatchObject({ colorId: '7', eventLabelId: 'label1' });
  });
  fact('doc', 'labelProperties of a calendar hold 200 labels at most', async (bed) => {
    const calendarId = await bed.scratch(), backgroundColor = '#039be5';
    const labels = (count: number) => ({ labelProperties: { eventLabels: Array.from({ length: count }, (_, i) => ({ name: `Label ${i}`, backgroundColor })) } });
    const { data } = await bed.coach.api.calendars.patch({ calendarId, requestBody: labels(200) });
    expect(data.labelProperties?.eventLabels).toHaveLength(200);
    expect((await refusal(bed.coach.api.calendars.patch({ calendarId, requestBody: labels(201) }))).status).toBe(400);
    await bed.coach.api.calendars.patch({ calendarId, requestBody: labels(0) });
  });
  fact.provoked('doc', 'locked: the main fields of the copy cannot change, its own can', async (bed) => {
    await load(bed, { id: 'lockedcopy', locked: true, ...HOUR, ...timed('2027-02-02T10:00:00+01:00', '2027-02-02T11:00:00+01:00') });
    expect((await refusal(change(bed, 'primary', 'lockedcopy', { summary: 'other' }))).status).toBe(403);
    expect(await change(bed, 'primary', 'lockedcopy', { colorId: '3', locked: false })).toMatchObject({ summary: 'One hour', colorId: '3', locked: true });
  });
  fact.ofTwo('doc', 'privateCopy: no propagation, and immutable', async (bed) => {
    const { id } = await insert(bed, 'primary', { ...HOUR, privateCopy: true, attendees: [{ email: bed.guest.email }] });
    expect((await change(bed, 'primary', id, { privateCopy: false, summary: 'other' })).privateCopy).toBe(true);
    // What was written later has arrived: the private one never will.
    const later = await insert(bed, 'primary', { ...HOUR, attendees: [{ email: bed.guest.email }] });
    const copies = async (iCalUID: string) => (await listAll(bed.guest.api, { calendarId: 'primary', iCalUID })).items;
    await eventually(async () => expect(await copies(`${later.id}@google.com`)).toHaveLength(1));
    expect(await copies(`${id}@google.com`)).toEqual([]);
  });
});

describe('2.2 Event types, as they are written', () => {
  const ABSENCES = ['outOfOffice', 'focusTime'] as const;
  const office = (more: Event = {}): Event => ({ summary: 'Office', eventType: 'workingLocation', visibility: 'public', transparency: 'transparent', workingLocationProperties: { type: 'homeOffice', homeOffice: {} }, ...allDay('2027-02-02', '2027-02-03'), ...more });
  const birthday = (more: Event = {}): Event => ({ summary: 'Jo', eventType: 'birthday', visibility: 'private', transparency: 'transparent', recurrence: ['RRULE:FREQ=YEARLY'], ...allDay('2027-02-02', '2027-02-03'), ...more });

  for (const eventType of ABSENCES) {
    fact('doc', `${eventType}: on the primary calendar only`, async (bed) => {
      expect(await refused(bed, await bed.scratch(), { ...HOUR, eventType })).toBe(400);
    });
    fact('doc', `${eventType}: timed`, async (bed) => {
      expect(await refused(bed, 'primary', { summary: 'x', eventType, ...allDay('2027-02-02', '2027-02-03') })).toBe(400);
    });
    fact('doc', `${eventType}: opaque`, async (bed) => {
      expect(await refused(bed, 'primary', { ...HOUR, eventType, transparency: 'transparent' })).toBe(400);
    });
    fact('doc', `${eventType}: autoDeclineMode is one of its words`, async (bed) => {
      const properties = (autoDeclineMode: string): Event => ({ [`${eventType}Properties`]: { autoDeclineMode, declineMessage: 'sorry' } });
      const made = await insert(bed, 'primary', { ...HOUR, eventType, ...properties('declineNone') });
      expect(made[`${eventType}Properties`]).toMatchObject({ autoDeclineMode: 'declineNone' });
      expect(await refused(bed, 'primary', { ...HOUR, eventType, ...properties('declineAll') })).toBe(400);
    });
  }
  uncertain.provoked('a whole-day absence made in the UI: a timed event from midnight to midnight', ['held and served'], async (bed) => {
    const midnight = timed('2027-02-02T00:00:00+01:00', '2027-02-03T00:00:00+01:00');
    await load(bed, { id: 'wholeday', eventType: 'outOfOffice', summary: 'Away', ...midnight });
    return (await get(bed, 'primary', 'wholeday')).start?.dateTime === midnight.start?.dateTime ? 'held and served' : 'changed';
  });

  fact('doc', 'workingLocation: public', async (bed) => { expect(await refused(bed, 'primary', office({ visibility: 'private' }))).toBe(400); });
  fact('doc', 'workingLocation: transparent', async (bed) => { expect(await refused(bed, 'primary', office({ transparency: 'opaque' }))).toBe(400); });
  fact('doc', 'workingLocation: all-day of exactly one day, or timed', async (bed) => {
    expect((await insert(bed, 'primary', office(timed('2027-02-02T09:00:00', '2027-02-02T17:00:00')))).eventType).toBe('workingLocation');
    expect(await refused(bed, 'primary', office(allDay('2027-02-02', '2027-02-04')))).toBe(400);
  });

  fact('doc', 'birthday: one all-day', async (bed) => {
    expect(await refused(bed, 'primary', birthday(allDay('2027-02-02', '2027-02-04')))).toBe(400);
    expect(await refused(bed, 'primary', { ...birthday(), ...timed('2027-02-02T10:00:00', '2027-02-02T11:00:00') })).toBe(400);
  });
  fact('doc', 'birthday: yearly, on 29 February with BYMONTH=2;BYMONTHDAY=-1', async (bed) => {
    expect(await refused(bed, 'primary', birthday({ recurrence: ['RRULE:FREQ=MONTHLY'] }))).toBe(400);
    expect(await refused(bed, 'primary', { ...birthday(), recurrence: [] })).toBe(400);
    expect((await insert(bed, 'primary', birthday({ ...allDay('2028-02-29', '2028-03-01'), recurrence: ['RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1'] }))).eventType).toBe('birthday');
  });
  fact('doc', 'birthday: private and transparent', async (bed) => {
    expect(await refused(bed, 'primary', birthday({ visibility: 'public' }))).toBe(400);
    expect(await refused(bed, 'primary', birthday({ transparency: 'opaque' }))).toBe(400);
  });
  fact('doc', 'birthday: colour, summary and reminders are editable, other fields are not', async (bed) => {
    const { id } = await insert(bed, 'primary', birthday());
    expect(await change(bed, 'primary', id, { summary: 'Joanna', colorId: '4', reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 600 }] } })).toMatchObject({ summary: 'Joanna', colorId: '4' });
    for (const requestBody of [{ location: 'x' }, { visibility: 'public' }, { extendedProperties: { private: { a: 'b' } } }]) expect((await refusal(change(bed, 'primary', id, requestBody))).status, JSON.stringify(requestBody)).toBe(400);
  });
  fact('doc', 'birthday: sometimes the date is editable', async (bed) => {
    const { id } = await insert(bed, 'primary', birthday());
    expect((await change(bed, 'primary', id, allDay('2027-02-05', '2027-02-06'))).start?.date).toBe('2027-02-05');
  });

  fact('doc', 'fromGmail cannot be created', async (bed) => { expect(await refused(bed, 'primary', { ...HOUR, eventType: 'fromGmail' })).toBe(400); });
  const GMAIL: Event = { id: 'frommail', eventType: 'fromGmail', summary: 'Hotel', ...timed('2027-02-02T10:00:00+01:00', '2027-02-02T11:00:00+01:00') };
  const editable: Event[] = [
    { colorId: '2' }, { reminders: { useDefault: false } }, { visibility: 'public' }, { transparency: 'transparent' }, { status: 'tentative' }, { attendees: [{ email: 'coach.ana@example.com' }] },
    { extendedProperties: { private: { a: 'b' } } },
  ];
  for (const requestBody of editable) {
    const [name = ''] = Object.keys(requestBody);
    fact.provoked('doc', `fromGmail: ${name} is editable`, async (bed) => {
      await load(bed, GMAIL);
      expect(await change(bed, 'primary', 'frommail', requestBody)).toMatchObject({ ...requestBody, summary: 'Hotel', eventType: 'fromGmail' });
    });
  }
  fact.provoked('doc', 'fromGmail: title, place, text and times are not editable', async (bed) => {
    await load(bed, GMAIL);
    for (const requestBody of [{ summary: 'x' }, { location: 'x' }, { description: 'x' }, timed('2027-02-02T11:00:00', '2027-02-02T12:00:00')]) expect((await refusal(change(bed, 'primary', 'frommail', requestBody))).status, JSON.stringify(requestBody)).toBe(400);
  });
});
