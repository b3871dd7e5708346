/** Section 3 of the sheet: writes, conditions, series, deletion, copies of guests, moves, unknown outcomes; fact 0.4, and lines 2, 6, 7 and 8 of section 10. */
import { OAuth2Client } from 'google-auth-library';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished } from 'vitest';
import { anInbox } from '../../emulator/inbox.js';
import { appAt, SCOPE, signIn } from '../../emulator/sign-in.js';
import { aWorld } from '../../emulator/world.js';
import { allDay, clientWith, eventually, fact, listAll, refusal, timed, uncertain, type Api, type Bed, type BedOfTwo, type Event, type Person, type ProvokedBed } from './bed.js';

const HOUR: Event = { summary: 'One hour', ...timed('2027-02-02T10:00:00', '2027-02-02T11:00:00') };
const LATER = timed('2027-02-02T15:00:00', '2027-02-02T16:00:00');
/** Four Mondays, 10:00 to 11:00 in Berlin (09:00Z), from 1 February 2027. */
const MONDAYS: Event = { summary: 'Mondays', ...timed('2027-02-01T10:00:00', '2027-02-01T11:00:00'), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'] };
const STAMPS = ['20270201T090000Z', '20270208T090000Z', '20270215T090000Z', '20270222T090000Z'];

type Made = Event & { id: string; etag: string };
/** How a call ends: `taken`, or the status and reason of its refusal. */
const endOf = async (call: Promise<unknown>): Promise<string> => {
  const [settled] = await Promise.allSettled([call]);
  if (settled.status === 'fulfilled') return 'taken';
  const { status, response } = settled.reason as { status?: number; response?: { data?: { error?: { errors?: { reason?: string }[] } } } };
  return `${status} ${response?.data?.error?.errors?.[0]?.reason}`;
};
async function insert(bed: Bed, calendarId: string, requestBody: Event = HOUR): Promise<Made> {
  const { data } = await bed.coach.api.events.insert({ calendarId, requestBody: { ...(calendarId === 'primary' ? { id: bed.freshId() } : {}), ...requestBody }, sendUpdates: 'none' });
  const id = data.id ?? '';
  if (calendarId === 'primary') {
    // Many facts delete or move their event themselves.
    onTestFinished(async () => expect(['taken', '410 deleted', '404 notFound']).toContain(await endOf(bed.coach.api.events.delete({ calendarId, eventId: id, sendUpdates: 'none' }))));
  }
  return { ...data, id, etag: data.etag ?? '' };
}
const change = async (bed: Bed, calendarId: string, eventId: string, requestBody: Event): Promise<Event> =>
  (await bed.coach.api.events.patch({ calendarId, eventId, requestBody, sendUpdates: 'none' })).data;
const put = async (bed: Bed, calendarId: string, eventId: string, requestBody: Event): Promise<Event> =>
  (await bed.coach.api.events.update({ calendarId, eventId, requestBody, sendUpdates: 'none' })).data;
const remove = async (bed: Bed, calendarId: string, eventId: string): Promise<number> => (await bed.coach.api.events.delete({ calendarId, eventId, sendUpdates: 'none' })).status;
const get = async ({ api }: Person, calendarId: string, eventId: string): Promise<Event> => (await api.events.get({ calendarId, eventId })).data;
const instances = async (bed: Bed, calendarId: string, eventId: string, more: object = {}): Promise<Event[]> =>
  ((await bed.coach.api.events.instances({ calendarId, eventId, ...more })).data.items ?? []).sort((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1));
const tokenOf = async (bed: Bed, calendarId: string): Promise<string> => (await listAll(bed.coach.api, { calendarId })).syncToken ?? '';
const changes = async (bed: Bed, calendarId: string, syncToken: string): Promise<Event[]> => (await listAll(bed.coach.api, { calendarId, syncToken })).items;
const answerOf = (event: Event, email: string): string | null | undefined => event.attendees?.find((each) => each.email === email)?.responseStatus;

interface Sent { readonly method: string; readonly url: string; readonly headers: Readonly<Record<string, string | string[] | undefined>>; readonly body: string }
/** What the unmodified client sends for a call. */
async function sentFor(call: (api: Api) => Promise<unknown>): Promise<Sent> {
  let sent: Sent | undefined;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => { body += part.toString(); });
    request.on('end', () => {
      sent = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
      response.setHeader('content-type', 'application/json').end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const auth = new OAuth2Client();
  auth.setCredentials({ access_token: 'any', expiry_date: 4e12 });
  await call(clientWith(auth, `http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  server.close();
  server.closeAllConnections();
  if (sent === undefined) throw new Error('nothing was sent');
  return sent;
}

describe('3 Writes', () => {
  describe('insert', () => {
    fact('doc', 'needs start and end', async (bed) => {
      const calendarId = await bed.scratch(), { start, end } = HOUR;
      for (const requestBody of [{ summary: 'x' }, { start: start! }, { end: end! }]) expect((await refusal(bed.coach.api.events.insert({ calendarId, requestBody }))).status, JSON.stringify(requestBody)).toBe(400);
    });
  });

  describe('import', () => {
    const importing = async (bed: Bed, calendarId: string, requestBody: Event): Promise<Event> => (await bed.coach.api.events.import({ calendarId, requestBody })).data;
    fact('doc', 'needs iCalUID, start and end', async (bed) => {
      const calendarId = await bed.scratch(), iCalUID = `${bed.freshId()}@example.com`, { start, end } = HOUR;
      for (const requestBody of [{ ...HOUR }, { iCalUID, start: start! }, { iCalUID, end: end! }]) expect((await refusal(importing(bed, calendarId, requestBody))).status, JSON.stringify(requestBody)).toBe(400);
      expect((await importing(bed, calendarId, { iCalUID, ...HOUR })).iCalUID).toBe(iCalUID);
    });
    fact.ofTwo('doc', 'makes a private copy: no guest gets one', async (bed) => {
      const calendarId = await bed.scratch(), iCalUID = `${bed.freshId()}@example.com`;
      const { attendees } = await importing(bed, calendarId, { iCalUID, ...HOUR, attendees: [{ email: bed.guest.email }] });
      expect(attendees).toHaveLength(1);
      // What was written later has arrived: the imported one never will.
      await copyOf(bed, await invited(bed));
      expect((await listAll(bed.guest.api, { calendarId: 'primary', iCalUID })).items).toEqual([]);
    });
    fact.provoked('doc', 'sends no invitations', async () => {
      const inbox = await anInbox(), { ana } = await aWorld({ smtpUrl: inbox.url }), attendees = [{ email: 'someone@else.example' }];
      await ana.events.import({ calendarId: 'primary', requestBody: { iCalUID: 'imported@example.com', ...HOUR, summary: 'Imported', attendees } });
      await ana.events.insert({ calendarId: 'primary', sendUpdates: 'all', requestBody: { ...HOUR, attendees } });
      await eventually(() => expect(inbox.mails).toHaveLength(1));
      expect(inbox.mails[0]?.subject).toContain('One hour');
    });
    fact('doc', 'eventType is forced to default', async (bed) => {
      const iCalUID = `${bed.freshId()}@example.com`;
      const made = await importing(bed, 'primary', { iCalUID, ...HOUR, eventType: 'focusTime', focusTimeProperties: { autoDeclineMode: 'declineNone' } });
      onTestFinished(async () => { await remove(bed, 'primary', made.id ?? ''); });
      expect(made.eventType).toBe('default');
      expect(made).not.toHaveProperty('focusTimeProperties');
    });
  });

  fact('doc', 'update replaces all: what is left out is reset', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, { ...HOUR, description: 'd', location: 'l', colorId: '5', visibility: 'private', transparency: 'transparent', attendees: [{ email: bed.coach.email }], extendedProperties: { private: { a: 'b' } } });
    const after = await put(bed, calendarId, id, timed('2027-02-02T10:00:00', '2027-02-02T11:00:00'));
    for (const name of ['summary', 'description', 'location', 'colorId', 'visibility', 'transparency', 'attendees', 'extendedProperties']) expect(after, name).not.toHaveProperty(name);
  });

  describe('patch', () => {
    fact('doc', 'merges: what is left out stays', async (bed) => {
      const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId, { ...HOUR, location: 'l', extendedProperties: { private: { a: '1', b: '2' } } });
      expect(await change(bed, calendarId, id, { summary: 'other', extendedProperties: { private: { b: '3' } } })).toMatchObject({ summary: 'other', location: 'l', extendedProperties: { private: { a: '1', b: '3' } } });
    });
    fact('doc', 'replaces arrays whole', async (bed) => {
      const calendarId = await bed.scratch(), reminders = (...minutes: number[]): Event => ({ reminders: { useDefault: false, overrides: minutes.map((each) => ({ method: 'popup', minutes: each })) } });
      const { id } = await insert(bed, calendarId, { ...HOUR, ...reminders(5, 10) });
      expect((await change(bed, calendarId, id, reminders(20))).reminders?.overrides).toEqual([{ method: 'popup', minutes: 20 }]);
    });
    fact('doc', 'null deletes a key', async (bed) => {
      const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId, { ...HOUR, location: 'l', extendedProperties: { private: { a: '1', b: '2' } } });
      const after = await change(bed, calendarId, id, { location: null, extendedProperties: { private: { a: null } } } as unknown as Event);
      expect(after).not.toHaveProperty('location');
      expect(after.extendedProperties?.private).toEqual({ b: '2' });
    });
    fact('run', 'the client sends null as such', async () => {
      const { method, body } = await sentFor((api) => api.events.patch({ calendarId: 'c', eventId: 'e', requestBody: { extendedProperties: { private: { k: null } } } as unknown as Event }));
      expect([method, body]).toEqual(['PATCH', '{"extendedProperties":{"private":{"k":null}}}']);
    });
  });

  fact('rec', 'delete answers 204 without a body', async (bed) => {
    const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId);
    const { status, text } = await bed.raw('DELETE', `/calendars/${encodeURIComponent(calendarId)}/events/${id}`);
    expect([status, text]).toEqual([204, '']);
  });
  fact('run', 'the client sends move with an empty body and without a content type', async () => {
    const { method, url, headers, body } = await sentFor((api) => api.events.move({ calendarId: 'c', eventId: 'e', destination: 'd@x.example' }));
    expect([method, url, headers['content-type'], body]).toEqual(['POST', '/calendar/v3/calendars/c/events/e/move?destination=d%40x.example', undefined, '']);
  });

  describe('clear', () => {
    fact.provoked('doc', 'empties the primary calendar, 204', async (bed) => {
      await insert(bed, 'primary', MONDAYS);
      await insert(bed, 'primary');
      const { status, data } = await bed.coach.api.calendars.clear({ calendarId: 'primary' });
      expect([status, data]).toEqual([204, '']);
      expect((await listAll(bed.coach.api, { calendarId: 'primary' })).items).toEqual([]);
    });
    fact('doc', 'takes the primary calendar only', async (bed) => {
      const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId);
      expect((await refusal(bed.coach.api.calendars.clear({ calendarId }))).status).toBeGreaterThanOrEqual(400);
      expect((await get(bed.coach, calendarId, id)).status).toBe('confirmed');
    });
  });

  describe('sendUpdates', () => {
    fact('doc', 'all, externalOnly and none are taken, other words are not', async (bed) => {
      const calendarId = await bed.scratch();
      for (const sendUpdates of ['all', 'externalOnly', 'none']) expect((await bed.coach.api.events.insert({ calendarId, sendUpdates, requestBody: HOUR })).status, sendUpdates).toBe(200);
      expect((await refusal(bed.coach.api.events.insert({ calendarId, sendUpdates: 'some', requestBody: HOUR }))).status).toBe(400);
    });
    fact.provoked('doc', 'is none by default', async (bed) => {
      await insert(bed, 'primary', { ...HOUR, attendees: [{ email: 'someone@else.example' }] });
      const { data } = await bed.coach.api.events.insert({ calendarId: 'primary', requestBody: { ...HOUR, attendees: [{ email: 'someone@else.example' }] } });
      expect(data.status).toBe('confirmed');
      const { writes } = await bed.control('GET', '/writes') as { writes: { sendUpdates: string }[] };
      expect(writes.map((each) => each.sendUpdates)).toEqual(['none', 'none']);
    });
  });
});

describe('3.1 Idempotent create', () => {
  fact('doc', 'a chosen id: the first attempt is 200, a replay 409 duplicate, and get shows the saga key', async (bed) => {
    const calendarId = await bed.scratch(), id = bed.freshId(), requestBody: Event = { ...HOUR, id, extendedProperties: { private: { sagaId: 's1' } } };
    expect((await bed.coach.api.events.insert({ calendarId, requestBody })).status).toBe(200);
    expect(await refusal(bed.coach.api.events.insert({ calendarId, requestBody }))).toMatchObject({ status: 409, reason: 'duplicate' });
    expect(await get(bed.coach, calendarId, id)).toMatchObject({ status: 'confirmed', extendedProperties: { private: { sagaId: 's1' } } });
  });
  fact('2nd', 'deleted meanwhile: the replay is 409, and get says cancelled', async (bed) => {
    const calendarId = await bed.scratch(), id = bed.freshId(), requestBody: Event = { ...HOUR, id };
    await insert(bed, calendarId, requestBody);
    await remove(bed, calendarId, id);
    expect(await refusal(bed.coach.api.events.insert({ calendarId, requestBody }))).toMatchObject({ status: 409, reason: 'duplicate' });
    expect((await get(bed.coach, calendarId, id)).status).toBe('cancelled');
  });
  fact('doc', 'the saga key is found with privateExtendedProperty', async (bed) => {
    const calendarId = await bed.scratch(), sagaId = bed.freshId();
    const { id } = await insert(bed, calendarId, { ...HOUR, extendedProperties: { private: { sagaId } } });
    await insert(bed, calendarId, { ...HOUR, extendedProperties: { private: { sagaId: 'another' } } });
    await eventually(async () => expect((await listAll(bed.coach.api, { calendarId, privateExtendedProperty: [`sagaId=${sagaId}`] })).items.map((each) => each.id)).toEqual([id]));
  });
  fact('rec', 'import with one iCalUID again: the same event, created kept, updated advanced', async (bed) => {
    const calendarId = await bed.scratch(), iCalUID = `${bed.freshId()}@example.com`;
    const { data: first } = await bed.coach.api.events.import({ calendarId, requestBody: { ...HOUR, iCalUID } });
    const { data: second } = await bed.coach.api.events.import({ calendarId, requestBody: { ...HOUR, summary: 'again', iCalUID } });
    expect([second.id, second.created, second.summary]).toEqual([first.id, first.created, 'again']);
    expect(Date.parse(second.updated ?? '')).toBeGreaterThan(Date.parse(first.updated ?? ''));
    expect(second.etag).not.toBe(first.etag);
    const { data: third } = await bed.coach.api.events.import({ calendarId, requestBody: { ...HOUR, summary: 'again', iCalUID } });
    expect(Date.parse(third.updated ?? '')).toBeGreaterThan(Date.parse(second.updated ?? ''));
    expect((await listAll(bed.coach.api, { calendarId })).items).toHaveLength(1);
  });
  fact('doc', 'the same id on another calendar is independent', async (bed) => {
    const [one, other] = [await bed.scratch(), await bed.scratch()], id = bed.freshId();
    await insert(bed, one, { ...HOUR, id });
    await insert(bed, other, { ...HOUR, id, summary: 'another' });
    await remove(bed, one, id);
    expect(await get(bed.coach, other, id)).toMatchObject({ status: 'confirmed', summary: 'another' });
  });
});

describe('3.2 Conditional writes', () => {
  const verbs: [string, (bed: Bed, calendarId: string, eventId: string, etag: string) => Promise<unknown>][] = [
    ['PUT', (bed, calendarId, eventId, etag) => bed.coach.api.events.update({ calendarId, eventId, requestBody: { ...HOUR, summary: 'put' } }, { headers: { 'If-Match': etag } })],
    ['PATCH', (bed, calendarId, eventId, etag) => bed.coach.api.events.patch({ calendarId, eventId, requestBody: { summary: 'patched' } }, { headers: { 'If-Match': etag } })],
    ['DELETE', (bed, calendarId, eventId, etag) => bed.coach.api.events.delete({ calendarId, eventId }, { headers: { 'If-Match': etag } })],
  ];
  for (const [verb, write] of verbs) {
    fact('doc', `If-Match on ${verb}: an old etag is 412 conditionNotMet, the present one passes`, async (bed) => {
      const calendarId = await bed.scratch(), { id, etag } = await insert(bed, calendarId);
      const { etag: present } = await change(bed, calendarId, id, { summary: 'meanwhile' });
      const { status, reason, body } = await refusal(write(bed, calendarId, id, etag));
      expect([status, reason]).toEqual([412, 'conditionNotMet']);
      expect(body).toMatchObject({ error: { errors: [{ location: 'If-Match', locationType: 'header' }] } });
      expect((await get(bed.coach, calendarId, id)).summary).toBe('meanwhile');
      await write(bed, calendarId, id, present ?? '');
      expect((await get(bed.coach, calendarId, id)).etag).not.toBe(present);
    });
  }
  fact('run', 'the header goes in the options of one call', async () => {
    const { headers } = await sentFor((api) => api.events.patch({ calendarId: 'c', eventId: 'e', requestBody: {} }, { headers: { 'If-Match': '"1"' } }));
    expect(headers['if-match']).toBe('"1"');
  });
  fact('doc', 'If-None-Match on GET: 304 for the present etag, 200 for an old one', async (bed) => {
    const calendarId = await bed.scratch(), { id, etag } = await insert(bed, calendarId);
    const asking = async (value: string): Promise<number> => (await bed.coach.api.events.get({ calendarId, eventId: id }, { headers: { 'If-None-Match': value } })).status;
    expect(await asking(etag)).toBe(304);
    await change(bed, calendarId, id, { summary: 'other' });
    expect(await asking(etag)).toBe(200);
  });
  uncertain.ofTwo('a guest\'s answer invalidates the organizer\'s etag (question 6)', ['412', 'passes'], async (bed) => {
    const { id, etag } = await insert(bed, 'primary', { ...HOUR, attendees: [{ email: bed.guest.email }] });
    await respond(bed, id, 'accepted');
    const end = await endOf(bed.coach.api.events.patch({ calendarId: 'primary', eventId: id, requestBody: { summary: 'x' } }, { headers: { 'If-Match': etag } }));
    return end === 'taken' ? 'passes' : end.slice(0, 3);
  });
});

/** The guest answers on their copy; waits until the copy is there and the organizer knows. */
async function respond(bed: BedOfTwo, eventId: string, responseStatus: string): Promise<void> {
  await eventually(async () => {
    await bed.guest.api.events.patch({ calendarId: 'primary', eventId, sendUpdates: 'none', requestBody: { attendees: [{ email: bed.guest.email, responseStatus }] } });
  });
  await eventually(async () => expect(answerOf(await get(bed.coach, 'primary', eventId), bed.guest.email)).toBe(responseStatus));
}

describe('3.3 Recurring events', () => {
  fact('doc', 'a PATCH of an instance id makes an exception with its own etag', async (bed) => {
    const calendarId = await bed.scratch(), { id, etag } = await insert(bed, calendarId, MONDAYS), eventId = `${id}_${STAMPS[1]}`;
    const changed = await change(bed, calendarId, eventId, { summary: 'other' });
    expect(changed).toMatchObject({ id: eventId, summary: 'other', recurringEventId: id });
    expect(changed.etag).not.toBe(etag);
    const all = await instances(bed, calendarId, id);
    expect(all.map((each) => each.summary)).toEqual(['Mondays', 'other', 'Mondays', 'Mondays']);
    expect(all.filter((each) => each.id !== eventId).map((each) => each.etag)).toEqual([etag, etag, etag]);
  });
  fact('doc', 'a PUT of an instance id does, too', async (bed) => {
    const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId, MONDAYS), eventId = `${id}_${STAMPS[2]}`;
    expect(await put(bed, calendarId, eventId, { summary: 'put', ...timed('2027-02-16T10:00:00', '2027-02-16T11:00:00') })).toMatchObject({ id: eventId, recurringEventId: id, start: { dateTime: '2027-02-16T10:00:00+01:00' } });
  });
  const cancelling: [string, (bed: Bed, calendarId: string, eventId: string) => Promise<unknown>][] = [
    ['DELETE of an instance id', remove], ['status: cancelled written to an instance id', (bed, calendarId, eventId) => change(bed, calendarId, eventId, { status: 'cancelled' })],
  ];
  for (const [name, cancel] of cancelling) {
    fact('doc', `${name}: a cancelled exception`, async (bed) => {
      const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId, MONDAYS), eventId = `${id}_${STAMPS[1]}`;
      await cancel(bed, calendarId, eventId);
      expect((await instances(bed, calendarId, id)).map((each) => each.id)).toEqual([STAMPS[0], STAMPS[2], STAMPS[3]].map((stamp) => `${id}_${stamp}`));
      expect((await instances(bed, calendarId, id, { showDeleted: true })).find((each) => each.id === eventId)?.status).toBe('cancelled');
      expect((await get(bed.coach, calendarId, id)).status).toBe('confirmed');
    });
  }
  uncertain('an instance id that is not an occurrence (question 1)', ['404 notFound', '400 invalid', '400 badRequest'], async (bed) => {
    const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId, MONDAYS);
    return endOf(change(bed, calendarId, `${id}_20270202T090000Z`, { summary: 'x' }));
  });
  uncertain('an exception\'s title after the series\' times changed', ['gone with its slot', 'kept, at its own time', 'the series\''], async (bed) => {
    const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId, MONDAYS);
    await change(bed, calendarId, `${id}_${STAMPS[1]}`, { summary: 'own' });
    await change(bed, calendarId, id, timed('2027-02-01T12:00:00', '2027-02-01T13:00:00'));
    const found = (await instances(bed, calendarId, id)).find((each) => each.start?.dateTime?.startsWith('2027-02-08'));
    return found?.summary !== 'own' ? (found === undefined || found.id === `${id}_20270208T110000Z` ? 'gone with its slot' : 'the series\'') : 'kept, at its own time';
  });
  uncertain('an exception\'s title after the series got another one', ['its own', 'the series\''], async (bed) => {
    const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId, MONDAYS), eventId = `${id}_${STAMPS[1]}`;
    await change(bed, calendarId, eventId, { summary: 'own' });
    await change(bed, calendarId, id, { summary: 'new' });
    return (await get(bed.coach, calendarId, eventId)).summary === 'own' ? 'its own' : 'the series\'';
  });
  uncertain('an update of a rule is applied', ['applied', 'answered 200, and not applied'], async (bed) => {
    const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId, MONDAYS);
    await change(bed, calendarId, id, { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'] });
    const found = await instances(bed, calendarId, id);
    return found.length === 2 ? 'applied' : 'answered 200, and not applied';
  });
  fact('doc', 'originalStartTime survives a move of the occurrence, and finds it', async (bed) => {
    const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId, MONDAYS);
    await change(bed, calendarId, `${id}_${STAMPS[1]}`, timed('2027-02-10T18:00:00', '2027-02-10T19:00:00'));
    const [found, ...others] = await instances(bed, calendarId, id, { originalStart: '2027-02-08T10:00:00+01:00' });
    expect([found?.id, Date.parse(found?.originalStartTime?.dateTime ?? ''), found?.start?.dateTime, others]).toEqual([`${id}_${STAMPS[1]}`, Date.parse('2027-02-08T09:00:00Z'), '2027-02-10T18:00:00+01:00', []]);
  });
});

describe('3.4 Delete, undelete, 404 and 410', () => {
  fact('doc', 'get of a deleted event: 200, cancelled', async (bed) => {
    const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId);
    await remove(bed, calendarId, id);
    const { status, data } = await bed.coach.api.events.get({ calendarId, eventId: id });
    expect([status, data.status]).toEqual([200, 'cancelled']);
  });
  uncertain.provoked('a deleted event disappears in the end', ['404', '200'], async (bed) => {
    const { id } = await insert(bed, 'primary');
    await remove(bed, 'primary', id);
    await bed.control('POST', '/clock', { offsetMs: 400 * 86_400_000 });
    const end = await endOf(get(bed.coach, 'primary', id));
    return end === 'taken' ? '200' : end.slice(0, 3);
  });
  fact.provoked('2nd', 'an id of an event that has disappeared stays taken', async (bed) => {
    const { id } = await insert(bed, 'primary');
    await remove(bed, 'primary', id);
    await bed.control('POST', '/clock', { offsetMs: 400 * 86_400_000 });
    expect(await refusal(bed.coach.api.events.insert({ calendarId: 'primary', requestBody: { ...HOUR, id } }))).toMatchObject({ status: 409, reason: 'duplicate' });
  });
  fact('doc', 'delete of a deleted event: 410 deleted', async (bed) => {
    const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId);
    await remove(bed, calendarId, id);
    expect(await refusal(remove(bed, calendarId, id))).toMatchObject({ status: 410, reason: 'deleted' });
  });
  fact('doc', 'an id that never existed: 404 notFound for get, patch, update and delete', async (bed) => {
    const calendarId = await bed.scratch(), id = bed.freshId();
    for (const call of [get(bed.coach, calendarId, id), change(bed, calendarId, id, { summary: 'x' }), put(bed, calendarId, id, HOUR), remove(bed, calendarId, id)]) {
      expect(await refusal(call)).toMatchObject({ status: 404, reason: 'notFound' });
    }
  });
  fact('doc', 'a calendar that is not visible: 404 notFound', async (bed) => {
    const calendarId = `c_${bed.freshId()}@group.calendar.google.com`;
    expect(await refusal(bed.coach.api.events.insert({ calendarId, requestBody: HOUR }))).toMatchObject({ status: 404, reason: 'notFound' });
    expect(await refusal(get(bed.coach, calendarId, bed.freshId()))).toMatchObject({ status: 404, reason: 'notFound' });
  });
  fact('2nd', 'insert with a deleted id: 409 duplicate', async (bed) => {
    const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId, { ...HOUR, id: bed.freshId() });
    await remove(bed, calendarId, id);
    expect(await refusal(bed.coach.api.events.insert({ calendarId, requestBody: { ...HOUR, id } }))).toMatchObject({ status: 409, reason: 'duplicate' });
  });
  fact('2nd', 'patch with status confirmed restores', async (bed) => {
    const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId, { ...HOUR, location: 'l' });
    await remove(bed, calendarId, id);
    expect(await change(bed, calendarId, id, { status: 'confirmed' })).toMatchObject({ id, status: 'confirmed', summary: 'One hour', location: 'l' });
    expect((await listAll(bed.coach.api, { calendarId })).items.map((each) => each.id)).toEqual([id]);
  });
  fact('2nd', 'update with status confirmed restores', async (bed) => {
    const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId);
    await remove(bed, calendarId, id);
    expect(await put(bed, calendarId, id, { ...HOUR, status: 'confirmed' })).toMatchObject({ id, status: 'confirmed' });
  });
  fact('rec', 'PUT of an unchanged cancelled event: 200, still cancelled, etag unchanged', async (bed) => {
    const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId);
    await remove(bed, calendarId, id);
    const deleted = await get(bed.coach, calendarId, id);
    expect(await put(bed, calendarId, id, deleted)).toMatchObject({ status: 'cancelled', etag: deleted.etag });
  });
  uncertain('a write that changes nothing', ['keeps the etag', 'a new etag'], async (bed) => {
    const calendarId = await bed.scratch(), { id, etag } = await insert(bed, calendarId);
    return (await change(bed, calendarId, id, { summary: 'One hour' })).etag === etag ? 'keeps the etag' : 'a new etag';
  });
  uncertain('a write that changes nothing is seen by an incremental list', ['no', 'yes'], async (bed) => {
    const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId), token = await tokenOf(bed, calendarId);
    await change(bed, calendarId, id, { summary: 'One hour' });
    return (await changes(bed, calendarId, token)).length === 0 ? 'no' : 'yes';
  });
  uncertain('a PUT with a sequence below the present one (question 7)', ['taken', '400 invalid'], async (bed) => {
    const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId);
    await change(bed, calendarId, id, LATER);
    return endOf(put(bed, calendarId, id, { ...HOUR, summary: 'stale', sequence: 0 }));
  });
});

/** The guest's copy of an event, once it is there. */
const copyOf = (bed: BedOfTwo, { iCalUID }: Event): Promise<Event & { id: string }> => eventually(async () => {
  const [copy] = (await listAll(bed.guest.api, { calendarId: 'primary', iCalUID: iCalUID ?? '' })).items;
  expect(copy).toBeDefined();
  return { ...copy, id: copy?.id ?? '' };
});
const changeCopy = async (bed: BedOfTwo, eventId: string, requestBody: Event): Promise<Event> => (await bed.guest.api.events.patch({ calendarId: 'primary', eventId, requestBody, sendUpdates: 'none' })).data;
const invited = (bed: BedOfTwo, more: Event = {}): Promise<Made> => insert(bed, 'primary', { ...HOUR, attendees: [{ email: bed.guest.email }], ...more });

describe('3.5 Copies on guests\' calendars', () => {
  fact.ofTwo('doc', 'title, text, place and times flow from the organizer to the guest', async (bed) => {
    const made = await invited(bed, { description: 'd' }), copy = await copyOf(bed, made);
    expect(copy).toMatchObject({ summary: 'One hour', description: 'd', organizer: { email: bed.coach.email } });
    await change(bed, 'primary', made.id, { summary: 'new', description: 'e', location: 'l', ...LATER });
    await eventually(async () => {
      const { summary, description, location, start } = await get(bed.guest, 'primary', copy.id);
      expect([summary, description, location, Date.parse(start?.dateTime ?? '')]).toEqual(['new', 'e', 'l', Date.parse('2027-02-02T14:00:00Z')]);
    });
  });
  fact.ofTwo('doc', 'a guest\'s own edit stays on their copy', async (bed) => {
    const made = await invited(bed), copy = await copyOf(bed, made);
    await changeCopy(bed, copy.id, { summary: 'mine' });
    expect((await get(bed.guest, 'primary', copy.id)).summary).toBe('mine');
    await respond(bed, made.id, 'tentative');
    expect((await get(bed.coach, 'primary', made.id)).summary).toBe('One hour');
  });
  fact.ofTwo('doc', 'a guest\'s own edit may be overwritten by the organizer\'s', async (bed) => {
    const made = await invited(bed), copy = await copyOf(bed, made);
    await changeCopy(bed, copy.id, { summary: 'mine' });
    await change(bed, 'primary', made.id, { summary: 'the organizer\'s' });
    await eventually(async () => expect((await get(bed.guest, 'primary', copy.id)).summary).toBe('the organizer\'s'));
  });
  fact.ofTwo('doc', 'responseStatus flows back', async (bed) => {
    const made = await invited(bed);
    await copyOf(bed, made);
    for (const answer of ['accepted', 'tentative', 'declined']) await respond(bed, made.id, answer);
  });
  const own: [string, Event, Event][] = [
    ['reminders', { reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 7 }] } }, { reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 9 }] } }],
    ['colorId', { colorId: '3' }, { colorId: '5' }],
    ['transparency', { transparency: 'transparent' }, { transparency: 'opaque' }],
    ['extendedProperties.private', { extendedProperties: { private: { k: 'guest' } } }, { extendedProperties: { private: { k: 'organizer' } } }],
  ];
  for (const [name, guests, organizers] of own) {
    fact.ofTwo('doc', `${name} is private to each copy`, async (bed) => {
      const made = await invited(bed), copy = await copyOf(bed, made);
      await changeCopy(bed, copy.id, guests);
      await change(bed, 'primary', made.id, { ...organizers, location: 'a sign' });
      await eventually(async () => expect(await get(bed.guest, 'primary', copy.id)).toMatchObject({ location: 'a sign', ...guests }));
      const shown = await get(bed.coach, 'primary', made.id);
      if (name === 'transparency') expect(shown).not.toHaveProperty('transparency');
      else expect(shown).toMatchObject(organizers);
    });
  }
  fact.ofTwo('doc', 'a guest taken off the list loses the copy', async (bed) => {
    const made = await invited(bed), copy = await copyOf(bed, made);
    await change(bed, 'primary', made.id, { attendees: [] });
    await eventually(async () => expect((await get(bed.guest, 'primary', copy.id)).status).toBe('cancelled'));
  });
  fact.ofTwo('doc', 'the organizer\'s deletion cancels the copies', async (bed) => {
    const made = await invited(bed), copy = await copyOf(bed, made);
    await remove(bed, 'primary', made.id);
    await eventually(async () => expect((await get(bed.guest, 'primary', copy.id)).status).toBe('cancelled'));
  });
  fact.ofTwo('doc', 'a guest\'s deletion is a no to the organizer', async (bed) => {
    const made = await invited(bed), copy = await copyOf(bed, made);
    await bed.guest.api.events.delete({ calendarId: 'primary', eventId: copy.id, sendUpdates: 'none' });
    await eventually(async () => expect(answerOf(await get(bed.coach, 'primary', made.id), bed.guest.email)).toBe('declined'));
  });
  fact.ofTwo('doc', 'guestsCanModify: a guest\'s change of the event is the organizer\'s, too', async (bed) => {
    const made = await invited(bed, { guestsCanModify: true }), copy = await copyOf(bed, made);
    await changeCopy(bed, copy.id, { summary: 'by the guest' });
    await eventually(async () => expect((await get(bed.coach, 'primary', made.id)).summary).toBe('by the guest'));
  });
  fact.ofTwo('doc', 'guestsCanInviteOthers (the default): a guest adds guests', async (bed) => {
    const made = await invited(bed), copy = await copyOf(bed, made);
    await changeCopy(bed, copy.id, { attendees: [{ email: bed.guest.email }, { email: bed.coach.email }] });
    await eventually(async () => expect((await get(bed.coach, 'primary', made.id)).attendees?.map((each) => each.email).sort()).toEqual([bed.coach.email, bed.guest.email].sort()));
  });

  describe('whether a copy appears is the guest\'s setting', () => {
    const settings: [string, object, boolean][] = [
      ['everyone', { from: 'everyone' }, true], ['known senders, of whom the organizer is one', { from: 'knownSenders', known: ['coach.ana@example.com'] }, true],
      ['known senders, of whom the organizer is none', { from: 'knownSenders' }, false], ['only after a reply', { from: 'afterReply' }, false],
    ];
    for (const [name, setting, appears] of settings) {
      fact.provoked('doc', `${name}: ${appears ? 'at once' : 'not by itself'}`, async (bed) => {
        await bed.control('POST', `/accounts/${bed.guest.email}/invitations`, setting);
        const made = await invited(bed), shown = async () => (await listAll(bed.guest.api, { calendarId: 'primary' })).items.map((each) => each.id);
        expect(await shown()).toEqual(appears ? [made.id] : []);
        await bed.control('POST', '/mail/reply', { calendarId: bed.coach.email, eventId: made.id, email: bed.guest.email, responseStatus: 'accepted' });
        expect(await shown()).toEqual([made.id]);
      });
    }
    fact.provoked('doc', 'an answer that the organizer sets on create does not make it appear', async (bed) => {
      await bed.control('POST', `/accounts/${bed.guest.email}/invitations`, { from: 'afterReply' });
      await invited(bed, { attendees: [{ email: bed.guest.email, responseStatus: 'accepted' }] });
      expect((await listAll(bed.guest.api, { calendarId: 'primary' })).items).toEqual([]);
    });
  });
  fact.provoked('doc', 'above 200 guests answers are not propagated', async (bed) => {
    const crowd = (count: number): Event => ({ attendees: [{ email: bed.guest.email }, ...Array.from({ length: count - 1 }, (_, i) => ({ email: `g${i}@crowd.example` }))] });
    for (const [count, seen] of [[200, 'accepted'], [201, 'needsAction']] as const) {
      const made = await invited(bed, crowd(count));
      await changeCopy(bed, made.id, { attendeesOmitted: true, attendees: [{ email: bed.guest.email, responseStatus: 'accepted' }] });
      expect([answerOf(await get(bed.coach, 'primary', made.id), bed.guest.email), answerOf(await get(bed.guest, 'primary', made.id), bed.guest.email)], String(count)).toEqual([seen, 'accepted']);
    }
  });
  uncertain.ofTwo('ids of a guest\'s copy', ['same id, same iCalUID', 'another id, same iCalUID'], async (bed) => {
    const made = await invited(bed), copy = await copyOf(bed, made);
    return `${copy.id === made.id ? 'same' : 'another'} id, ${copy.iCalUID === made.iCalUID ? 'same' : 'another'} iCalUID`;
  });
  fact.ofTwo('2nd', 'occurrences match across calendars by iCalUID and originalStartTime', async (bed) => {
    const made = await invited(bed, MONDAYS);
    await copyOf(bed, made);
    await change(bed, 'primary', `${made.id}_${STAMPS[1]}`, { summary: 'other', ...timed('2027-02-10T18:00:00', '2027-02-10T19:00:00') });
    const slotOf = (event: Event | undefined): unknown[] => [event?.iCalUID, Date.parse(event?.originalStartTime?.dateTime ?? '')];
    await eventually(async () => {
      const copies = (await listAll(bed.guest.api, { calendarId: 'primary', iCalUID: made.iCalUID ?? '' })).items;
      expect(slotOf(copies.find((each) => each.summary === 'other'))).toEqual(slotOf(await get(bed.coach, 'primary', `${made.id}_${STAMPS[1]}`)));
    });
  });
  fact.provoked('doc', 'a service account that acts for nobody cannot set attendees: 403 forbiddenForServiceAccounts', async (bed) => {
    const robot = await robotOf(bed);
    const requestBody = { ...HOUR, attendees: [{ email: bed.guest.email }] };
    expect(await refusal(robot.events.insert({ calendarId: 'primary', requestBody }))).toMatchObject({ status: 403, reason: 'forbiddenForServiceAccounts' });
    const { data } = await robot.events.insert({ calendarId: 'primary', requestBody: HOUR });
    expect(await refusal(robot.events.patch({ calendarId: 'primary', eventId: data.id ?? '', requestBody }))).toMatchObject({ status: 403, reason: 'forbiddenForServiceAccounts' });
  });
});

/** A service account without delegation, with the token endpoint's answer to its assertion. */
async function robotOf(bed: ProvokedBed): Promise<Api> {
  const { JWT } = await import('google-auth-library');
  const email = 'robot@project.iam.gserviceaccount.com';
  const file = await bed.control('POST', '/service-accounts', { email }) as { private_key: string };
  const auth = new JWT({ email, key: file.private_key, scopes: [`${SCOPE}calendar`], transporterOptions: {
    fetchImplementation: (input: unknown, init: unknown) => { const to = new URL(String(input)); return fetch(to.hostname === 'oauth2.googleapis.com' ? bed.url + to.pathname : to, init as RequestInit); },
  } });
  return clientWith(auth, bed.url);
}

describe('3.6 Move', () => {
  const move = async (bed: Bed, from: string, eventId: string, destination: string): Promise<Event> => (await bed.coach.api.events.move({ calendarId: from, eventId, destination, sendUpdates: 'none' })).data;
  fact('doc', 'the event has another organizer, and the same id, on the destination', async (bed) => {
    const [from, to] = [await bed.scratch(), await bed.scratch('Europe/Berlin', 'makeway contract suite, second (may be deleted)')], { id, iCalUID } = await insert(bed, from);
    await move(bed, from, id, to);
    await eventually(async () => expect(await get(bed.coach, to, id)).toMatchObject({ id, iCalUID, status: 'confirmed', summary: 'One hour', organizer: { email: to, self: true } }));
  });
  fact('doc', 'an old organizer who is not invited keeps a cancelled row', async (bed) => {
    const [from, to] = [await bed.scratch(), await bed.scratch()], { id } = await insert(bed, from), token = await tokenOf(bed, from);
    await move(bed, from, id, to);
    await eventually(async () => expect((await changes(bed, from, token)).map((each) => [each.id, each.status])).toEqual([[id, 'cancelled']]));
    expect((await listAll(bed.coach.api, { calendarId: from })).items).toEqual([]);
  });
  fact.ofTwo('doc', 'an old organizer who is invited keeps the event', async (bed) => {
    const to = await bed.scratch(), { id } = await insert(bed, 'primary', { ...HOUR, attendees: [{ email: bed.coach.email, responseStatus: 'accepted' }, { email: bed.guest.email }] });
    await move(bed, 'primary', id, to);
    await eventually(async () => expect(await get(bed.coach, 'primary', id)).toMatchObject({ status: 'confirmed', organizer: { email: to } }));
    await bed.coach.api.events.delete({ calendarId: to, eventId: id, sendUpdates: 'none' });
  });
  uncertain('the answer of a move', ['the source copy, cancelled', 'the destination\'s event'], async (bed) => {
    const [from, to] = [await bed.scratch(), await bed.scratch()], { id } = await insert(bed, from), answer = await move(bed, from, id, to);
    expect([answer.id, answer.organizer?.email, answer.sequence]).toEqual([id, to, 0]);
    return answer.status === 'cancelled' ? 'the source copy, cancelled' : 'the destination\'s event';
  });
  uncertain('a repeated move', ['taken', '404 notFound', '400 invalid'], async (bed) => {
    const [from, to] = [await bed.scratch(), await bed.scratch()], { id } = await insert(bed, from);
    await move(bed, from, id, to);
    return endOf(move(bed, from, id, to));
  });
  for (const eventType of ['focusTime', 'outOfOffice', 'workingLocation', 'birthday']) {
    fact('doc', `${eventType} is refused`, async (bed) => {
      const shapes: Record<string, Event> = {
        workingLocation: { ...allDay('2027-02-02', '2027-02-03'), visibility: 'public', transparency: 'transparent', workingLocationProperties: { type: 'homeOffice', homeOffice: {} } },
        birthday: { ...allDay('2027-02-02', '2027-02-03'), visibility: 'private', transparency: 'transparent', recurrence: ['RRULE:FREQ=YEARLY'] },
      };
      const to = await bed.scratch(), { id } = await insert(bed, 'primary', { ...HOUR, eventType, ...shapes[eventType] });
      expect((await refusal(move(bed, 'primary', id, to))).status).toBe(400);
    });
  }
  fact.provoked('doc', 'fromGmail is refused', async (bed) => {
    await bed.control('POST', '/events', { calendarId: bed.coach.email, events: [{ id: 'frommail', eventType: 'fromGmail', ...HOUR }] });
    const { data: room } = await bed.coach.api.calendars.insert({ requestBody: { summary: 'room' } });
    expect((await refusal(move(bed, 'primary', 'frommail', room.id ?? ''))).status).toBe(400);
  });
  uncertain('moving a single instance of a series (question 1)', ['400 cannotChangeOrganizerOfInstance', '400 badRequest', '400 invalid', '403 forbidden'], async (bed) => {
    const [from, to] = [await bed.scratch(), await bed.scratch()], { id } = await insert(bed, from, MONDAYS);
    const end = await endOf(move(bed, from, `${id}_${STAMPS[1]}`, to));
    expect(end).not.toBe('taken');
    return end;
  });
  fact('doc', 'a destination that is not visible is refused', async (bed) => {
    const from = await bed.scratch(), { id } = await insert(bed, from);
    expect((await refusal(move(bed, from, id, `c_${bed.freshId()}@group.calendar.google.com`))).status).toBe(404);
    expect((await get(bed.coach, from, id)).status).toBe('confirmed');
  });
  fact.provoked('doc', 'needs write access to both calendars', async (bed) => {
    const { id } = await insert(bed, 'primary');
    const share = (role: string) => bed.guest.api.acl.insert({ calendarId: bed.guest.email, requestBody: { role, scope: { type: 'user', value: bed.coach.email } } });
    await share('reader');
    expect((await refusal(move(bed, 'primary', id, bed.guest.email))).status).toBe(403);
    const { data: theirs } = await bed.guest.api.events.insert({ calendarId: 'primary', requestBody: HOUR });
    expect((await refusal(move(bed, bed.guest.email, theirs.id ?? '', bed.coach.email))).status).toBe(403);
    await share('writer');
    expect((await move(bed, 'primary', id, bed.guest.email)).organizer?.email).toBe(bed.guest.email);
  });
  fact.provoked('doc', 'calendar.app.created is not accepted', async (bed) => {
    const app = appAt(bed.url);
    app.setCredentials(await signIn(app, bed.coach.email, { scope: [`${SCOPE}calendar.app.created`] }));
    const api = clientWith(app, bed.url);
    const calendars = [];
    for (const summary of ['one', 'two']) calendars.push((await api.calendars.insert({ requestBody: { summary } })).data.id ?? '');
    const [from = '', destination = ''] = calendars;
    const { data } = await api.events.insert({ calendarId: from, requestBody: HOUR });
    expect(await refusal(api.events.move({ calendarId: from, eventId: data.id ?? '', destination }))).toMatchObject({ status: 403, reason: 'insufficientPermissions' });
  });
  fact('doc', 'a series moves with its exceptions', async (bed) => {
    const [from, to] = [await bed.scratch(), await bed.scratch()], { id } = await insert(bed, from, MONDAYS);
    await change(bed, from, `${id}_${STAMPS[1]}`, { summary: 'other' });
    await move(bed, from, id, to);
    await eventually(async () => expect((await instances(bed, to, id)).map((each) => each.summary)).toEqual(['Mondays', 'other', 'Mondays', 'Mondays']));
  });
});

describe('3.7 Ambiguous outcomes', () => {
  const saga = (id: string): Event => ({ ...HOUR, id, extendedProperties: { private: { sagaId: id } } });
  const outcomes: [string, object, boolean, (end: { status?: number; response?: unknown; code?: unknown }) => void][] = [
    ['no response, and no effect', { mode: 'dropRequest' }, false, ({ response, code }) => expect([response, code]).toEqual([undefined, 'ECONNRESET'])],
    ['no response, and the effect', { mode: 'dropAnswer' }, true, ({ response, code }) => expect([response, code]).toEqual([undefined, 'ECONNRESET'])],
    ['a 5xx, and no effect', { status: 503 }, false, ({ status }) => expect(status).toBe(503)],
    ['a 5xx, and the effect', { status: 503, applied: true }, true, ({ status }) => expect(status).toBe(503)],
  ];
  for (const [name, rule, isApplied, check] of outcomes) {
    fact.provoked('run', `insert: ${name}: reading by the chosen id tells`, async (bed) => {
      const id = bed.freshId();
      await bed.control('POST', '/rules', { kind: 'events.insert', ...rule });
      const [settled] = await Promise.allSettled([bed.coach.api.events.insert({ calendarId: 'primary', requestBody: saga(id) })]);
      expect(settled.status).toBe('rejected');
      check((settled as PromiseRejectedResult).reason as { status?: number });
      if (isApplied) expect((await get(bed.coach, 'primary', id)).extendedProperties?.private?.['sagaId']).toBe(id);
      else expect(await refusal(get(bed.coach, 'primary', id))).toMatchObject({ status: 404 });
      expect(await endOf(bed.coach.api.events.insert({ calendarId: 'primary', requestBody: saga(id) }))).toBe(isApplied ? '409 duplicate' : 'taken');
    });
    fact.provoked('run', `patch of an instance: ${name}: reading its times tells`, async (bed) => {
      const { id } = await insert(bed, 'primary', MONDAYS), eventId = `${id}_${STAMPS[1]}`;
      await bed.control('POST', '/rules', { kind: 'events.patch', ...rule });
      const [settled] = await Promise.allSettled([change(bed, 'primary', eventId, timed('2027-02-10T18:00:00', '2027-02-10T19:00:00'))]);
      expect(settled.status).toBe('rejected');
      check((settled as PromiseRejectedResult).reason as { status?: number });
      expect((await get(bed.coach, 'primary', eventId)).start?.dateTime).toBe(isApplied ? '2027-02-10T18:00:00+01:00' : '2027-02-08T10:00:00+01:00');
    });
  }
});

describe('10 What tests can provoke', () => {
  describe('2 The change log', () => {
    fact('rec', 'etag is twice a revision in microseconds, of which updated shows the milliseconds', async (bed) => {
      const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId);
      for (const event of [await get(bed.coach, calendarId, id), await change(bed, calendarId, id, { summary: 'other' })]) {
        const twice = Number(/^"(\d+)"$/.exec(event.etag ?? '')?.[1]);
        expect([twice % 2, Math.floor(twice / 2000)]).toEqual([0, Date.parse(event.updated ?? '')]);
      }
    });
    fact.provoked('rec', 'revisions rise from write to write, whichever calendar', async (bed) => {
      const { id } = await insert(bed, 'primary'), seen: number[] = [];
      for (let i = 0; i < 5; i++) seen.push(Number((await change(bed, 'primary', id, { summary: `s${i}` })).etag?.slice(1, -1)));
      expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
    });
  });

  describe('6 Exceptions', () => {
    fact.ofTwo('rec', 'RSVP only: an exception at its original start, seen by both', async (bed) => {
      const made = await invited(bed, MONDAYS), eventId = `${made.id}_${STAMPS[1]}`;
      await copyOf(bed, made);
      await respond(bed, eventId, 'declined');
      const declined = await get(bed.coach, 'primary', eventId);
      expect(declined.start).toEqual(declined.originalStartTime);
      expect(answerOf(await get(bed.coach, 'primary', made.id), bed.guest.email)).toBe('needsAction');
    });
    fact.ofTwo('2nd', 'an orphan: who is invited to one occurrence has it without its series', async (bed) => {
      const { id } = await insert(bed, 'primary', MONDAYS), eventId = `${id}_${STAMPS[1]}`;
      const occurrence = await change(bed, 'primary', eventId, { attendees: [{ email: bed.guest.email }] });
      const copy = await copyOf(bed, occurrence);
      expect(copy).toMatchObject({ recurringEventId: id });
      expect(Date.parse(copy.originalStartTime?.dateTime ?? '')).toBe(Date.parse('2027-02-08T09:00:00Z'));
      expect((await refusal(get(bed.guest, 'primary', id))).status).toBe(404);
      await bed.guest.api.events.patch({ calendarId: 'primary', eventId: copy.id, sendUpdates: 'none', requestBody: { attendees: [{ email: bed.guest.email, responseStatus: 'accepted' }] } });
      await eventually(async () => expect(answerOf(await get(bed.coach, 'primary', eventId), bed.guest.email)).toBe('accepted'));
    });
    fact.provoked('rec', 'the UI\'s split: _R, a trimmed UNTIL, the rest of the count', async (bed) => {
      const { id, created } = await insert(bed, 'primary', MONDAYS);
      const { trimmed, part } = await bed.control('POST', '/events/split', { calendarId: bed.coach.email, eventId: `${id}_${STAMPS[2]}`, changes: { summary: 'Later' } });
      expect(trimmed).toMatchObject({ id, recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20270214T225959Z'], sequence: 1 });
      expect(part).toMatchObject({ id: `${id}_R20270215T090000`, iCalUID: `${id}_R20270215T090000@google.com`, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'], created, sequence: 1, summary: 'Later' });
      expect((await instances(bed, 'primary', `${id}_R20270215T090000`)).map((each) => [each.id, each.iCalUID])).toEqual(STAMPS.slice(2).map((stamp) => [`${id}_${stamp}`, `${id}_R20270215T090000@google.com`]));
    });
    fact.provoked('rec', 'the UI\'s "delete this and following" only trims', async (bed) => {
      const { id } = await insert(bed, 'primary', MONDAYS);
      await bed.control('POST', '/events/trim', { calendarId: bed.coach.email, eventId: `${id}_${STAMPS[2]}` });
      expect((await instances(bed, 'primary', id)).map((each) => each.id)).toEqual(STAMPS.slice(0, 2).map((stamp) => `${id}_${stamp}`));
    });
  });

  describe('7 Deletes', () => {
    fact('doc', 'minimal in an incremental answer, detailed in get and with showDeleted', async (bed) => {
      const calendarId = await bed.scratch(), { id } = await insert(bed, calendarId), token = await tokenOf(bed, calendarId);
      await remove(bed, calendarId, id);
      const [stub] = await changes(bed, calendarId, token);
      expect([stub?.id, stub?.status]).toEqual([id, 'cancelled']);
      expect((await get(bed.coach, calendarId, id)).summary).toBe('One hour');
      expect((await listAll(bed.coach.api, { calendarId, showDeleted: true })).items.find((each) => each.id === id)?.summary).toBe('One hour');
    });
  });

  describe('8 Propagation', () => {
    fact.provoked('doc', 'copies and answers may lag, and keep their order', async (bed) => {
      const made = await invited(bed);
      await bed.control('POST', '/copies', { mode: 'hold' });
      await change(bed, 'primary', made.id, { summary: 'one' });
      await change(bed, 'primary', made.id, { summary: 'two' });
      await changeCopy(bed, made.id, { attendees: [{ email: bed.guest.email, responseStatus: 'accepted' }] });
      expect([(await get(bed.guest, 'primary', made.id)).summary, answerOf(await get(bed.coach, 'primary', made.id), bed.guest.email)]).toEqual(['One hour', 'needsAction']);
      expect(await bed.control('POST', '/copies/release')).toEqual({ released: 3 });
      expect([(await get(bed.guest, 'primary', made.id)).summary, answerOf(await get(bed.coach, 'primary', made.id), bed.guest.email)]).toEqual(['two', 'accepted']);
    });
    fact.provoked('doc', 'a move with its leftover reaches the guests\' copies', async (bed) => {
      const made = await invited(bed), { data: room } = await bed.coach.api.calendars.insert({ requestBody: { summary: 'room' } });
      await bed.coach.api.events.move({ calendarId: 'primary', eventId: made.id, destination: room.id ?? '' });
      expect(await get(bed.guest, 'primary', made.id)).toMatchObject({ status: 'confirmed', organizer: { email: room.id } });
      expect(await get(bed.coach, 'primary', made.id)).toMatchObject({ status: 'cancelled', organizer: { email: room.id } });
    });
  });
});
