/** Every kind of write that coach and guests make on their calendars, each one step that can stand alone. */
import fc from 'fast-check';
import { call, control, type Answer, type Json } from './converge-call.js';
import { anyDay, anyKind, anyLines, anyMinute, anyTimes, anyZone, dayTimes, KINDS, linesOf, timedTimes, wallAt, written, type Times } from './converge-events.js';
import { ODD, ODD_NAMES } from './converge-odd.js';

/** Who and what a history is about. */
export interface Scene {
  readonly url: string;
  readonly coach: string;
  readonly guest: string;
  /** Midnight in UTC of the day on which it begins. */
  readonly base: number;
  /** Google's ids of the coach's own calendars: the primary one first. */
  readonly own: readonly string[];
  /** Events made so far, and where they are. */
  readonly known: { calendar: string; id: string }[];
  /** Series that were split: two parts with one occurrence would be two events of one id, and what Google does then is not known. */
  readonly parts: Set<string>;
  /** Events whose meaning is in doubt. */
  readonly doubtful: Set<string>;
  made: number;
}

const which = fc.nat(9), slot = fc.nat(5), own = fc.nat(1);
const one = <K extends string>(kind: K) => fc.record({ do: fc.constant(kind), which });
const ofSlot = <K extends string>(kind: K) => fc.record({ do: fc.constant(kind), which, slot });
const guests = fc.constantFrom('none' as const, 'none' as const, 'guest' as const, 'outsider' as const, 'both' as const);

const newEdit = (odd: number) => fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('create' as const), own, times: anyTimes, kind: anyKind, guests }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('createSeries' as const), own, times: anyTimes, lines: anyLines(odd), kind: anyKind, guests }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('invited' as const), times: anyTimes, lines: fc.option(anyLines(odd), { nil: undefined }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('import' as const), own, uid: fc.nat(2), times: anyTimes }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('load' as const), own, day: anyDay, minute: anyMinute, odd: fc.constantFrom(...ODD_NAMES) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('loadMany' as const), own, day: fc.integer({ min: 0, max: 20 }), count: fc.integer({ min: 3, max: 9 }) }) },
);
const changeEdit = (odd: number) => fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('retime' as const), which, times: anyTimes }) },
  { weight: 2, arbitrary: one('delete') }, { weight: 2, arbitrary: one('restore') },
  one('rename'), one('free'), one('opaque'), one('tentative'), one('confirm'), one('toSingle'), one('remind'),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('toSeries' as const), which, lines: anyLines(odd) }) },
  fc.record({ do: fc.constant('toDays' as const), which, times: dayTimes }), fc.record({ do: fc.constant('toTimed' as const), which, times: timedTimes }),
  fc.record({ do: fc.constant('replace' as const), which, times: anyTimes, lines: fc.option(anyLines(odd), { nil: undefined }) }),
  fc.record({ do: fc.constant('otherZone' as const), which, zone: anyZone }),
  fc.record({ do: fc.constant('addDate' as const), which, after: fc.integer({ min: 1, max: 60 }), minute: anyMinute }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('exDate' as const), which, slot, form: fc.constantFrom('zone' as const, 'utc' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('moveInstance' as const), which, slot, times: anyTimes }) },
  { weight: 2, arbitrary: ofSlot('cancelInstance') }, { weight: 2, arbitrary: ofSlot('restoreInstance') },
  ofSlot('renameInstance'), ofSlot('freeInstance'), ofSlot('inviteToInstance'),
  one('invite'), one('uninvite'), { weight: 2, arbitrary: one('move') },
  fc.record({ do: fc.constant('answer' as const), which, by: fc.constantFrom('guest' as const, 'coach' as const), status: fc.constantFrom('accepted' as const, 'declined' as const, 'tentative' as const) }),
  fc.record({ do: fc.constant('answerInstance' as const), which, slot, by: fc.constantFrom('guest' as const, 'coach' as const), status: fc.constantFrom('accepted' as const, 'declined' as const) }),
  one('guestDeletes'), one('letGuestsModify'), fc.record({ do: fc.constant('guestRetimes' as const), which, times: timedTimes }),
  fc.record({ do: fc.constant('split' as const), which, slot, minute: fc.option(anyMinute, { nil: undefined }) }), ofSlot('trim'),
  fc.record({ do: fc.constant('calendarZone' as const), own, zone: anyZone }),
  fc.record({ do: fc.constant('copies' as const), mode: fc.constantFrom('hold' as const, 'release' as const) }),
);
type NewEdit = ReturnType<typeof newEdit> extends fc.Arbitrary<infer E> ? E : never;
type ChangeEdit = ReturnType<typeof changeEdit> extends fc.Arbitrary<infer E> ? E : never;
export type Edit = NewEdit | ChangeEdit;
/** `odd`: as for `anyLines`. */
export const anyEdit = (odd = 1): fc.Arbitrary<Edit> => fc.oneof({ weight: 2, arbitrary: newEdit(odd) }, { weight: 5, arbitrary: changeEdit(odd) });

