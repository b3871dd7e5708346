import { z } from 'zod';
import type { Json } from '../store/model.js';
import { ok, type Control } from './route.js';

const since = (url: URL): number => z.coerce.number().int().min(0).parse(url.searchParams.get('since') ?? 0);

/** Rows whose named fields are what the query asks for; a name that the query lacks may be anything. */
function matching<R extends object>(rows: readonly R[], url: URL, names: readonly (keyof R & string)[]): R[] {
  const wanted = names.flatMap((name) => { const value = url.searchParams.get(name); return value === null ? [] : [[name, value] as const]; });
  return rows.filter((row) => wanted.every(([name, value]) => String(row[name]) === value));
}

/** Control calls about the two logs. */
export const logControls: readonly Control[] = [
  {
    method: 'GET', path: '/log', says: '?since=N&kind=&account=&clientId=&status=&reason=&rule=: {requests}: calls answered, oldest first; status 0: the connection was cut',
    answer: ({ emulator, url }) => ok({
      requests: matching(emulator.store.requests.since(since(url)), url, ['kind', 'account', 'clientId', 'status', 'reason', 'rule']).map((each) => ({ ...each })),
    }),
  },
  {
    method: 'GET', path: '/writes', says: '?since=N&account=&calendarId=&eventId=&kind=: {writes}: writes that changed an event, oldest first',
    answer: ({ emulator, url }) => ok({
      writes: matching(emulator.store.writes.since(since(url)), url, ['account', 'calendarId', 'eventId', 'kind']).map((each) => ({ ...each })) as unknown as Json,
    }),
  },
];
