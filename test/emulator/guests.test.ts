import { expect, test } from 'vitest';
import { ANA, DANA, SAM, aWorld, clientFor, mondays, refusal, timed, type World } from './world.js';

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


const aSam = async ({ url, control }: World): Promise<World['ana']> => {
  await control('POST', '/accounts', { email: SAM, name: 'Sam', timeZone: 'UTC' });
  return clientFor(url, SAM);
};
const on = (eventId: string | null | undefined) => ({ calendarId: 'primary', eventId: eventId ?? '' });
const guestsOf = async (api: World['ana'], eventId: string | null | undefined) => (await api.events.get(on(eventId))).data.attendees?.map((each) => each.email);

test('a guest\'s own changes stay on the copy until the organizer\'s next change', async () => {
  const { ana, dana } = await aWorld();
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: session() });
  await dana.events.patch({ ...on(data.id), requestBody: { summary: 'With Ana', description: 'bring notes' } });
  expect((await dana.events.get(on(data.id))).data.summary).toBe('With Ana');
  expect((await ana.events.get(on(data.id))).data.etag).toBe(data.etag);
  await ana.events.patch({ ...on(data.id), requestBody: { location: 'Studio' } });
  const { data: copy } = await dana.events.get(on(data.id));
  expect(copy).toMatchObject({ summary: 'Session', location: 'Studio' });
  expect(copy.description).toBeUndefined();
});

test('with guestsCanModify a guest changes the event for everybody, but not what is private to a copy, nor what only organizers set', async () => {
  const world = await aWorld();
  const { ana, dana } = world, sam = await aSam(world);
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: session({ guestsCanModify: true }) });
  await dana.events.patch({ ...on(data.id), requestBody: { summary: 'Moved by Dana', colorId: '3', ...timed('2026-11-30T16:00:00', '2026-11-30T17:00:00') } });
  const { data: atAnas } = await ana.events.get(on(data.id));
  expect(atAnas).toMatchObject({ summary: 'Moved by Dana', sequence: 1, start: { dateTime: '2026-11-30T16:00:00+01:00' } });
  expect(atAnas.colorId).toBeUndefined();
  expect((await dana.events.get(on(data.id))).data).toMatchObject({ sequence: 1, colorId: '3' });
  expect((await sam.events.get(on(data.id))).data).toMatchObject({ summary: 'Moved by Dana', start: { dateTime: '2026-11-30T15:00:00Z' } });
  await dana.events.patch({ ...on(data.id), requestBody: { attendees: [{ email: DANA, responseStatus: 'accepted' }] } });
  expect(await guestsOf(ana, data.id)).toEqual([DANA]);
  expect((await sam.events.get(on(data.id))).data.status).toBe('cancelled');
  for (const requestBody of [{ guestsCanModify: false }, { guestsCanInviteOthers: false }, { extendedProperties: { shared: { a: 'b' } } }]) {
    expect(await refusal(dana.events.patch({ ...on(data.id), requestBody })), JSON.stringify(requestBody)).toEqual({ status: 403, reason: 'forbiddenForNonOrganizer' });
  }
});

test('guests add guests unless the organizer forbids it; without guestsCanModify they take nobody off', async () => {
  const world = await aWorld();
  const { ana, dana } = world, sam = await aSam(world);
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: session({ attendees: [{ email: DANA }, { email: 'other@x.example', responseStatus: 'tentative' }] }) });
  await dana.events.patch({ ...on(data.id), requestBody: { attendees: [{ email: DANA, responseStatus: 'accepted' }, { email: SAM }] } });
  const { data: seen } = await sam.events.get(on(data.id));
  expect(seen.attendees?.map((each) => [each.email, each.responseStatus])).toEqual([[DANA, 'accepted'], ['other@x.example', 'tentative'], [SAM, 'needsAction']]);
  expect(await guestsOf(ana, data.id)).toEqual([DANA, 'other@x.example', SAM]);
  await ana.events.patch({ ...on(data.id), requestBody: { guestsCanInviteOthers: false } });
  const adding = dana.events.patch({ ...on(data.id), requestBody: { attendees: [{ email: DANA }, { email: 'fourth@x.example' }] } });
  expect(await refusal(adding)).toEqual({ status: 403, reason: 'forbiddenForNonOrganizer' });
  expect(await guestsOf(ana, data.id)).toEqual([DANA, 'other@x.example', SAM]);
});