/** What became of an edit: done, refused by Google, or there was nothing to do it to. */
export type Outcome = 'done' | 'refused' | 'nothing';
const REFUSED = [400, 403, 404, 409, 410, 412];
function judged({ status, body }: Answer): Outcome {
  if (status < 300) return 'done';
  if (!REFUSED.includes(status)) throw new Error(`Google answered ${status} ${JSON.stringify(body)}`);
  return 'refused';
}
const eventsOf = (calendar: string): string => `/calendar/v3/calendars/${encodeURIComponent(calendar)}/events`;

export async function perform(scene: Scene, edit: Edit): Promise<Outcome> {
  return 'which' in edit ? changeOne(scene, edit) : make(scene, edit);
}

async function make(scene: Scene, edit: Exclude<Edit, { which: number }>): Promise<Outcome> {
  const { url, coach, guest, base, known } = scene;
  const summary = `title ${(scene.made += 1)}`, id = `n${scene.made.toString(32).padStart(4, '0')}`;
  const insert = async (calendar: string, as: string, body: object): Promise<Outcome> => {
    const answer = await call(url, 'POST', eventsOf(calendar), { as, body: { id, summary, ...body } });
    if (answer.status < 300) known.push({ calendar: calendar === guest ? coach : calendar, id });
    return judged(answer);
  };
  const calendar = 'own' in edit ? (scene.own[edit.own] ?? coach) : coach;
  const invited = 'guests' in edit ? { none: [], guest: [guest], outsider: ['out@side.example'], both: [guest, 'out@side.example'] }[edit.guests] : [];
  const attendees = invited.length === 0 ? {} : { attendees: invited.map((email) => ({ email })) };
  switch (edit.do) {
    case 'create': return insert(calendar, coach, { ...KINDS[edit.kind], ...written(base, edit.times), ...attendees });
    case 'createSeries': return insert(calendar, coach, { ...KINDS[edit.kind], ...written(base, edit.times), ...attendees, recurrence: linesOf(base, edit.times, edit.lines) });
    case 'invited': return insert(guest, guest, { ...written(base, edit.times), attendees: [{ email: coach }], ...(edit.lines && { recurrence: linesOf(base, edit.times, edit.lines) }) });
    case 'import': {
      const answer = await call(url, 'POST', `${eventsOf(calendar)}/import`, { as: coach, body: { iCalUID: `uid-${edit.uid}@elsewhere.example`, summary, ...written(base, edit.times) } });
      if (answer.status < 300 && !known.some((k) => k.id === answer.body.id && k.calendar === calendar)) known.push({ calendar, id: answer.body.id });
      return judged(answer);
    }
    case 'load': {
      const { exact, make: resource } = ODD[edit.odd] ?? { exact: true, make: () => ({}) };
      const event = resource(id, Date.parse(`${wallAt(base, edit.day, edit.minute)}Z`));
      if (!exact) scene.doubtful.add(event.id);
      await control(url, 'POST', '/events', { calendarId: calendar, events: [event] });
      return 'done';
    }
    case 'loadMany': {
      const events = Array.from({ length: edit.count }, (_, i) => ({ id: `${id}m${i}`, etag: `"${scene.made}"`, updated: new Date(base).toISOString(), status: 'confirmed', summary, ...lasting(Date.parse(`${wallAt(base, edit.day + i, 600)}Z`)) }));
      await control(url, 'POST', '/events', { calendarId: calendar, events });
      for (const e of events.slice(0, 2)) known.push({ calendar, id: e.id });
      return 'done';
    }
    case 'calendarZone': return judged(await call(url, 'PATCH', `/calendar/v3/calendars/${encodeURIComponent(calendar)}`, { as: coach, body: { timeZone: edit.zone } }));
    case 'copies': await control(url, 'POST', '/copies', edit.mode === 'hold' ? { mode: 'hold' } : { lagMs: 0 }); return 'done';
  }
}
const lasting = (at: number): object => ({ start: { dateTime: new Date(at).toISOString() }, end: { dateTime: new Date(at + 2_700_000).toISOString() } });

