import { z } from 'zod';
import { ok, type Control } from '../control/route.js';
import { notFound } from '../http/api-error.js';
import { loadEvents } from './load.js';

const expiry = z.strictObject({ calendarId: z.string().optional() });

const load = z.strictObject({ calendarId: z.string(), events: z.array(z.record(z.string(), z.json())) });

/** Control calls about events and their sync tokens. */
export const eventControls: readonly Control[] = [
  {
    method: 'POST', path: '/sync-tokens/expire', says: '{calendarId?}: all sync tokens issued so far, of one calendar or of all, answer 410',
    answer: ({ emulator: { store }, body }) => {
      const { calendarId } = expiry.parse(body ?? {});
      const name = calendarId === undefined ? 'epoch' : `epoch:${calendarId.toLowerCase()}`;
      store.meta.putSync(name, ((store.meta.get(name) as number | undefined) ?? 0) + 1);
      store.meta.putSync(`${name}:from`, store.nextRevision());
      return { status: 204 };
    },
  },
  {
    method: 'POST', path: '/events', says: '{calendarId, events}: loads event resources as they are, without rules, copies or mails; answers {loaded, verbatim}',
    answer: ({ emulator: { store }, body }) => {
      const { calendarId, events } = load.parse(body);
      const calendar = store.calendar(calendarId);
      if (calendar === undefined) throw notFound();
      return ok(loadEvents(store, calendar, events));
    },
  },
];
