/** Random histories: every kind of write that a coach and a client can make, on calendars of their own. */
import fc from 'fast-check';
import { timed, clientFor, control } from './world.js';
import type { Api, Event, Shape } from './reader.js';

const OCCURRENCES = 4, DAY_MS = 86_400_000;
/** The emulator's now at the start of each test: the events of the histories lie a week ahead of it. */
export const START = '2026-11-23T08:00:00.000Z';

const hour = fc.integer({ min: 8, max: 18 });
const which = fc.nat(7);
const slot = fc.nat(OCCURRENCES - 1);
const one = <K extends string>(kind: K) => fc.record({ do: fc.constant(kind), which });
const ofSlot = <K extends string>(kind: K) => fc.record({ do: fc.constant(kind), which, slot });

const newStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('single' as const, 'invite' as const, 'series' as const, 'sharedSeries' as const, 'day' as const, 'days' as const), at: hour }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('import' as const), uid: fc.nat(2), at: hour }) },
);
const changeStep = fc.oneof(
  fc.record({ do: fc.constant('retime' as const), which, at: hour }),
  one('rename'), one('delete'), one('restore'), one('toSeries'), one('toSingle'), one('toDay'), one('replace'), one('addDate'),
  fc.record({ do: fc.constant('toTimed' as const), which, at: hour }),
  fc.record({ do: fc.constant('trim' as const), which, count: fc.integer({ min: 1, max: OCCURRENCES }) }),
  fc.record({ do: fc.constant('moveInstance' as const), which, slot, at: hour }),
  ofSlot('renameInstance'), ofSlot('deleteInstance'), ofSlot('restoreInstance'), ofSlot('inviteToInstance'),
  one('shareWithGuest'), one('unshare'), one('away'), one('back'),
  fc.record({ do: fc.constantFrom('accept' as const, 'decline' as const), which }),
  ofSlot('declineInstance'), one('guestDeletes'), one('guestRestores'), one('guestColors'), one('letGuestsModify'), one('guestRenames'),
  fc.record({ do: fc.constant('splitAt' as const), which, slot, at: hour }), ofSlot('trimAt'),
);
type NewStep = typeof newStep extends fc.Arbitrary<infer S> ? S : never;
type ChangeStep = typeof changeStep extends fc.Arbitrary<infer S> ? S : never;
export type WriteStep = NewStep | ChangeStep;
export const writeStep: fc.Arbitrary<WriteStep> = fc.oneof({ weight: 1, arbitrary: newStep }, { weight: 5, arbitrary: changeStep });

/** A coach and a client of one run, and a second calendar of the coach. */
export interface Scene {
  readonly url: string;
  readonly ana: Api;
  readonly anaEmail: string;
  readonly dana: Api;
  readonly danaEmail: string;
  readonly other: string;
  readonly prefix: string;
  readonly ids: string[];
  steps: number;
}

/** Accounts that no other run uses. */
export async function openScene(url: string, run: number): Promise<Scene> {
  const [anaEmail, danaEmail] = [`ana${run}@coach.example`, `dana${run}@client.example`];
  await control(url, 'POST', '/accounts', { email: anaEmail, name: 'Ana', timeZone: 'Europe/Berlin' });
  await control(url, 'POST', '/accounts', { email: danaEmail, name: 'Dana', timeZone: 'America/New_York' });
  const ana = clientFor(url, anaEmail);
  const { data } = await ana.calendars.insert({ requestBody: { summary: 'other', timeZone: 'Europe/Berlin' } });
  return { url, ana, anaEmail, dana: clientFor(url, danaEmail), danaEmail, other: data.id ?? '', prefix: `r${run.toString(32).padStart(4, '0')}`, ids: [], steps: 0 };
}

/** Every view that a client may keep up to date. */
export const viewsOf = ({ ana, dana, other }: Scene): [Api, Shape][] =>
  [false, true].flatMap((singleEvents): [Api, Shape][] => [[ana, { singleEvents }], [dana, { singleEvents }], [ana, { singleEvents, calendarId: other }]]);

/** Refusals that belong to a random history: a deleted event deleted again, no such instance, not the guest's to change. */
const REFUSED = [400, 403, 404, 409, 410];
async function attempt<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (!REFUSED.includes((error as { status?: number }).status ?? 0)) throw error;
    return undefined;
  }
}