const RESHAPING: readonly Edit['do'][] = ['retime', 'toSeries', 'toSingle', 'toDays', 'toTimed', 'replace', 'addDate', 'otherZone', 'guestRetimes'];

async function changeOne(scene: Scene, edit: Extract<Edit, { which: number }>): Promise<Outcome> {
  const { url, coach, guest, base, known } = scene;
  const target = known[edit.which % Math.max(1, known.length)];
  if (!target || (scene.parts.has(target.id) && RESHAPING.includes(edit.do))) return 'nothing';
  const summary = `title ${(scene.made += 1)}`;
  const { calendar, id } = target;
  const at = (eventId = id, as = coach): string => `${eventsOf(as === guest ? guest : calendar)}/${encodeURIComponent(eventId)}`;
  const patch = async (body: object, eventId = id, as = coach): Promise<Outcome> => judged(await call(url, 'PATCH', at(eventId, as), { as, body }));
  const read = async (): Promise<Json> => { const { status, body } = await call(url, 'GET', at(), { as: coach }); return status === 200 ? body : null; };
  /** The nth of the occurrences around today, cancelled ones too. */
  const nth = async (n: number, as = coach): Promise<Json> => {
    const { status, body } = await call(url, 'GET', `${at(id, as)}/instances?showDeleted=true&maxResults=6&timeMin=${new Date(base - 3 * 86_400_000).toISOString()}`, { as });
    const items: Json[] = status === 200 ? body.items : [];
    return items.length === 0 ? null : items[n % items.length];
  };
  const onInstance = async (n: number, work: (instance: Json) => Promise<Outcome>, as = coach): Promise<Outcome> => { const found = await nth(n, as); return found ? work(found) : 'nothing'; };
  const me = { coach, guest };
  const retimed = (times: Times): object => written(base, times, true);
  const onOtherDay = (event: Json, lines: string[]): Promise<Outcome> => patch({ recurrence: [...(event.recurrence ?? []), ...lines] });

  switch (edit.do) {
    case 'retime': case 'toDays': case 'toTimed': return patch(retimed(edit.times));
    case 'delete': return judged(await call(url, 'DELETE', at(), { as: coach }));
    case 'restore': return patch({ status: 'confirmed' });
    case 'rename': return patch({ summary });
    case 'free': return patch({ transparency: 'transparent' });
    case 'opaque': return patch({ transparency: 'opaque' });
    case 'tentative': return patch({ status: 'tentative' });
    case 'confirm': return patch({ status: 'confirmed' });
    case 'remind': return patch({ reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: scene.made }] } });
    case 'toSingle': return patch({ recurrence: [] });
    case 'toSeries': { const event = await read(); return event?.start === undefined ? 'nothing' : patch({ recurrence: linesOf(base, timesLike(base, event), edit.lines) }); }
    case 'replace': return judged(await call(url, 'PUT', at(), { as: coach, body: { summary, ...written(base, edit.times), ...(edit.lines && { recurrence: linesOf(base, edit.times, edit.lines) }) } }));
    case 'otherZone': { const event = await read(); return event?.start?.dateTime === undefined ? 'nothing' : patch({ start: { timeZone: edit.zone }, end: { timeZone: edit.zone } }); }
    case 'addDate': {
      const event = await read();
      if (event?.recurrence === undefined || event.start === undefined) return 'nothing';
      const [line] = linesOf(base, timesLike(base, event), { rule: '', end: { kind: 'never' }, extra: [{ after: edit.after, minute: edit.minute, form: 'utc' }] }).slice(1);
      return onOtherDay(event, [line ?? '']);
    }
    case 'exDate': {
      const [event, instance] = [await read(), await nth(edit.slot)];
      if (event?.recurrence === undefined || instance?.originalStartTime === undefined) return 'nothing';
      return onOtherDay(event, [exDateLine(event, instance.originalStartTime, edit.form)]);
    }
    case 'moveInstance': return onInstance(edit.slot, (i) => patch({ summary, ...retimed(edit.times) }, i.id));
    case 'cancelInstance': return onInstance(edit.slot, async (i) => judged(await call(url, 'DELETE', at(i.id), { as: coach })));
    case 'restoreInstance': return onInstance(edit.slot, (i) => patch({ status: 'confirmed' }, i.id));
    case 'renameInstance': return onInstance(edit.slot, (i) => patch({ summary }, i.id));
    case 'freeInstance': return onInstance(edit.slot, (i) => patch({ transparency: 'transparent' }, i.id));
    case 'inviteToInstance': return onInstance(edit.slot, (i) => patch({ attendees: [{ email: guest }] }, i.id));
    case 'invite': return patch({ attendees: [{ email: guest }, { email: 'out@side.example' }] });
    case 'uninvite': return patch({ attendees: [] });
    case 'move': {
      const to = scene.own[calendar === scene.own[0] ? 1 : 0] ?? coach;
      const answer = await call(url, 'POST', `${at()}/move?destination=${encodeURIComponent(to)}`, { as: coach });
      if (answer.status < 300) target.calendar = to;
      return judged(answer);
    }
    case 'answer': return patch({ attendees: [{ email: me[edit.by], responseStatus: edit.status }] }, id, me[edit.by]);
    case 'answerInstance': return onInstance(edit.slot, (i) => patch({ attendees: [{ email: me[edit.by], responseStatus: edit.status }] }, i.id, me[edit.by]), me[edit.by]);
    case 'guestDeletes': return judged(await call(url, 'DELETE', at(id, guest), { as: guest }));
    case 'letGuestsModify': return patch({ guestsCanModify: true });
    case 'guestRetimes': return patch(retimed(edit.times), id, guest);
    case 'split': return onInstance(edit.slot, async (i) => {
      const changes = edit.minute === undefined || i.start?.dateTime === undefined ? { summary } : { summary, ...laterOn(i, edit.minute) };
      const answer = await call(url, 'POST', '/control/events/split', { body: { calendarId: calendar, eventId: i.id, changes } });
      if (answer.status < 300 && answer.body.part?.id !== undefined) {
        known.push({ calendar, id: answer.body.part.id });
        scene.parts.add(id).add(answer.body.part.id);
      }
      return judged(answer);
    });
    case 'trim': return onInstance(edit.slot, async (i) => judged(await call(url, 'POST', '/control/events/trim', { body: { calendarId: calendar, eventId: i.id } })));
  }
}

