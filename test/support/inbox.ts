/** What Kim does on her requests calendar, in the words of the stories. */
import { expect } from 'vitest';
import type { Instant } from '../../src/kernel/interval.js';
import { rfc3339 } from '../../src/kernel/zone.js';
import { changeRole } from '../../src/mirror/calendar-role.flow.js';
import type { CalendarKey } from '../../src/kernel/ids.js';
import { at, KIM, type GoogleEvent, type World } from './world.js';

export interface Dropped extends GoogleEvent { created: string }
export interface DropIn { title?: string; description?: string; start: Instant; hours?: number; guests?: readonly string[]; rule?: string; allDay?: string }

/** Kim has a calendar of role `requests`, read once. */
export async function aRequestsCalendar(w: World, options: { before?: (id: string) => Promise<void> } = {}) {
  const made = await w.google(KIM.email, 'POST', '/calendars', { summary: 'Wishes', timeZone: w.zone });
  const id = ((await made.json()) as { id: string }).id;
  await options.before?.(id);
  await w.pass(10 * 60_000); // the list of calendars is read
  const row = await w.one<{ id: CalendarKey }>('select id from calendars where google_id = :id', { id });
  if (!row) throw new Error('the calendar is not known');
  expect(await changeRole(w.shell, { coachId: w.coachId, calendarId: row.id, by: 'coach' }, 'requests')).toMatchObject({ mirror: 'forget' });
  await w.settle();
  return inbox(w, id);
}

export function inbox(w: World, id: string) {
  const path = `/calendars/${encodeURIComponent(id)}/events`;
  const ask = async (method: string, to: string, body?: unknown): Promise<Dropped> => {
    const answer = await w.google(KIM.email, method, to, body);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${to}: ${answer.status} ${text}`);
    return (text === '' ? {} : JSON.parse(text)) as Dropped;
  };
  const times = (start: Instant, hours: number) => ({ start: { dateTime: rfc3339(start, w.zone), timeZone: w.zone }, end: { dateTime: rfc3339(at(start, hours), w.zone), timeZone: w.zone } });
  const self = {
    id, path, ask, times,
    /** Drops an event, without anybody looking yet. */
    put: (e: DropIn): Promise<Dropped> => ask('POST', path, {
      summary: e.title ?? '', ...(e.description !== undefined && { description: e.description }),
      ...(e.allDay === undefined ? times(e.start, e.hours ?? 1) : { start: { date: e.allDay }, end: { date: new Date(Date.parse(e.allDay) + 86_400_000).toISOString().slice(0, 10) } }),
      ...(e.guests && { attendees: e.guests.map((email) => ({ email })) }), ...(e.rule !== undefined && { recurrence: [e.rule] }),
    }),
    change: (event: string, changes: unknown): Promise<Dropped> => ask('PATCH', `${path}/${event}`, changes),
    moveTo: (event: string, start: Instant, hours = 1): Promise<Dropped> => self.change(event, times(start, hours)),
    remove: (event: string): Promise<unknown> => ask('DELETE', `${path}/${event}`),
    get: (event: string): Promise<Dropped> => ask('GET', `${path}/${event}`),
    title: async (event: string): Promise<string> => (await self.get(event)).summary ?? '',
    /** A poll sees what Kim did, and everybody does what follows. */
    seen: async (): Promise<void> => { await w.all('update calendars set wake_at = :now where google_id = :id returning 1', { now: new Date(w.now()), id }); await w.settle(); },
    async drop(e: DropIn): Promise<Dropped> { const event = await self.put(e); await self.seen(); return self.get(event.id); },
    /** What Makeway wrote on this calendar. */
    ours: async (event?: string): Promise<string[]> => ((await w.writes()) as { kind: string; eventId: string; calendarId: string; account?: string; client?: string; sendUpdates?: string }[])
      .filter((x) => x.calendarId === id && (event === undefined || x.eventId === event)).map((x) => x.kind),
    /** The request that an event stands for. */
    request: (event: string): Promise<{ id: string; state: string; pending_reason: string | null; wanted_at: Instant; length_minutes: number; revision: number; email: string; name: string; session_type: string; source: string } | null> =>
      w.one(`select r.id, r.state, r.pending_reason, r.wanted_at, r.length_minutes, r.revision, r.session_type, r.source, c.email, c.name from inbox_events i join requests r on r.coach_id = i.coach_id and r.id = i.request_id
        join clients c on c.coach_id = r.coach_id and c.id = r.client_id where i.event_id = :event`, { event }),
    row: (event: string) => w.one<{ state: string; wake_at: number | null; request_id: string | null; refused: string | null; last_error: string | null }>('select * from inbox_events where event_id = :event', { event }),
  };
  return self;
}
export type Inbox = ReturnType<typeof inbox>;
