/** Section 2 of the sheet as far as reading goes: each field of an event, instance ids (2.1), event types (2.2); and fact 0.5. */
import { describe, expect, onTestFinished } from 'vitest';
import { allDay, eventually, fact, listAll, timed, uncertain, type Bed, type Event, type ProvokedBed } from './bed.js';

const HOUR: Event = { summary: 'One hour', ...timed('2027-02-02T10:00:00', '2027-02-02T11:00:00') };
/** Four Mondays, 10:00 to 11:00 in Berlin (09:00Z), from 1 February 2027. */
const MONDAYS: Event = { summary: 'Mondays', ...timed('2027-02-01T10:00:00', '2027-02-01T11:00:00'), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'] };
const MONDAY_STAMPS = ['20270201T090000Z', '20270208T090000Z', '20270215T090000Z', '20270222T090000Z'];
/** The recorded order of keys; a resource shows those that it has. */
const KEYS = [
  'kind', 'etag', 'id', 'status', 'htmlLink', 'created', 'updated', 'summary', 'description', 'location', 'colorId', 'creator', 'organizer', 'start', 'end',
  'recurrence', 'recurringEventId', 'originalStartTime', 'transparency', 'visibility', 'iCalUID', 'sequence', 'attendees', 'hangoutLink', 'conferenceData',
  'guestsCanInviteOthers', 'guestsCanModify', 'guestsCanSeeOtherGuests', 'extendedProperties', 'reminders', 'eventType',
];

async function insert(bed: Bed, calendarId: string, requestBody: Event = HOUR): Promise<Event & { id: string }> {
  const { data } = await bed.coach.api.events.insert({ calendarId, requestBody: { ...(calendarId === 'primary' ? { id: bed.freshId() } : {}), ...requestBody }, sendUpdates: 'none' });
  if (calendarId === 'primary') onTestFinished(async () => { await bed.coach.api.events.delete({ calendarId, eventId: data.id ?? '', sendUpdates: 'none' }); });
  return { ...data, id: data.id ?? '' };
}
const change = async (bed: Bed, calendarId: string, eventId: string, requestBody: Event): Promise<Event> =>
  (await bed.coach.api.events.patch({ calendarId, eventId, requestBody, sendUpdates: 'none' })).data;
const get = async (bed: Bed, calendarId: string, eventId: string): Promise<Event> => (await bed.coach.api.events.get({ calendarId, eventId })).data;
const instances = async (bed: Bed, calendarId: string, eventId: string): Promise<Event[]> =>
  ((await bed.coach.api.events.instances({ calendarId, eventId })).data.items ?? []).sort((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1));
const idsOf = (items: readonly Event[]): string[] => items.map((each) => each.id ?? '').sort();
const list = async (bed: Bed, params: Parameters<typeof listAll>[1]): Promise<Event[]> => (await listAll(bed.coach.api, params)).items;

/** base32hex, small letters, no padding (RFC 4648, 7). */
function base32hex(text: string): string {
  const bits = [...Buffer.from(text)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => parseInt(five.padEnd(5, '0'), 2).toString(32)).join('');
}
const eidOf = (event: Event): string => Buffer.from(/^https:\/\/www\.google\.com\/calendar\/event\?eid=([\w-]+)$/.exec(event.htmlLink ?? '')?.[1] ?? '', 'base64url').toString();

const ownCalendar = async (bed: ProvokedBed): Promise<string> =>
  (await bed.coach.api.calendars.insert({ requestBody: { summary: 'own', timeZone: 'Europe/Berlin' } })).data.id ?? '';
/** Puts events on a calendar that no write could have made; what is left out is filled in. */
async function load(bed: ProvokedBed, calendarId: string, ...events: Event[]): Promise<void> {
  expect(await bed.control('POST', '/events', { calendarId, events })).toEqual({ loaded: events.length, verbatim: [] });
}
/** A span with the offset of Berlin's winter, as Google shows it. */
const winter = (start: string, end: string): Pick<Event, 'start' | 'end'> => timed(`${start}+01:00`, `${end}+01:00`);
const LOADED: Event = { summary: 'Loaded', ...winter('2027-02-02T10:00:00', '2027-02-02T11:00:00') };
/** True if the coach's own calendar is busy on all of that span. */
async function isBusy(bed: Bed, timeMin: string, timeMax: string): Promise<boolean> {
  const { data } = await bed.coach.api.freebusy.query({ requestBody: { timeMin, timeMax, items: [{ id: 'primary' }] } });
  return (data.calendars?.primary?.busy ?? []).some(({ start, end }) => Date.parse(start ?? '') <= Date.parse(timeMin) && Date.parse(end ?? '') >= Date.parse(timeMax));
}

describe('2 Event resource', () => {
  fact('rec', 'keys come in one order; what has its default is absent', async (bed) => {
    const plain = await insert(bed, 'primary', timed('2027-04-06T10:00:00', '2027-04-06T11:00:00'));
    expect(Object.keys(await get(bed, 'primary', plain.id))).toEqual(
      ['kind', 'etag', 'id', 'status', 'htmlLink', 'created', 'updated', 'creator', 'organizer', 'start', 'end', 'iCalUID', 'sequence', 'reminders', 'eventType'],
    );
    const { id } = await insert(bed, 'primary', {
      ...MONDAYS, eventType: 'default', reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 5 }] }, guestsCanSeeOtherGuests: false, guestsCanModify: true,
      guestsCanInviteOthers: false, extendedProperties: { shared: { a: '1' }, private: { b: '2' } }, attendees: [{ email: 'one@guests.example' }], visibility: 'private',
      transparency: 'transparent', colorId: '5', location: 'here', description: 'why',
    });
    const seen = Object.keys(await get(bed, 'primary', id));
    expect(seen).toEqual(KEYS.filter((key) => !['recurringEventId', 'originalStartTime', 'hangoutLink', 'conferenceData'].includes(key)));
    const [instance = {}] = await instances(bed, 'primary', id);
    expect(Object.keys(instance)).toEqual(KEYS.filter((key) => !['recurrence', 'hangoutLink', 'conferenceData'].includes(key)));
  });

  describe('id', () => {
    fact('doc', 'an id chosen by the client, of 5 to 1024 characters 0-9a-v, is kept', async (bed) => {
      const calendarId = await bed.scratch();
      const [short, long] = [bed.freshId().slice(-5), bed.freshId().repeat(43).slice(0, 1024)];
      for (const id of [short, long, bed.freshId()]) expect((await get(bed, calendarId, (await insert(bed, calendarId, { id, ...HOUR })).id)).id).toBe(id);
    });
    fact('doc', 'ids are unique per calendar only', async (bed) => {
      const [one, other, id] = [await bed.scratch(), await bed.scratch(), bed.freshId()];
      await insert(bed, one, { id, ...HOUR });
      await insert(bed, other, { id, ...HOUR, summary: 'other' });
      expect([(await get(bed, one, id)).summary, (await get(bed, other, id)).summary]).toEqual([HOUR.summary, 'other']);
    });
    fact('rec', 'ids made by the server have 26 characters 0-9a-v', async (bed) => {
      expect((await insert(bed, await bed.scratch())).id).toMatch(/^[0-9a-v]{26}$/);
    });
    fact('rec', 'ids of instances have an underscore, T and Z', async (bed) => {
      const calendarId = await bed.scratch();
      const { id } = await insert(bed, calendarId, MONDAYS);
      expect((await instances(bed, calendarId, id)).every((each) => /^[0-9a-v]{26}_\d{8}T\d{6}Z$/.test(each.id ?? ''))).toBe(true);
    });
    fact('rec', 'an imported event has the id "_" + base32hex of its iCalUID', async (bed) => {
      const calendarId = await bed.scratch();
      expect(base32hex('test-import-event-2026-03-12@example.com')).toBe('ehin6t1dd5mn0rriegmmatj5dpq2qchg68r2qc1j5koj4g35f1gmqs3cckn66rrd');
      const iCalUID = `${bed.freshId()}@import.example`;
      const { data } = await bed.coach.api.events.import({ calendarId, requestBody: { ...HOUR, iCalUID } });
      expect(data).toMatchObject({ id: `_${base32hex(iCalUID)}`, iCalUID });
      expect((await get(bed, calendarId, data.id ?? '')).iCalUID).toBe(iCalUID);
    });
  });

  describe('iCalUID', () => {
    fact('doc', 'is <id>@google.com if not given', async (bed) => {
      const calendarId = await bed.scratch();
      const [made, chosen] = [await insert(bed, calendarId), await insert(bed, calendarId, { id: bed.freshId(), ...HOUR })];
      expect([made.iCalUID, chosen.iCalUID]).toEqual([`${made.id}@google.com`, `${chosen.id}@google.com`]);
    });
    fact('rec', 'is shared by a master, its instances and its exceptions', async (bed) => {
      const calendarId = await bed.scratch();
      const { id } = await insert(bed, calendarId, MONDAYS);
      const exception = await change(bed, calendarId, `${id}_${MONDAY_STAMPS[1]}`, { summary: 'other' });
      const uids = [exception, await get(bed, calendarId, id), ...(await instances(bed, calendarId, id))].map((each) => each.iCalUID);
      expect(uids).toEqual(Array.from({ length: 6 }, () => `${id}@google.com`));
    });
    fact('doc', 'sent without an id, it stays as it was sent', async (bed) => {
      const calendarId = await bed.scratch();
      const iCalUID = `${bed.freshId()}@elsewhere.example`;
      const { id } = await insert(bed, calendarId, { ...HOUR, iCalUID });
      expect((await get(bed, calendarId, id)).iCalUID).toBe(iCalUID);
    });
  });

  describe('etag', () => {
    fact('rec', 'is a decimal in quotes, and changes with the event', async (bed) => {
      const calendarId = await bed.scratch();
      const made = await insert(bed, calendarId);
      const changed = await change(bed, calendarId, made.id, { summary: 'changed' });
      expect([made.etag, changed.etag]).toEqual([expect.stringMatching(/^"\d+"$/), expect.stringMatching(/^"\d+"$/)]);
      expect(changed.etag).not.toBe(made.etag);
      expect((await get(bed, calendarId, made.id)).etag).toBe(changed.etag);
    });
    fact('rec', 'unmodified instances repeat the master\'s etag, created, updated and sequence', async (bed) => {
      const calendarId = await bed.scratch();
      const { id } = await insert(bed, calendarId, MONDAYS);
      const own = await change(bed, calendarId, `${id}_${MONDAY_STAMPS[1]}`, { summary: 'other' });
      const { etag, created, updated, sequence } = await change(bed, calendarId, id, { location: 'elsewhere' });
      const [a, exception, c, d] = await instances(bed, calendarId, id);
      for (const plain of [a, c, d]) expect(plain).toMatchObject({ etag, created, updated, sequence });
      expect(exception?.etag).not.toBe(etag);
      expect(own.etag).not.toBe(etag);
    });
  });

  describe('created, updated', () => {
    fact('rec', 'created has no milliseconds, updated has', async (bed) => {
      const calendarId = await bed.scratch();
      const made = [await insert(bed, calendarId), await insert(bed, calendarId), await insert(bed, calendarId), await insert(bed, calendarId)];
      for (const { created, updated } of made) {
        expect(created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
        expect(updated).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      }
      expect(made.some(({ updated }) => updated?.endsWith('.000Z') === false)).toBe(true);
    });
    fact('rec', 'updated advances with a change, created stays', async (bed) => {
      const calendarId = await bed.scratch();
      const made = await insert(bed, calendarId);
      const changed = await change(bed, calendarId, made.id, { summary: 'changed' });
      expect(changed.created).toBe(made.created);
      expect(Date.parse(changed.updated ?? '')).toBeGreaterThan(Date.parse(made.updated ?? ''));
    });
    fact('doc', 'a change of reminders does not touch updated', async (bed) => {
      const calendarId = await bed.scratch();
      const made = await insert(bed, calendarId);
      const changed = await change(bed, calendarId, made.id, { reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 7 }] } });
      expect([changed.updated, changed.reminders?.overrides]).toEqual([made.updated, [{ method: 'popup', minutes: 7 }]]);
      expect((await get(bed, calendarId, made.id)).updated).toBe(made.updated);
    });
    uncertain('the etag when only reminders change', ['a new one', 'the same'], async (bed) => {
      const calendarId = await bed.scratch();
      const made = await insert(bed, calendarId);
      const changed = await change(bed, calendarId, made.id, { reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 7 }] } });
      return changed.etag === made.etag ? 'the same' : 'a new one';
    });
  });

  describe('sequence', () => {
    fact('rec', 'starts at 0; patches of summary, description, location and attendees keep it', async (bed) => {
      const calendarId = await bed.scratch();
      const { id, sequence } = await insert(bed, calendarId);
      expect(sequence).toBe(0);
      for (const body of [{ summary: 'b' }, { description: 'c' }, { location: 'd' }, { attendees: [{ email: 'one@guests.example' }] }]) {
        expect((await change(bed, calendarId, id, body)).sequence).toBe(0);
      }
    });
    fact('rec', 'a deletion showed 1', async (bed) => {
      const calendarId = await bed.scratch();
      const { id } = await insert(bed, calendarId);
      await bed.coach.api.events.delete({ calendarId, eventId: id });
      expect(await get(bed, calendarId, id)).toMatchObject({ status: 'cancelled', sequence: 1 });
    });
    uncertain('sequence after a change of times (question 7)', ['1', '0'], async (bed) => {
      const calendarId = await bed.scratch();
      const { id } = await insert(bed, calendarId);
      return String((await change(bed, calendarId, id, timed('2027-02-03T10:00:00', '2027-02-03T11:00:00'))).sequence);
    });
    uncertain('sequence of a series after a change of its rule (question 7)', ['1', '0'], async (bed) => {
      const calendarId = await bed.scratch();
      const { id } = await insert(bed, calendarId, MONDAYS);
      return String((await change(bed, calendarId, id, { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'] })).sequence);
    });
    uncertain('sequence of an occurrence that was moved (question 7)', ['the master\'s + 1', 'the master\'s'], async (bed) => {
      const calendarId = await bed.scratch();
      const { id, sequence } = await insert(bed, calendarId, MONDAYS);
      const moved = await change(bed, calendarId, `${id}_${MONDAY_STAMPS[1]}`, timed('2027-02-09T10:00:00', '2027-02-09T11:00:00'));
      const more = (moved.sequence ?? NaN) - (sequence ?? NaN);
      return more === 1 ? 'the master\'s + 1' : more === 0 ? 'the master\'s' : `the master's + ${more}`;
    });
  });

  fact('doc', 'status: confirmed if not given, tentative, cancelled', async (bed) => {
    const calendarId = await bed.scratch();
    const [plain, maybe, doomed] = [await insert(bed, calendarId), await insert(bed, calendarId, { ...HOUR, status: 'tentative' }), await insert(bed, calendarId)];
    await bed.coach.api.events.delete({ calendarId, eventId: doomed.id });
    const status = async (id: string) => (await get(bed, calendarId, id)).status;
    expect([await status(plain.id), await status(maybe.id), await status(doomed.id)]).toEqual(['confirmed', 'tentative', 'cancelled']);
    expect(idsOf(await list(bed, { calendarId }))).toEqual(idsOf([plain, maybe]));
  });
  fact('doc', 'transparency: opaque is absent, transparent is shown', async (bed) => {
    const calendarId = await bed.scratch();
    const opaque = await insert(bed, calendarId, { ...HOUR, transparency: 'opaque' });
    const free = await insert(bed, calendarId, { ...HOUR, transparency: 'transparent' });
    expect(await get(bed, calendarId, opaque.id)).not.toHaveProperty('transparency');
    expect((await get(bed, calendarId, free.id)).transparency).toBe('transparent');
  });
  fact('doc', 'visibility: default is absent; public, private and confidential are shown', async (bed) => {
    const calendarId = await bed.scratch();
    const plain = await insert(bed, calendarId, { ...HOUR, visibility: 'default' });
    expect(await get(bed, calendarId, plain.id)).not.toHaveProperty('visibility');
    for (const visibility of ['public', 'private', 'confidential']) {
      expect((await get(bed, calendarId, (await insert(bed, calendarId, { ...HOUR, visibility })).id)).visibility).toBe(visibility);
    }
  });
  fact('doc', 'visibility: one stricter instance makes the series stricter', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, MONDAYS);
    await change(bed, calendarId, `${id}_${MONDAY_STAMPS[1]}`, { visibility: 'private' });
    expect((await get(bed, calendarId, id)).visibility).toBe('private');
    expect((await instances(bed, calendarId, id)).map((each) => each.visibility)).toEqual(['private', 'private', 'private', 'private']);
  });
  fact('doc', 'visibility: loosening one instance is ignored', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, { ...MONDAYS, visibility: 'private' });
    await change(bed, calendarId, `${id}_${MONDAY_STAMPS[1]}`, { visibility: 'public' });
    expect((await get(bed, calendarId, id)).visibility).toBe('private');
    expect((await instances(bed, calendarId, id)).map((each) => each.visibility)).toEqual(['private', 'private', 'private', 'private']);
  });
  fact('doc', 'eventType is always present in an owner\'s reads', async (bed) => {
    const calendarId = await bed.scratch();
    for (const body of [HOUR, MONDAYS]) await insert(bed, calendarId, body);
    for (const singleEvents of [false, true]) {
      const types = (await list(bed, { calendarId, singleEvents })).map((each) => each.eventType);
      expect(new Set(types)).toEqual(new Set(['default']));
      expect(types).toHaveLength(singleEvents ? 5 : 2);
    }
  });

  describe('start, end', () => {
    fact('doc', 'an all-day event has dates alone; its end is exclusive', async (bed) => {
      const calendarId = await bed.scratch();
      const { id } = await insert(bed, calendarId, { summary: 'two days', ...allDay('2027-02-02', '2027-02-04') });
      const { start, end } = await get(bed, calendarId, id);
      expect([start, end]).toEqual([{ date: '2027-02-02' }, { date: '2027-02-04' }]);
      const within = async (timeMin: string, timeMax: string) => idsOf(await list(bed, { calendarId, singleEvents: true, timeMin, timeMax }));
      expect(await within('2027-02-03T23:00:00+01:00', '2027-02-03T23:59:59+01:00')).toEqual([id]);
      expect(await within('2027-02-04T00:00:00+01:00', '2027-02-05T00:00:00+01:00')).toEqual([]);
      expect(await within('2027-02-01T00:00:00+01:00', '2027-02-02T00:00:00+01:00')).toEqual([]);
    });
    fact('doc', 'timeZone means nothing for an all-day event: its day is the calendar\'s', async (bed) => {
      const calendarId = await bed.scratch();
      const at = (date: string) => ({ date, timeZone: 'Asia/Tokyo' });
      const { id } = await insert(bed, calendarId, { summary: 'day', start: at('2027-02-02'), end: at('2027-02-03') });
      const { start, end } = await get(bed, calendarId, id);
      expect([start?.date, end?.date, start?.dateTime]).toEqual(['2027-02-02', '2027-02-03', undefined]);
      // The last hour of the day in Berlin; in Tokyo it is long over.
      expect(idsOf(await list(bed, { calendarId, singleEvents: true, timeMin: '2027-02-02T23:00:00+01:00', timeMax: '2027-02-02T23:59:59+01:00' }))).toEqual([id]);
    });
    fact('doc', 'a timed event has dateTime and timeZone; start and end may have zones of their own', async (bed) => {
      const calendarId = await bed.scratch();
      const { id } = await insert(bed, calendarId, {
        start: { dateTime: '2027-02-02T06:40:00', timeZone: 'Europe/Berlin' }, end: { dateTime: '2027-02-02T09:15:00', timeZone: 'Europe/Lisbon' },
      });
      const { start, end } = await get(bed, calendarId, id);
      expect(start).toEqual({ dateTime: '2027-02-02T06:40:00+01:00', timeZone: 'Europe/Berlin' });
      expect(end).toEqual({ dateTime: '2027-02-02T10:15:00+01:00', timeZone: 'Europe/Lisbon' });
    });
    fact('rec', 'timeZone left out on create: the calendar\'s zone is filled in', async (bed) => {
      const calendarId = await bed.scratch('America/Lima');
      const { id } = await insert(bed, calendarId, { start: { dateTime: '2027-02-02T10:00:00Z' }, end: { dateTime: '2027-02-02T12:00:00+01:00' } });
      const { start, end } = await get(bed, calendarId, id);
      expect([start, end]).toEqual([{ dateTime: '2027-02-02T05:00:00-05:00', timeZone: 'America/Lima' }, { dateTime: '2027-02-02T06:00:00-05:00', timeZone: 'America/Lima' }]);
    });
    fact('doc', 'the offset follows the date: winter and summer time of the calendar\'s zone', async (bed) => {
      const calendarId = await bed.scratch();
      const { id } = await insert(bed, calendarId, { ...timed('2027-03-22T10:00:00', '2027-03-22T11:00:00'), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'] });
      expect((await instances(bed, calendarId, id)).map((each) => [each.id, each.start?.dateTime])).toEqual([
        [`${id}_20270322T090000Z`, '2027-03-22T10:00:00+01:00'], [`${id}_20270329T080000Z`, '2027-03-29T10:00:00+02:00'],
      ]);
    });
  });
  fact.provoked('doc', 'endTimeUnspecified is shown, beside an end that only fills in', async (bed) => {
    const calendarId = await ownCalendar(bed);
    await load(bed, calendarId, { id: 'openend00', ...LOADED, endTimeUnspecified: true });
    expect(await get(bed, calendarId, 'openend00')).toMatchObject({ endTimeUnspecified: true, end: { dateTime: '2027-02-02T11:00:00+01:00' } });
  });

  describe('recurrence', () => {
    fact('doc', 'is on masters only', async (bed) => {
      const calendarId = await bed.scratch();
      const { id } = await insert(bed, calendarId, MONDAYS);
      const exception = await change(bed, calendarId, `${id}_${MONDAY_STAMPS[1]}`, { summary: 'other' });
      expect((await get(bed, calendarId, id)).recurrence).toEqual(MONDAYS.recurrence);
      for (const each of [exception, ...(await instances(bed, calendarId, id))]) expect(each).not.toHaveProperty('recurrence');
    });
    const forms: [string, string[], string[]][] = [
      ['lines in any order, RDATE and EXDATE lists with TZID',
        ['EXDATE;TZID=Europe/Berlin:20270208T100000,20270222T100000', 'RDATE;TZID=Europe/Berlin:20270210T150000,20270211T150000', 'RRULE:FREQ=WEEKLY;COUNT=4'],
        ['20270201T090000Z', '20270210T140000Z', '20270211T140000Z', '20270215T090000Z']],
      ['RDATE and EXDATE in UTC', ['RRULE:FREQ=WEEKLY;COUNT=3', 'EXDATE:20270208T090000Z', 'RDATE:20270210T140000Z'], ['20270201T090000Z', '20270210T140000Z', '20270215T090000Z']],
      ['UNTIL, whose moment still belongs to the series', ['RRULE:FREQ=WEEKLY;UNTIL=20270215T090000Z'], ['20270201T090000Z', '20270208T090000Z', '20270215T090000Z']],
      ['several rules', ['RRULE:FREQ=WEEKLY;COUNT=2', 'RRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=2'], ['20270201T090000Z', '20270203T090000Z', '20270208T090000Z', '20270210T090000Z']],
      ['EXRULE', ['RRULE:FREQ=WEEKLY;COUNT=4', 'EXRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=2'], ['20270208T090000Z', '20270222T090000Z']],
    ];
    for (const [name, recurrence, stamps] of forms) {
      fact('2nd', `takes ${name}`, async (bed) => {
        const calendarId = await bed.scratch();
        const { id } = await insert(bed, calendarId, { ...MONDAYS, recurrence });
        expect(idsOf(await list(bed, { calendarId, singleEvents: true, timeMax: '2027-06-01T00:00:00Z' }))).toEqual(stamps.map((stamp) => `${id}_${stamp}`));
      });
    }
    fact('2nd', 'takes EXDATE;VALUE=DATE for an all-day series', async (bed) => {
      const calendarId = await bed.scratch();
      const { id } = await insert(bed, calendarId, { ...allDay('2027-02-01', '2027-02-02'), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3', 'EXDATE;VALUE=DATE:20270208'] });
      expect(idsOf(await list(bed, { calendarId, singleEvents: true }))).toEqual([`${id}_20270201`, `${id}_20270215`]);
    });
    fact('2nd', 'takes RDATE lines without any rule', async (bed) => {
      const calendarId = await bed.scratch();
      const { id } = await insert(bed, calendarId, { ...MONDAYS, recurrence: ['RDATE:20270210T140000Z'] });
      expect(idsOf(await list(bed, { calendarId, singleEvents: true }))).toEqual([`${id}_20270201T090000Z`, `${id}_20270210T140000Z`]);
    });
  });

  fact('doc', 'recurringEventId and originalStartTime name the slot, also after the occurrence was moved', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, MONDAYS);
    const moved = `${id}_${MONDAY_STAMPS[1]}`;
    await change(bed, calendarId, moved, timed('2027-02-10T15:00:00', '2027-02-10T16:00:00'));
    expect(await get(bed, calendarId, moved)).toMatchObject({
      recurringEventId: id, originalStartTime: { dateTime: '2027-02-08T10:00:00+01:00', timeZone: 'Europe/Berlin' }, start: { dateTime: '2027-02-10T15:00:00+01:00' },
    });
    expect(await get(bed, calendarId, `${id}_${MONDAY_STAMPS[2]}`)).toMatchObject({ recurringEventId: id, originalStartTime: { dateTime: '2027-02-15T10:00:00+01:00' } });
    for (const key of ['recurringEventId', 'originalStartTime']) expect(await get(bed, calendarId, id)).not.toHaveProperty(key);
  });

  describe('attendees', () => {
    fact('rec', 'false flags are left out, true ones shown; an answer is always there', async (bed) => {
      const calendarId = await bed.scratch();
      const { id } = await insert(bed, calendarId, { ...HOUR, attendees: [
        { email: 'one@guests.example', optional: false, resource: false },
        { email: 'two@guests.example', displayName: 'Two', optional: true, responseStatus: 'tentative', comment: 'maybe', additionalGuests: 2 },
      ] });
      const { attendees } = await get(bed, calendarId, id);
      expect(attendees?.find(({ email }) => email === 'one@guests.example')).toEqual({ email: 'one@guests.example', responseStatus: 'needsAction' });
      expect(attendees?.find(({ email }) => email === 'two@guests.example'))
        .toEqual({ email: 'two@guests.example', displayName: 'Two', optional: true, responseStatus: 'tentative', comment: 'maybe', additionalGuests: 2 });
    });
    fact.provoked('doc', 'resource marks a room', async (bed) => {
      const { id } = await insert(bed, 'primary', { ...HOUR, attendees: [{ email: 'c_188room@resource.calendar.google.com', resource: true }] });
      expect((await get(bed, 'primary', id)).attendees).toEqual([{ email: 'c_188room@resource.calendar.google.com', resource: true, responseStatus: 'needsAction' }]);
    });
    fact('rec', 'the organizer is not added by itself', async (bed) => {
      const { id } = await insert(bed, 'primary', { ...HOUR, attendees: [{ email: 'one@guests.example' }] });
      expect((await get(bed, 'primary', id)).attendees?.map(({ email }) => email)).toEqual(['one@guests.example']);
    });
    fact('rec', 'organizer and self mark the entry of the organizer and of this calendar', async (bed) => {
      const { id } = await insert(bed, 'primary', { ...HOUR, attendees: [{ email: bed.coach.email, responseStatus: 'accepted' }, { email: 'one@guests.example' }] });
      const { attendees } = await get(bed, 'primary', id);
      expect(attendees?.find(({ email }) => email === bed.coach.email)).toMatchObject({ organizer: true, self: true, responseStatus: 'accepted' });
      const other = attendees?.find(({ email }) => email === 'one@guests.example');
      expect(other).not.toHaveProperty('organizer');
      expect(other).not.toHaveProperty('self');
    });
    fact('doc', 'the four answers are shown', async (bed) => {
      const calendarId = await bed.scratch();
      const answers = ['needsAction', 'declined', 'tentative', 'accepted'];
      const { id } = await insert(bed, calendarId, { ...HOUR, attendees: answers.map((responseStatus) => ({ email: `${responseStatus.toLowerCase()}@guests.example`, responseStatus })) });
      expect((await get(bed, calendarId, id)).attendees?.map((each) => each.responseStatus).sort()).toEqual([...answers].sort());
    });
    fact('doc', 'attendeesOmitted: get with maxAttendees cuts as list does', async (bed) => {
      const guests = [{ email: 'one@guests.example' }, { email: bed.coach.email }, { email: 'two@guests.example' }];
      const { id } = await insert(bed, 'primary', { ...HOUR, attendees: guests });
      const { data } = await bed.coach.api.events.get({ calendarId: 'primary', eventId: id, maxAttendees: 1 });
      expect(data).toMatchObject({ attendees: [{ email: bed.coach.email }], attendeesOmitted: true });
      expect(await get(bed, 'primary', id)).not.toHaveProperty('attendeesOmitted');
    });
  });

  describe('organizer, creator', () => {
    fact('rec', 'on the own calendar both are the caller, with self', async (bed) => {
      const { id } = await insert(bed, 'primary', HOUR);
      const { organizer, creator } = await get(bed, 'primary', id);
      expect([organizer, creator]).toMatchObject([{ email: bed.coach.email, self: true }, { email: bed.coach.email, self: true }]);
    });
    fact('rec', 'on a secondary calendar the organizer is the calendar, the creator the human without self', async (bed) => {
      const calendarId = await bed.scratch('Europe/Berlin', 'Team room');
      const { organizer, creator } = await get(bed, calendarId, (await insert(bed, calendarId)).id);
      expect(organizer).toEqual({ email: calendarId, displayName: 'Team room', self: true });
      expect(creator).toMatchObject({ email: bed.coach.email });
      expect(creator).not.toHaveProperty('self');
    });
    fact.ofTwo('rec', 'on a guest\'s copy neither has self, and the guest\'s entry has', async (bed) => {
      const { iCalUID } = await insert(bed, 'primary', { ...HOUR, attendees: [{ email: bed.guest.email }] });
      await eventually(async () => {
        const [copy] = (await listAll(bed.guest.api, { calendarId: 'primary', iCalUID: iCalUID ?? '' })).items;
        expect(copy).toMatchObject({ organizer: { email: bed.coach.email }, creator: { email: bed.coach.email }, attendees: [{ email: bed.guest.email, self: true }] });
        expect(copy?.organizer).not.toHaveProperty('self');
        expect(copy?.creator).not.toHaveProperty('self');
      });
    });
  });

  describe('guestsCan…', () => {
    fact('doc', 'the three are shown only when they differ from their defaults', async (bed) => {
      const calendarId = await bed.scratch();
      const usual = { guestsCanInviteOthers: true, guestsCanModify: false, guestsCanSeeOtherGuests: true };
      const other = { guestsCanInviteOthers: false, guestsCanModify: true, guestsCanSeeOtherGuests: false };
      const plain = await get(bed, calendarId, (await insert(bed, calendarId, { ...HOUR, ...usual })).id);
      for (const key of Object.keys(usual)) expect(plain).not.toHaveProperty(key);
      expect(await get(bed, calendarId, (await insert(bed, calendarId, { ...HOUR, ...other })).id)).toMatchObject(other);
    });
    fact.ofTwo('doc', 'guestsCanSeeOtherGuests=false: a guest sees only itself, the organizer all', async (bed) => {
      const { id, iCalUID } = await insert(bed, 'primary', { ...HOUR, guestsCanSeeOtherGuests: false, attendees: [{ email: 'one@guests.example' }, { email: bed.guest.email }] });
      await eventually(async () => {
        const [copy] = (await listAll(bed.guest.api, { calendarId: 'primary', iCalUID: iCalUID ?? '' })).items;
        expect(copy?.attendees?.map(({ email }) => email)).toEqual([bed.guest.email]);
        expect(copy?.guestsCanSeeOtherGuests).toBe(false);
      });
      expect((await get(bed, 'primary', id)).attendees).toHaveLength(2);
    });
  });

  describe('extendedProperties', () => {
    fact.ofTwo('doc', 'private ones are on this copy only, shared ones on all', async (bed) => {
      const { id, iCalUID } = await insert(bed, 'primary', { ...HOUR, attendees: [{ email: bed.guest.email }], extendedProperties: { private: { a: '1' }, shared: { b: '2' } } });
      expect((await get(bed, 'primary', id)).extendedProperties).toEqual({ private: { a: '1' }, shared: { b: '2' } });
      await eventually(async () => {
        const [copy] = (await listAll(bed.guest.api, { calendarId: 'primary', iCalUID: iCalUID ?? '' })).items;
        expect(copy?.extendedProperties).toEqual({ shared: { b: '2' } });
      });
    });
    fact('doc', 'a key above 44 characters is dropped, a value above 1024 cut, both in silence', async (bed) => {
      const calendarId = await bed.scratch();
      const [fits, tooLong] = ['k'.repeat(44), 'k'.repeat(45)];
      const { id } = await insert(bed, calendarId, { ...HOUR, extendedProperties: { private: { [fits]: 'v'.repeat(1030), [tooLong]: 'x' }, shared: { [tooLong]: 'x', s: 'y' } } });
      expect((await get(bed, calendarId, id)).extendedProperties).toEqual({ private: { [fits]: 'v'.repeat(1024) }, shared: { s: 'y' } });
    });
  });

  describe('source', () => {
    fact('doc', 'title and url are shown to the creator', async (bed) => {
      const { id } = await insert(bed, 'primary', { ...HOUR, source: { title: 'Booking', url: 'https://app.example/b/1' } });
      expect((await get(bed, 'primary', id)).source).toEqual({ title: 'Booking', url: 'https://app.example/b/1' });
    });
    fact.ofTwo('doc', 'nobody else sees it', async (bed) => {
      const { iCalUID } = await insert(bed, 'primary', { ...HOUR, attendees: [{ email: bed.guest.email }], source: { title: 'Booking', url: 'https://app.example/b/1' } });
      await eventually(async () => {
        const [copy] = (await listAll(bed.guest.api, { calendarId: 'primary', iCalUID: iCalUID ?? '' })).items;
        expect(copy?.summary).toBe(HOUR.summary);
        expect(copy).not.toHaveProperty('source');
      });
    });
  });

  describe('reminders', () => {
    fact('doc', 'useDefault unless the event has its own', async (bed) => {
      const { id } = await insert(bed, 'primary', HOUR);
      expect((await get(bed, 'primary', id)).reminders).toEqual({ useDefault: true });
      const overrides = [{ method: 'popup', minutes: 0 }, { method: 'email', minutes: 40_320 }];
      expect((await change(bed, 'primary', id, { reminders: { useDefault: false, overrides } })).reminders?.overrides?.sort((a, b) => Number(a.minutes) - Number(b.minutes))).toEqual(overrides);
    });
    fact('rec', 'an all-day event made through the API returns useDefault: false', async (bed) => {
      const { id } = await insert(bed, 'primary', allDay('2027-02-02', '2027-02-03'));
      expect((await get(bed, 'primary', id)).reminders).toEqual({ useDefault: false });
    });
    fact.ofTwo('doc', 'they are each user\'s own', async (bed) => {
      const { iCalUID } = await insert(bed, 'primary', { ...HOUR, attendees: [{ email: bed.guest.email }], reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 3 }] } });
      await eventually(async () => {
        const [copy] = (await listAll(bed.guest.api, { calendarId: 'primary', iCalUID: iCalUID ?? '' })).items;
        expect(copy?.reminders).toEqual({ useDefault: true });
      });
    });
  });

  describe('conferenceData, hangoutLink', () => {
    const request = (requestId: string): Event => ({ conferenceData: { createRequest: { requestId, conferenceSolutionKey: { type: 'hangoutsMeet' } } } });

    fact('doc', 'a create request without conferenceDataVersion=1 makes nothing', async (bed) => {
      const { id } = await insert(bed, 'primary', { ...HOUR, ...request(bed.freshId()) });
      for (const key of ['conferenceData', 'hangoutLink']) expect(await get(bed, 'primary', id)).not.toHaveProperty(key);
    });
    fact('doc', 'a create request is pending or done at first, and ends in a Meet link', async (bed) => {
      const { data } = await bed.coach.api.events.insert({ calendarId: 'primary', conferenceDataVersion: 1, requestBody: { id: bed.freshId(), ...HOUR, ...request(bed.freshId()) } });
      const id = data.id ?? '';
      onTestFinished(async () => { await bed.coach.api.events.delete({ calendarId: 'primary', eventId: id }); });
      expect(['pending', 'success']).toContain(data.conferenceData?.createRequest?.status?.statusCode);
      await eventually(async () => {
        const { conferenceData, hangoutLink } = await get(bed, 'primary', id);
        expect(hangoutLink).toMatch(/^https:\/\/meet\.google\.com\//);
        expect(conferenceData).toMatchObject({ conferenceId: expect.any(String), conferenceSolution: { key: { type: 'hangoutsMeet' } } });
        expect(conferenceData?.entryPoints?.find(({ entryPointType }) => entryPointType === 'video')?.uri).toBe(hangoutLink);
      });
    });
    fact('doc', 'hangoutLink cannot be written', async (bed) => {
      const { id } = await insert(bed, 'primary', { ...HOUR, hangoutLink: 'https://meet.google.com/abc-defg-hij' });
      expect(await get(bed, 'primary', id)).not.toHaveProperty('hangoutLink');
    });
  });

  fact('doc', 'colorId is shown if set', async (bed) => {
    const { id } = await insert(bed, 'primary', { ...HOUR, colorId: '7' });
    expect((await get(bed, 'primary', id)).colorId).toBe('7');
  });
  fact.ofTwo('doc', 'colorId belongs to one copy', async (bed) => {
    const { iCalUID } = await insert(bed, 'primary', { ...HOUR, colorId: '7', attendees: [{ email: bed.guest.email }] });
    await eventually(async () => {
      const [copy] = (await listAll(bed.guest.api, { calendarId: 'primary', iCalUID: iCalUID ?? '' })).items;
      expect(copy?.summary).toBe(HOUR.summary);
      expect(copy).not.toHaveProperty('colorId');
    });
  });
  fact('doc', 'eventLabelId without eventLabelVersion=1 is not applied', async (bed) => {
    const { data } = await bed.coach.api.events.insert({ calendarId: 'primary', requestBody: { id: bed.freshId(), ...HOUR, eventLabelId: 'label1' } });
    onTestFinished(async () => { await bed.coach.api.events.delete({ calendarId: 'primary', eventId: data.id ?? '' }); });
    expect(await get(bed, 'primary', data.id ?? '')).not.toHaveProperty('eventLabelId');
  });
  fact.provoked('doc', 'locked and privateCopy are shown', async (bed) => {
    await load(bed, bed.coach.email, { id: 'lockedcopy', ...LOADED, locked: true, privateCopy: true });
    expect(await get(bed, 'primary', 'lockedcopy')).toMatchObject({ locked: true, privateCopy: true });
  });

  describe('htmlLink', () => {
    fact('rec', 'eid is "<event> <calendar>", with @g for group calendars', async (bed) => {
      const calendarId = await bed.scratch();
      const event = await insert(bed, calendarId);
      expect(eidOf(event)).toBe(`${event.id} ${calendarId.replace('@group.calendar.google.com', '@g')}`);
    });
    fact('rec', 'eid names the own calendar by its address, with @m for gmail.com', async (bed) => {
      const event = await insert(bed, 'primary', HOUR);
      expect(eidOf(event)).toBe(`${event.id} ${bed.coach.email.replace(/@gmail\.com$/, '@m')}`);
    });
    fact.provoked('rec', 'eid of a calendar at gmail.com is shortened to @m', async (bed) => {
      const { api, email } = await bed.person('someone@gmail.com');
      const { data } = await api.events.insert({ calendarId: 'primary', requestBody: HOUR });
      expect([email, eidOf(data)]).toEqual(['someone@gmail.com', `${data.id} someone@m`]);
    });
    fact('rec', 'a master links to its first instance, an instance to itself', async (bed) => {
      const calendarId = await bed.scratch();
      const master = await insert(bed, calendarId, MONDAYS);
      expect(eidOf(master).split(' ')[0]).toBe(`${master.id}_${MONDAY_STAMPS[0]}`);
      expect((await instances(bed, calendarId, master.id)).map((each) => eidOf(each).split(' ')[0])).toEqual(MONDAY_STAMPS.map((stamp) => `${master.id}_${stamp}`));
    });
  });
});