/** The times of an event as Google shows it, as far as new lines for it need them. */
function timesLike(base: number, event: Json): Times {
  const text: string = event.start.date ?? event.start.dateTime;
  const day = Math.round((Date.parse(`${text.slice(0, 10)}T00:00:00Z`) - base) / 86_400_000);
  if (event.start.date !== undefined) return { kind: 'days', day, days: 1 };
  return { kind: 'timed', day, minute: Number(text.slice(11, 13)) * 60 + Number(text.slice(14, 16)), length: 60, zone: event.start.timeZone ?? 'UTC' };
}

function exDateLine(event: Json, slotTime: Json, form: 'zone' | 'utc'): string {
  if (slotTime.date !== undefined) return `EXDATE;VALUE=DATE:${slotTime.date.replaceAll('-', '')}`;
  const ms = Date.parse(slotTime.dateTime);
  const bare = (text: string): string => text.replace(/[-:]/g, '');
  const zone: string = event.start.timeZone ?? 'UTC';
  const wall = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(ms).replace(' ', 'T');
  if (form === 'utc') return `EXDATE:${bare(new Date(ms).toISOString().slice(0, 19))}Z`;
  return `EXDATE;TZID=${zone}:${bare(wall)}`;
}

/** The same day at another time, for the part of a series that is split off. */
function laterOn(instance: Json, minute: number): object {
  const date: string = instance.start.dateTime.slice(0, 10);
  const zone = instance.start.timeZone ?? 'UTC';
  const base = Date.parse(`${date}T00:00:00Z`);
  return { start: { dateTime: wallAt(base, 0, minute), timeZone: zone }, end: { dateTime: wallAt(base, 0, minute + 30), timeZone: zone } };
}
