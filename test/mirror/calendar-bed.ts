/** What people do with calendars in Google, in the words of the stories; and what is in the database about them. */
import type { CalendarListPage } from '../../src/google/google.port.js';
import { MINUTE, type Instant } from '../../src/kernel/interval.js';
import { rfc3339 } from '../../src/kernel/zone.js';
import { WORKERS } from '../../src/ops/compose.js';
import { claimRow } from '../../src/work/due.store.js';
import { work } from '../../src/work/run-due.flow.js';
import type { Shell } from '../../src/work/shell.port.js';
import { at, DANA, KIM, type GoogleEvent, type World } from '../support/world.js';

/** Longer than the longest pause between two reads of the list. */
export const A_LIST_POLL = 7 * MINUTE;

export interface Row { id: string; google_id: string; role: string; access_role: string; listed: string | null; summary: string; time_zone: string; last_full_at: number | null; frozen_at: number | null; gone_since: number | null; retired_at: number | null; retired_role: string | null }

export function calendars(w: World) {
  const ask = async (account: string, method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const answer = await w.google(account, method, path, body);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  };
  const path = (id: string): string => `/calendars/${encodeURIComponent(id)}`;
  const entry = (id: string): string => `/users/me/calendarList/${encodeURIComponent(id)}`;
  const self = {
    ask,
    /** Kim makes a calendar of her own. */
    own: async (summary: string, timeZone: string = w.zone): Promise<string> => String((await ask(KIM.email, 'POST', '/calendars', { summary, timeZone })).id),
    /** Dana has a calendar, shares it with Kim, and Kim puts it on her list. */
    async shared(summary: string, role: string): Promise<string> {
      const id = String((await ask(DANA.email, 'POST', '/calendars', { summary, timeZone: w.zone })).id);
      await self.share(id, role);
      await ask(KIM.email, 'POST', '/users/me/calendarList', { id, selected: true });
      return id;
    },
    share: (id: string, role: string) => ask(DANA.email, 'POST', `${path(id)}/acl`, { role, scope: { type: 'user', value: KIM.email } }),
    subscribe: (id: string) => ask(KIM.email, 'POST', '/users/me/calendarList', { id, selected: true }),
    look: (id: string, how: Record<string, unknown>) => ask(KIM.email, 'PATCH', entry(id), how),
    unsubscribe: (id: string) => ask(KIM.email, 'DELETE', entry(id)),
    change: (id: string, what: Record<string, unknown>, by: string = KIM.email) => ask(by, 'PATCH', path(id), what),
    remove: (id: string, by: string = KIM.email) => ask(by, 'DELETE', path(id)),
    event: (id: string, e: { summary: string; start: Instant; hours?: number; guests?: string[]; rule?: string; by?: string }): Promise<GoogleEvent> => ask(e.by ?? KIM.email, 'POST', `${path(id)}/events`, {
      summary: e.summary, start: { dateTime: rfc3339(e.start, w.zone), timeZone: w.zone }, end: { dateTime: rfc3339(at(e.start, e.hours ?? 1), w.zone), timeZone: w.zone },
      ...(e.rule && { recurrence: [e.rule] }), ...(e.guests && { attendees: e.guests.map((email) => ({ email })) }),
    }) as unknown as Promise<GoogleEvent>,
    row: async (googleId: string): Promise<Row | null> => w.one<Row>('select * from calendars where google_id = :googleId', { googleId }),
    role: async (googleId: string): Promise<string | undefined> => (await self.row(googleId))?.role,
    /** The lines of the history about a calendar. */
    lines: async (googleId: string): Promise<string[]> => (await w.all<{ what: string }>('select what from history h join calendars c on c.id = h.calendar_id where c.google_id = :googleId order by h.id', { googleId })).map((h) => h.what),
    mirrored: async (googleId: string): Promise<{ events: number; occurrences: number; staged: number }> => (await w.one(`select
      (select count(*) from events e where e.calendar_id = c.id) as events, (select count(*) from occurrences o where o.calendar_id = c.id) as occurrences,
      (select count(*) from staged_events s where s.calendar_id = c.id) as staged from calendars c where google_id = :googleId`, { googleId })) as { events: number; occurrences: number; staged: number },
    /** Has the list read in full, with these pages in place of Google's. */
    async readList(pages: readonly CalendarListPage[]): Promise<void> {
      await w.shell.db('calendar_lists').update({ cursor: null, last_full_at: null, wake_at: new Date(w.now()) });
      const left = [...pages];
      const shell: Shell = { ...w.shell, google: async (coachId) => ({ ...(await w.shell.google(coachId)), listCalendars: async () => {
        const page = left.shift();
        if (!page) throw new Error('more pages are asked for than there are');
        return page;
      } }) };
      const claim = await claimRow(w.shell.db, 'calendar_lists', { coachId: w.coachId, id: w.coachId }, { owner: shell.owner, now: w.now(), leaseMs: shell.leaseMs });
      if (!claim) throw new Error('somebody else reads the list');
      await work(shell, WORKERS, claim);
      await w.settle();
    },
    /** Every table in which a text stands. */
    async whereIs(text: string): Promise<string[]> {
      const tables = await w.all<{ t: string }>(`select table_name as t from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`);
      const found: string[] = [];
      for (const { t } of tables) if ((await w.one<{ n: number }>(`select count(*) as n from "${t}" x where cast(x as text) ilike '%' || :text || '%'`, { text }))?.n) found.push(t);
      return found.sort();
    },
  };
  return self;
}