test('an event of the guest\'s own under the same id and iCalUID is not taken for a copy', async () => {
  const { ana, dana } = await aWorld();
  const { data: own } = await dana.events.insert({ calendarId: 'primary', requestBody: { id: 'same0both0sides', summary: 'Dana\'s', ...timed('2026-11-30T09:00:00', '2026-11-30T10:00:00') } });
  await ana.events.insert({ calendarId: 'primary', requestBody: session({ id: 'same0both0sides' }) });
  await ana.events.delete(on('same0both0sides'));
  expect((await dana.events.get(on('same0both0sides'))).data).toEqual(own);
});

test('a PUT by a guest resets what is theirs, and leaves what is the organizer\'s', async () => {
  const { ana, dana } = await aWorld();
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: session({ guestsCanInviteOthers: false, extendedProperties: { shared: { s: '1' } }, ...timed('2026-11-30T13:00:00', '2026-11-30T14:00:00') }) });
  await dana.events.patch({ ...on(data.id), requestBody: { colorId: '4', extendedProperties: { private: { p: '1' } } } });
  const { data: put } = await dana.events.update({ ...on(data.id), requestBody: timed('2026-11-30T13:00:00', '2026-11-30T14:00:00') });
  expect(put).toMatchObject({ guestsCanInviteOthers: false, extendedProperties: { shared: { s: '1' } } });
  expect([put.colorId, put.extendedProperties?.private, put.attendees?.length]).toEqual([undefined, undefined, 2]);
  expect(await guestsOf(ana, data.id)).toEqual([DANA, SAM]);
});

test('attendeesOmitted limits a write to the caller\'s own answer', async () => {
  const { ana, dana } = await aWorld();
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: session() });
  const requestBody = { attendeesOmitted: true, summary: 'not looked at', attendees: [{ email: DANA, responseStatus: 'tentative', comment: 'late' }, { email: SAM, responseStatus: 'declined' }] };
  const { data: copy } = await dana.events.patch({ ...on(data.id), requestBody });
  expect(copy.summary).toBe('Session');
  expect((await ana.events.get(on(data.id))).data.attendees).toEqual([{ email: DANA, responseStatus: 'tentative', comment: 'late' }, { email: SAM, responseStatus: 'needsAction' }]);
});

test('above 200 guests an answer stays on the guest\'s own copy', async () => {
  const { ana, dana } = await aWorld();
  const many = (count: number) => [{ email: DANA }, ...Array.from({ length: count - 1 }, (_, i) => ({ email: `g${i}@x.example` }))];
  const answered = async (count: number) => {
    const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: session({ attendees: many(count) }) });
    await dana.events.patch({ ...on(data.id), requestBody: { attendeesOmitted: true, attendees: [{ email: DANA, responseStatus: 'accepted' }] } });
    return Promise.all([ana, dana].map(async (api) => (await api.events.get(on(data.id))).data.attendees?.find((each) => each.email === DANA)?.responseStatus));
  };
  expect(await answered(200)).toEqual(['accepted', 'accepted']);
  expect(await answered(201)).toEqual(['needsAction', 'accepted']);
});

test('a guest who takes back a deletion answers again; a revived invitation comes back to all who did not leave', async () => {
  const { ana, dana } = await aWorld();
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: session({ attendees: [{ email: DANA, responseStatus: 'accepted' }] }) });
  const answer = async () => (await ana.events.get(on(data.id))).data.attendees?.[0]?.responseStatus;
  await dana.events.patch({ ...on(data.id), requestBody: { status: 'cancelled' } });
  expect(await answer()).toBe('declined');
  await dana.events.patch({ ...on(data.id), requestBody: { status: 'confirmed' } });
  expect(await answer()).toBe('accepted');
  await ana.events.delete(on(data.id));
  expect((await dana.events.get(on(data.id))).data.status).toBe('cancelled');
  await ana.events.patch({ ...on(data.id), requestBody: { status: 'confirmed' } });
  expect((await dana.events.get(on(data.id))).data.status).toBe('confirmed');
});