describe('2.1 Instance ids', () => {
  fact('rec', 'a master: its id, no recurringEventId, <id>@google.com', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, { id: bed.freshId(), ...MONDAYS });
    const master = await get(bed, calendarId, id);
    expect(master).toMatchObject({ id, iCalUID: `${id}@google.com` });
    expect(master).not.toHaveProperty('recurringEventId');
  });
  fact('rec', 'a timed instance or exception: root_YYYYMMDDTHHMMSSZ, the original start in UTC, also after a move', async (bed) => {
    const calendarId = await bed.scratch('America/New_York');
    const { id } = await insert(bed, calendarId, { ...timed('2027-02-01T20:30:00', '2027-02-01T21:00:00', 'America/New_York'), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'] });
    await change(bed, calendarId, `${id}_20270209T013000Z`, timed('2027-02-12T09:00:00', '2027-02-12T10:00:00', 'America/New_York'));
    const shape = { recurringEventId: id, iCalUID: `${id}@google.com` };
    expect(await instances(bed, calendarId, id)).toMatchObject([{ id: `${id}_20270202T013000Z`, ...shape }, { id: `${id}_20270209T013000Z`, ...shape }]);
  });
  fact('rec', 'an all-day instance or exception: root_YYYYMMDD', async (bed) => {
    const calendarId = await bed.scratch('America/New_York');
    const { id } = await insert(bed, calendarId, { ...allDay('2027-02-01', '2027-02-02'), recurrence: ['RRULE:FREQ=DAILY;COUNT=2'] });
    await change(bed, calendarId, `${id}_20270202`, { summary: 'other' });
    const shape = { recurringEventId: id, iCalUID: `${id}@google.com` };
    expect(await instances(bed, calendarId, id)).toMatchObject([
      { id: `${id}_20270201`, originalStartTime: { date: '2027-02-01' }, ...shape }, { id: `${id}_20270202`, originalStartTime: { date: '2027-02-02' }, ...shape },
    ]);
  });

  describe('0.5 A split series', () => {
    const root = 'splitroot0000000000000000';
    const [old, part]: [Event, Event] = [
      { id: root, ...winter('2027-02-01T10:00:00', '2027-02-01T11:00:00'), summary: 'old', recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20270214T225959Z;BYDAY=MO'] },
      { id: `${root}_R20270215T090000`, ...winter('2027-02-15T10:00:00', '2027-02-15T11:00:00'), summary: 'new', recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3'] },
    ];

    fact.provoked('rec', 'the new part is root_R<first start in UTC, no Z>, a master with an iCalUID of its own', async (bed) => {
      const calendarId = await ownCalendar(bed);
      await load(bed, calendarId, old, part);
      const master = await get(bed, calendarId, part.id ?? '');
      expect(master).toMatchObject({ id: `${root}_R20270215T090000`, iCalUID: `${root}_R20270215T090000@google.com`, recurrence: part.recurrence });
      expect(master).not.toHaveProperty('recurringEventId');
      expect(idsOf(await list(bed, { calendarId }))).toEqual([root, `${root}_R20270215T090000`]);
    });
    fact.provoked('rec', 'its instances are named after the root alone; recurringEventId and iCalUID keep _R', async (bed) => {
      const calendarId = await ownCalendar(bed);
      await load(bed, calendarId, old, part);
      const shape = { summary: 'new', recurringEventId: part.id, iCalUID: `${part.id}@google.com` };
      const stamps = ['20270215T090000Z', '20270222T090000Z', '20270301T090000Z'];
      expect(await instances(bed, calendarId, part.id ?? '')).toMatchObject(stamps.map((stamp) => ({ id: `${root}_${stamp}`, ...shape })));
      expect(await get(bed, calendarId, `${root}_20270222T090000Z`)).toMatchObject(shape);
      expect(await get(bed, calendarId, `${root}_20270208T090000Z`)).toMatchObject({ summary: 'old', recurringEventId: root, iCalUID: `${root}@google.com` });
      expect(idsOf(await list(bed, { calendarId, singleEvents: true }))).toEqual(['20270201T090000Z', '20270208T090000Z', ...stamps].map((stamp) => `${root}_${stamp}`));
    });
    fact.provoked('rec', 'changing and deleting an instance of the new part makes exceptions of that part', async (bed) => {
      const calendarId = await ownCalendar(bed);
      await load(bed, calendarId, old, part);
      await change(bed, calendarId, `${root}_20270222T090000Z`, { summary: 'other' });
      await bed.coach.api.events.delete({ calendarId, eventId: `${root}_20270301T090000Z` });
      const rows = (await list(bed, { calendarId })).filter((each) => each.recurringEventId != null);
      expect(rows.sort((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1))).toMatchObject([
        { id: `${root}_20270222T090000Z`, recurringEventId: part.id, summary: 'other' }, { id: `${root}_20270301T090000Z`, recurringEventId: part.id, status: 'cancelled' },
      ]);
      expect(idsOf(await instances(bed, calendarId, part.id ?? ''))).toEqual([`${root}_20270215T090000Z`, `${root}_20270222T090000Z`]);
    });
    fact.provoked('rec', 'a second split replaces the suffix on the same root', async (bed) => {
      const calendarId = await ownCalendar(bed);
      const middle = { ...part, recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20270221T225959Z;BYDAY=MO'] };
      const second: Event = { id: `${root}_R20270222T090000`, ...winter('2027-02-22T10:00:00', '2027-02-22T11:00:00'), recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=2'] };
      await load(bed, calendarId, old, middle, second);
      const items = await list(bed, { calendarId, singleEvents: true });
      const parts = Object.fromEntries(items.map((each) => [each.id, each.recurringEventId]));
      expect(parts).toEqual({
        [`${root}_20270201T090000Z`]: root, [`${root}_20270208T090000Z`]: root, [`${root}_20270215T090000Z`]: part.id,
        [`${root}_20270222T090000Z`]: second.id, [`${root}_20270301T090000Z`]: second.id,
      });
    });
    fact.provoked('rec', 'UNTIL = local midnight of the split day less a second: the old part ends the day before', async (bed) => {
      const calendarId = await ownCalendar(bed);
      // Berlin's 15 February begins at 23:00Z of the 14th.
      await load(bed, calendarId, { ...old, recurrence: ['RRULE:FREQ=DAILY;UNTIL=20270214T225959Z'] });
      expect((await instances(bed, calendarId, root)).at(-1)?.id).toBe(`${root}_20270214T090000Z`);
    });
    fact.provoked('2nd', 'a row with an id of the form root_R…_…Z is held and served', async (bed) => {
      const calendarId = await ownCalendar(bed);
      const odd: Event = {
        id: `${root}_R20270215T090000_20270222T090000Z`, ...winter('2027-02-22T15:00:00', '2027-02-22T16:00:00'), summary: 'odd', recurringEventId: `${root}_R20270215T090000`,
        originalStartTime: { dateTime: '2027-02-22T10:00:00+01:00', timeZone: 'Europe/Berlin' }, iCalUID: `${root}_R20270215T090000@google.com`,
      };
      await load(bed, calendarId, part, odd);
      expect(await get(bed, calendarId, odd.id ?? '')).toMatchObject({ id: odd.id, summary: 'odd', recurringEventId: part.id });
      expect(idsOf(await list(bed, { calendarId }))).toContain(odd.id);
    });
    fact.provoked('rec', 'made as in the UI, a second split replaces the suffix too', async (bed) => {
      const made = await insert(bed, 'primary', MONDAYS);
      const splitAt = async (stamp: string | undefined) => (await bed.control('POST', '/events/split', { calendarId: bed.coach.email, eventId: `${made.id}_${stamp}` }) as { part: Event }).part;
      expect((await splitAt(MONDAY_STAMPS[1])).id).toBe(`${made.id}_R20270208T090000`);
      expect((await splitAt(MONDAY_STAMPS[2])).id).toBe(`${made.id}_R20270215T090000`);
      expect(idsOf((await list(bed, { calendarId: 'primary' })).filter((each) => each.recurrence != null))).toEqual([made.id, `${made.id}_R20270208T090000`, `${made.id}_R20270215T090000`]);
      expect((await list(bed, { calendarId: 'primary', singleEvents: true })).map((each) => each.recurringEventId))
        .toEqual([made.id, `${made.id}_R20270208T090000`, `${made.id}_R20270215T090000`, `${made.id}_R20270215T090000`]);
    });
    uncertain.provoked('suffix of the part of an all-day series that is split', ['_RYYYYMMDD', '_RYYYYMMDDT000000'], async (bed) => {
      const { id } = await insert(bed, 'primary', { ...allDay('2027-02-01', '2027-02-02'), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'] });
      const { part } = await bed.control('POST', '/events/split', { calendarId: bed.coach.email, eventId: `${id}_20270215` }) as { part: Event };
      return (part.id ?? '').slice(id.length).replace('_R20270215', '_RYYYYMMDD');
    });
    uncertain.provoked('ids of instances of an all-day part root_RYYYYMMDD', ['root_YYYYMMDD', 'root_RYYYYMMDD_YYYYMMDD'], async (bed) => {
      const calendarId = await ownCalendar(bed);
      await load(bed, calendarId, { id: `${root}_R20270215`, ...allDay('2027-02-15', '2027-02-16'), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'] });
      const id = (await list(bed, { calendarId, singleEvents: true }))[0]?.id ?? '';
      return id === `${root}_20270215` ? 'root_YYYYMMDD' : id === `${root}_R20270215_20270215` ? 'root_RYYYYMMDD_YYYYMMDD' : id;
    });
    fact('doc', 'through the API a split is two calls: shorten the old rule, insert an unrelated series', async (bed) => {
      const calendarId = await bed.scratch();
      const { id } = await insert(bed, calendarId, MONDAYS);
      await change(bed, calendarId, id, { recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20270214T225959Z'] });
      const next = await insert(bed, calendarId, { ...timed('2027-02-15T10:00:00', '2027-02-15T11:00:00'), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'] });
      expect(idsOf(await list(bed, { calendarId, singleEvents: true })))
        .toEqual([...MONDAY_STAMPS.slice(0, 2).map((stamp) => `${id}_${stamp}`), ...MONDAY_STAMPS.slice(2).map((stamp) => `${next.id}_${stamp}`)].sort());
    });
  });
});

describe('2.2 Event types', () => {
  const FIVE: Event = timed('2027-05-04T13:00:00', '2027-05-04T18:00:00');
  const [from, to] = ['2027-05-04T13:00:00+02:00', '2027-05-04T18:00:00+02:00'];
  const LOADED_FIVE: Event = timed(from, to);

  fact('doc', 'outOfOffice: its properties are shown; it is busy', async (bed) => {
    const outOfOfficeProperties = { autoDeclineMode: 'declineOnlyNewConflictingInvitations', declineMessage: 'Back tomorrow' };
    const { id } = await insert(bed, 'primary', { summary: 'Out of office', ...FIVE, eventType: 'outOfOffice', outOfOfficeProperties });
    const seen = await get(bed, 'primary', id);
    expect(seen).toMatchObject({ eventType: 'outOfOffice', outOfOfficeProperties });
    expect(seen).not.toHaveProperty('transparency');
    expect(Object.keys(seen).slice(-3)).toEqual(['reminders', 'outOfOfficeProperties', 'eventType']);
    expect(await isBusy(bed, from, to)).toBe(true);
  });
  fact('doc', 'focusTime: its properties are shown; it is busy', async (bed) => {
    const focusTimeProperties = { autoDeclineMode: 'declineNone', declineMessage: 'Later', chatStatus: 'doNotDisturb' };
    const { id } = await insert(bed, 'primary', { summary: 'Focus', ...FIVE, eventType: 'focusTime', focusTimeProperties });
    const seen = await get(bed, 'primary', id);
    expect(seen).toMatchObject({ eventType: 'focusTime', focusTimeProperties });
    expect(Object.keys(seen).slice(-3)).toEqual(['reminders', 'focusTimeProperties', 'eventType']);
    expect(await isBusy(bed, from, to)).toBe(true);
  });
  const places: NonNullable<Event['workingLocationProperties']>[] = [
    { type: 'homeOffice', homeOffice: {} },
    { type: 'officeLocation', officeLocation: { buildingId: 'BER-1', floorId: '3', floorSectionId: 'a', deskId: '3-114', label: 'Berlin HQ' } },
    { type: 'customLocation', customLocation: { label: 'Client site' } },
  ];
  for (const workingLocationProperties of places) {
    fact('doc', `workingLocation, ${workingLocationProperties.type}: public, transparent, its properties shown; not busy`, async (bed) => {
      const { id } = await insert(bed, 'primary', { summary: 'Place', ...FIVE, eventType: 'workingLocation', visibility: 'public', transparency: 'transparent', workingLocationProperties });
      const seen = await get(bed, 'primary', id);
      expect(seen).toMatchObject({ eventType: 'workingLocation', visibility: 'public', transparency: 'transparent', workingLocationProperties });
      expect(Object.keys(seen).slice(-3)).toEqual(['reminders', 'workingLocationProperties', 'eventType']);
      expect(await isBusy(bed, from, to)).toBe(false);
    });
  }
  fact('doc', 'workingLocation may last one day', async (bed) => {
    const { id } = await insert(bed, 'primary', {
      summary: 'Home', ...allDay('2027-05-05', '2027-05-06'), eventType: 'workingLocation', visibility: 'public', transparency: 'transparent',
      workingLocationProperties: { type: 'homeOffice', homeOffice: {} },
    });
    expect(await get(bed, 'primary', id)).toMatchObject({ eventType: 'workingLocation', start: { date: '2027-05-05' }, end: { date: '2027-05-06' } });
  });
  fact.provoked('doc', 'workingLocation: the object of its type may be missing', async (bed) => {
    const workingLocationProperties = { type: 'customLocation' };
    await load(bed, bed.coach.email, { id: 'place00000', ...LOADED_FIVE, eventType: 'workingLocation', visibility: 'public', transparency: 'transparent', workingLocationProperties });
    expect((await get(bed, 'primary', 'place00000')).workingLocationProperties).toEqual(workingLocationProperties);
  });
  fact('doc', 'birthday: all day, yearly, private, transparent, its properties shown; not busy', async (bed) => {
    const { id } = await insert(bed, 'primary', {
      summary: 'Birthday', ...allDay('2027-05-06', '2027-05-07'), recurrence: ['RRULE:FREQ=YEARLY'], eventType: 'birthday', visibility: 'private', transparency: 'transparent',
      birthdayProperties: { type: 'birthday' },
    });
    const seen = await get(bed, 'primary', id);
    expect(seen).toMatchObject({
      eventType: 'birthday', visibility: 'private', transparency: 'transparent', recurrence: ['RRULE:FREQ=YEARLY'], start: { date: '2027-05-06' }, end: { date: '2027-05-07' },
      birthdayProperties: { type: 'birthday' },
    });
    expect(Object.keys(seen).slice(-3)).toEqual(['reminders', 'birthdayProperties', 'eventType']);
    expect(await isBusy(bed, '2027-05-06T10:00:00+02:00', '2027-05-06T11:00:00+02:00')).toBe(false);
  });
  fact.provoked('doc', 'birthdayProperties have type, contact and customTypeName', async (bed) => {
    for (const birthdayProperties of [{ contact: 'people/c123', type: 'birthday' }, { contact: 'people/c123', type: 'custom', customTypeName: 'Name day' }]) {
      await load(bed, bed.coach.email, {
        id: 'birthday00', summary: 'Jo', ...allDay('2027-05-06', '2027-05-07'), recurrence: ['RRULE:FREQ=YEARLY'], eventType: 'birthday', visibility: 'private', transparency: 'transparent', birthdayProperties,
      });
      expect((await get(bed, 'primary', 'birthday00')).birthdayProperties).toEqual(birthdayProperties);
    }
  });
  fact('doc', 'birthday on 29 February: BYMONTH=2;BYMONTHDAY=-1 meets the last day of each February', async (bed) => {
    const { id } = await insert(bed, 'primary', {
      summary: 'Leap birthday', ...allDay('2024-02-29', '2024-03-01'), recurrence: ['RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1'], eventType: 'birthday', visibility: 'private', transparency: 'transparent',
    });
    const { data } = await bed.coach.api.events.instances({ calendarId: 'primary', eventId: id, timeMin: '2026-12-01T00:00:00Z', timeMax: '2028-12-01T00:00:00Z' });
    expect(data.items?.map((each) => each.start?.date)).toEqual(['2027-02-28', '2028-02-29']);
  });
  fact.provoked('doc', 'fromGmail: busy by its transparency', async (bed) => {
    await load(bed, bed.coach.email, { id: 'mail000001', ...LOADED_FIVE, eventType: 'fromGmail' });
    expect(await isBusy(bed, from, to)).toBe(true);
    await load(bed, bed.coach.email, { id: 'mail000001', ...LOADED_FIVE, eventType: 'fromGmail', transparency: 'transparent' });
    expect(await isBusy(bed, from, to)).toBe(false);
  });
  fact('doc', 'default: busy by its transparency', async (bed) => {
    const { id } = await insert(bed, 'primary', FIVE);
    expect(await isBusy(bed, from, to)).toBe(true);
    await change(bed, 'primary', id, { transparency: 'transparent' });
    expect(await isBusy(bed, from, to)).toBe(false);
  });
  fact('doc', 'default is the type of what names none', async (bed) => {
    expect((await get(bed, 'primary', (await insert(bed, 'primary', FIVE)).id)).eventType).toBe('default');
  });
  fact('doc', 'a deleted event is not busy', async (bed) => {
    const { data } = await bed.coach.api.events.insert({ calendarId: 'primary', requestBody: { id: bed.freshId(), ...FIVE } });
    expect(await isBusy(bed, from, to)).toBe(true);
    await bed.coach.api.events.delete({ calendarId: 'primary', eventId: data.id ?? '' });
    expect(await isBusy(bed, from, to)).toBe(false);
  });
  uncertain('freeBusy of a whole-day out-of-office, from midnight to midnight (question 9)', ['busy', 'free'], async (bed) => {
    await insert(bed, 'primary', { summary: 'Away', ...timed('2027-05-08T00:00:00', '2027-05-09T00:00:00'), eventType: 'outOfOffice', outOfOfficeProperties: { autoDeclineMode: 'declineNone' } });
    return await isBusy(bed, '2027-05-08T00:00:00+02:00', '2027-05-09T00:00:00+02:00') ? 'busy' : 'free';
  });
  for (const [responseStatus, forms] of [['needsAction', ['busy', 'free']], ['tentative', ['busy', 'free']], ['declined', ['free', 'busy']]] as const) {
    uncertain.ofTwo(`freeBusy of an invitation that its guest left at ${responseStatus} (question 9)`, forms, async (bed) => {
      const { iCalUID } = await insert(bed, 'primary', { ...FIVE, attendees: [{ email: bed.guest.email }] });
      const copy = await eventually(async () => {
        const [found] = (await listAll(bed.guest.api, { calendarId: 'primary', iCalUID: iCalUID ?? '' })).items;
        expect(found?.id).toEqual(expect.any(String));
        return found;
      });
      if (responseStatus !== 'needsAction') {
        await bed.guest.api.events.patch({ calendarId: 'primary', eventId: copy?.id ?? '', sendUpdates: 'none', requestBody: { attendees: [{ email: bed.guest.email, responseStatus }] } });
      }
      const { data } = await bed.guest.api.freebusy.query({ requestBody: { timeMin: from, timeMax: to, items: [{ id: 'primary' }] } });
      return (data.calendars?.primary?.busy ?? []).length > 0 ? 'busy' : 'free';
    });
  }
});