/** A control call that the history may make in vain, as `attempt` for calls of the API. */
async function inTheInterface(url: string, path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}/control${path}`, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok && !REFUSED.includes(answer.status)) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}

const two = (n: number): string => String(n).padStart(2, '0');
const times = (at: number, day = '2026-11-30'): Event => timed(`${day}T${two(at)}:00:00`, `${day}T${two(at)}:45:00`);
const WEEKLY = `RRULE:FREQ=WEEKLY;COUNT=${OCCURRENCES}`;
const noDate = { date: null }, noTime = { dateTime: null, timeZone: null };

/** Carries out one step. A step that Google would refuse changes nothing. */
export async function perform(scene: Scene, step: WriteStep): Promise<void> {
  scene.steps++;
  if ('which' in step) await change(scene, step);
  else await create(scene, step);
}

async function create({ ana, danaEmail, ids, prefix, steps }: Scene, step: NewStep): Promise<void> {
  const summary = `step ${steps}`, attendees = [{ email: danaEmail }];
  const insert = (body: Event) => {
    const id = `${prefix}${ids.length.toString(32).padStart(3, '0')}`;
    ids.push(id);
    return attempt(ana.events.insert({ calendarId: 'primary', requestBody: { id, summary, ...body } }));
  };
  switch (step.do) {
    case 'single': await insert(times(step.at)); return;
    case 'invite': await insert({ ...times(step.at), attendees }); return;
    case 'series': await insert({ ...times(step.at), recurrence: [WEEKLY] }); return;
    case 'sharedSeries': await insert({ ...times(step.at), recurrence: [WEEKLY], attendees }); return;
    case 'day': await insert({ start: { date: '2026-11-30' }, end: { date: '2026-12-01' } }); return;
    case 'days': await insert({ start: { date: '2026-11-30' }, end: { date: '2026-12-02' }, recurrence: [WEEKLY], attendees }); return;
    case 'import': await attempt(ana.events.import({ calendarId: 'primary', requestBody: { iCalUID: `${prefix}-${step.uid}@elsewhere.example`, summary, ...times(step.at) } })); return;
  }
}

async function change({ url, ana, anaEmail, dana, danaEmail, other, ids, steps }: Scene, step: ChangeStep): Promise<void> {
  const fresh = `step ${steps}`, guests = [{ email: danaEmail }];
  const eventId = ids[step.which % Math.max(1, ids.length)];
  if (eventId === undefined) return;
  const patch = (requestBody: Event, id = eventId, api = ana) => attempt(api.events.patch({ calendarId: 'primary', eventId: id, requestBody }));
  const instance = async (api: Api, nth: number): Promise<string | undefined> => {
    const found = await attempt(api.events.instances({ calendarId: 'primary', eventId, showDeleted: true }));
    return (found?.data.items ?? []).map((each) => each.id ?? '').sort()[nth];
  };
  const onInstance = async (nth: number, work: (id: string) => Promise<unknown>, api = ana): Promise<void> => {
    const id = await instance(api, nth);
    if (id !== undefined) await work(id);
  };
  switch (step.do) {
    case 'retime': await patch(times(step.at)); return;
    case 'rename': await patch({ summary: fresh }); return;
    case 'delete': await attempt(ana.events.delete({ calendarId: 'primary', eventId })); return;
    case 'restore': await patch({ status: 'confirmed' }); return;
    case 'toSeries': await patch({ recurrence: [WEEKLY] }); return;
    case 'toSingle': await patch({ recurrence: [] }); return;
    case 'toDay': await patch({ start: { date: '2026-11-30', ...noTime }, end: { date: '2026-12-01', ...noTime } }); return;
    case 'toTimed': { const { start, end } = times(step.at); await patch({ start: { ...start, ...noDate }, end: { ...end, ...noDate } }); return; }
    case 'replace': await attempt(ana.events.update({ calendarId: 'primary', eventId, requestBody: { summary: fresh, ...times(12), attendees: guests } })); return;
    case 'addDate': await patch({ recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2', 'RDATE;TZID=Europe/Berlin:20261203T120000'] }); return;
    case 'trim': await patch({ recurrence: [`RRULE:FREQ=WEEKLY;COUNT=${step.count}`] }); return;
    case 'moveInstance': await onInstance(step.slot, (id) => patch({ summary: fresh, ...times(step.at, '2026-12-02') }, id)); return;
    case 'renameInstance': await onInstance(step.slot, (id) => patch({ summary: fresh }, id)); return;
    case 'deleteInstance': await onInstance(step.slot, (id) => attempt(ana.events.delete({ calendarId: 'primary', eventId: id }))); return;
    case 'restoreInstance': await onInstance(step.slot, (id) => patch({ status: 'confirmed' }, id)); return;
    case 'inviteToInstance': await onInstance(step.slot, (id) => patch({ attendees: guests }, id)); return;
    case 'shareWithGuest': await patch({ attendees: guests }); return;
    case 'unshare': await patch({ attendees: [] }); return;
    case 'away': await attempt(ana.events.move({ calendarId: 'primary', eventId, destination: other })); return;
    case 'back': await attempt(ana.events.move({ calendarId: other, eventId, destination: 'primary' })); return;
    case 'accept': await patch({ attendees: [{ email: danaEmail, responseStatus: 'accepted' }] }, eventId, dana); return;
    case 'decline': await patch({ attendees: [{ email: danaEmail, responseStatus: 'declined' }] }, eventId, dana); return;
    case 'declineInstance': await onInstance(step.slot, (id) => patch({ attendees: [{ email: danaEmail, responseStatus: 'declined' }] }, id, dana), dana); return;
    case 'guestDeletes': await attempt(dana.events.delete({ calendarId: 'primary', eventId })); return;
    case 'guestRestores': await patch({ status: 'confirmed' }, eventId, dana); return;
    case 'splitAt': await onInstance(step.slot, async (id) => {
      const { part } = await inTheInterface(url, '/events/split', { calendarId: anaEmail, eventId: id, changes: { summary: fresh, location: `room ${step.at}` } });
      const made = (part as Event | undefined)?.id;
      if (made != null && !ids.includes(made)) ids.push(made);
    }); return;
    case 'trimAt': await onInstance(step.slot, (id) => inTheInterface(url, '/events/trim', { calendarId: anaEmail, eventId: id })); return;
    case 'letGuestsModify': await patch({ guestsCanModify: true }); return;
    case 'guestRenames': await patch({ summary: fresh }, eventId, dana); return;
    case 'guestColors': await patch({ colorId: '5' }, eventId, dana); return;
  }
}

/** Time goes by on the emulator's clock; tokens and deleted rows grow old. */
export const wait = (url: string, daysSinceStart: number) => control(url, 'POST', '/clock', { now: new Date(Date.parse(START) + daysSinceStart * DAY_MS).toISOString() });

/** Writes wait before they reach other people's calendars, or do so no longer. */
export const holdCopies = (url: string) => control(url, 'POST', '/copies', { mode: 'hold' });
export const releaseCopies = (url: string) => control(url, 'POST', '/copies', { lagMs: 0 });