test('an occurrence that only a guest changed follows the series, and an orphan falls with it', async () => {
  const world = await aWorld();
  const { ana, dana } = world, sam = await aSam(world);
  const { data: series } = await ana.events.insert({ calendarId: 'primary', requestBody: mondays({ attendees: [{ email: DANA }] }) });
  const slot = `${series.id}_20261026T120000Z`;
  await dana.events.patch({ ...on(slot), requestBody: { colorId: '7' } });
  await ana.events.patch({ ...on(series.id), requestBody: { summary: 'Renamed', end: { dateTime: '2026-10-05T14:30:00' } } });
  expect((await dana.events.get(on(slot))).data).toMatchObject({ summary: 'Renamed', colorId: '7', end: { dateTime: '2026-10-26T13:30:00Z' } });
  await ana.events.patch({ ...on(`${series.id}_20261102T120000Z`), requestBody: { attendees: [{ email: DANA }, { email: SAM }] } });
  expect((await sam.events.get(on(`${series.id}_20261102T120000Z`))).data).toMatchObject({ status: 'confirmed', recurringEventId: series.id });
  await ana.events.delete(on(series.id));
  expect((await sam.events.get(on(`${series.id}_20261102T120000Z`))).data.status).toBe('cancelled');
  expect((await dana.events.get(on(slot))).data.status).toBe('cancelled');
  await ana.events.patch({ ...on(series.id), requestBody: { status: 'confirmed' } });
  expect((await sam.events.get(on(`${series.id}_20261102T120000Z`))).data.status).toBe('confirmed');
  expect((await dana.events.get(on(slot))).data).toMatchObject({ status: 'confirmed', colorId: '7' });
});

test('who writes on a shared calendar is the creator, the calendar the organizer; the source of an event is its creator\'s alone', async () => {
  const { ana, dana, control } = await aWorld();
  const { data: room } = await ana.calendars.insert({ requestBody: { summary: 'Room' } });
  await ana.acl.insert({ calendarId: room.id ?? '', requestBody: { role: 'writer', scope: { type: 'user', value: DANA } } });
  const there = { calendarId: room.id ?? '' };
  const { data } = await dana.events.insert({ ...there, requestBody: { ...session({ attendees: [{ email: ANA }] }), source: { title: 'Plan', url: 'https://plan.example/1' } } });
  expect(data.creator).toEqual({ email: DANA });
  expect(data).toMatchObject({ organizer: { email: room.id, displayName: 'Room', self: true }, source: { title: 'Plan', url: 'https://plan.example/1' } });
  const target = { ...there, eventId: data.id ?? '' };
  expect((await ana.events.get(target)).data.source).toBeUndefined();
  await ana.events.patch({ ...target, requestBody: { source: { title: 'Mine', url: 'https://mine.example' } } });
  await ana.events.update({ ...target, requestBody: session({ attendees: [{ email: ANA }] }) });
  expect((await dana.events.get(target)).data.source).toEqual({ title: 'Plan', url: 'https://plan.example/1' });
  const { data: invited } = await ana.events.get(on(data.id));
  expect(invited).toMatchObject({ organizer: { email: room.id, displayName: 'Room' }, attendees: [{ email: ANA, self: true }] });
  expect(invited.source).toBeUndefined();
  const { writes } = await control('GET', '/writes?since=0') as { writes: { account: string; calendarId: string }[] };
  expect(writes[0]).toMatchObject({ account: DANA, calendarId: room.id });
});

test('a guest may let invitations in from known senders only, or after a reply: then the copy appears', async () => {
  const world = await aWorld();
  const { ana, dana, control } = world, sam = await aSam(world);
  const invite = async (responseStatus = 'needsAction') => (await ana.events.insert({ calendarId: 'primary', requestBody: session({ attendees: [{ email: DANA, responseStatus }, { email: 'ext@x.example' }] }) })).data;
  const reply = (eventId: string | null | undefined, email: string, responseStatus: string) => control('POST', '/mail/reply', { calendarId: ANA, eventId, email, responseStatus, comment: 'by mail' });
  await control('POST', `/accounts/${DANA}/invitations`, { from: 'afterReply' });
  for (const preset of ['needsAction', 'accepted']) {
    const { id } = await invite(preset);
    expect((await refusal(dana.events.get(on(id)))).status, preset).toBe(404);
    await ana.events.patch({ ...on(id), requestBody: { location: 'Studio' } });
    expect((await refusal(dana.events.get(on(id)))).status, preset).toBe(404);
    await reply(id, DANA, 'accepted');
    expect((await dana.events.get(on(id))).data).toMatchObject({ location: 'Studio', attendees: [{ email: DANA, responseStatus: 'accepted', comment: 'by mail' }, {}] });
    await reply(id, 'ext@x.example', 'declined');
    expect((await ana.events.get(on(id))).data.attendees?.map((each) => each.responseStatus)).toEqual(['accepted', 'declined']);
  }
  await control('POST', `/accounts/${DANA}/invitations`, { from: 'knownSenders', known: [ANA] });
  expect((await dana.events.get(on((await invite()).id))).data.status).toBe('confirmed');
  await control('POST', `/accounts/${DANA}/invitations`, { from: 'knownSenders' });
  expect((await refusal(dana.events.get(on((await invite()).id)))).status).toBe(404);
  const { data: ofSams } = await sam.events.insert({ calendarId: 'primary', requestBody: session({ attendees: [{ email: DANA }] }) });
  expect((await dana.events.get(on(ofSams.id))).data.organizer?.email).toBe(SAM);
  await expect(reply((await invite()).id, 'stranger@x.example', 'accepted')).rejects.toThrow(/: 404/);
});

test('a guest who is taken off one occurrence does not learn what it became', async () => {
  const { ana, dana } = await aWorld();
  const { data: series } = await ana.events.insert({ calendarId: 'primary', requestBody: mondays({ attendees: [{ email: DANA }, { email: SAM }] }) });
  const eventId = `${series.id}_20261026T120000Z`;
  await ana.events.patch({ calendarId: 'primary', eventId, requestBody: { summary: 'About Dana', description: 'Secret', attendees: [{ email: SAM }, { email: 'boss@coach.example' }] } });
  const { data } = await dana.events.get({ calendarId: 'primary', eventId });
  expect(data).toMatchObject({ status: 'cancelled', summary: 'Dana', recurringEventId: series.id });
  expect(data.description).toBeUndefined();
  expect(data.attendees?.map((each) => each.email)).toEqual([DANA, SAM]);
  expect((await dana.events.list({ calendarId: 'primary', q: 'secret', showDeleted: true })).data.items).toEqual([]);
});

test('an event of the same id from somebody else does not take the place of a copy', async () => {
  const { url, ana, dana, control } = await aWorld();
  await control('POST', '/accounts', { email: SAM, name: 'Sam', timeZone: 'UTC' });
  const sam = clientFor(url, SAM), on = { calendarId: 'primary', eventId: 'chosen0' };
  await ana.events.insert({ calendarId: 'primary', requestBody: session({ id: 'chosen0', attendees: [{ email: DANA }] }) });
  await sam.events.insert({ calendarId: 'primary', requestBody: session({ id: 'chosen0', summary: 'Not hers', attendees: [{ email: DANA }] }) });
  expect((await dana.events.get(on)).data).toMatchObject({ summary: 'Session', organizer: { email: ANA } });
  await dana.events.patch({ ...on, requestBody: { attendees: [{ email: DANA, responseStatus: 'accepted' }] } });
  const answers = async (api: typeof ana) => (await api.events.get(on)).data.attendees?.map((each) => each.responseStatus);
  expect([await answers(ana), await answers(sam)]).toEqual([['accepted'], ['needsAction']]);
  await sam.events.delete(on);
  expect((await dana.events.get(on)).data.status).toBe('confirmed');
  // One that was moved is the same event still, with another organizer.
  const { data: team } = await ana.calendars.insert({ requestBody: { summary: 'Team' } });
  await ana.events.move({ ...on, destination: team.id ?? '' });
  expect((await dana.events.get(on)).data).toMatchObject({ status: 'confirmed', organizer: { email: team.id } });
});

test('who writes to a copy that is cancelled has not left: a new invitation brings it back', async () => {
  const { ana, dana } = await aWorld();
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: session() });
  const on = { calendarId: 'primary', eventId: data.id ?? '' };
  await ana.events.patch({ ...on, requestBody: { attendees: [] } });
  await dana.events.patch({ ...on, requestBody: { colorId: '5' } });
  await ana.events.patch({ ...on, requestBody: { attendees: [{ email: DANA }] } });
  expect((await dana.events.get(on)).data.status).toBe('confirmed');
  await dana.events.delete(on);
  await dana.events.patch({ ...on, requestBody: { colorId: '6' } });
  await ana.events.patch({ ...on, requestBody: { summary: 'Later' } });
  expect((await dana.events.get(on)).data).toMatchObject({ status: 'cancelled', colorId: '6' });
});

test('a mail can be answered however long the event\'s iCalUID', async () => {
  const { ana, dana, control } = await aWorld();
  await control('POST', `/accounts/${DANA}/invitations`, { from: 'afterReply' });
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: session({ iCalUID: 'ü'.repeat(1_500) }) });
  await control('POST', '/mail/reply', { calendarId: ANA, eventId: data.id, email: DANA, responseStatus: 'accepted' });
  expect((await dana.events.get({ calendarId: 'primary', eventId: data.id ?? '' })).data.iCalUID).toBe(data.iCalUID);
});
