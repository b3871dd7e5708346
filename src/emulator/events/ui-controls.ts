import { z } from 'zod';
import type { Emulator } from '../emulator.js';
import { ok, type Control } from '../control/route.js';
import { notFound } from '../http/api-error.js';
import type { Json, StoredEvent } from '../store/model.js';
import { endPending } from './pending-conferences.js';
import { eventBody } from './schema.js';
import { splitSeries, trimSeries } from './split.js';
import { showEvent } from './view.js';
import type { WriteCall } from './write-call.js';

const sendUpdates = z.enum(['all', 'externalOnly', 'none']).default('none');
const trim = z.strictObject({ calendarId: z.string(), eventId: z.string(), sendUpdates });
const split = trim.extend({ changes: z.record(z.string(), z.json()).default({}) });
const conferences = z.strictObject({ mode: z.enum(['success', 'pending', 'failure']) });
const outcome = z.strictObject({ result: z.enum(['success', 'failure']).default('success') });

/** A write that the calendar's owner makes in the UI. Throws 404 for an unknown calendar. */
function byOwner(emulator: Emulator, asked: { calendarId: string; sendUpdates: string }): WriteCall {
  const calendar = emulator.store.calendar(asked.calendarId);
  if (calendar === undefined || calendar.deleted === true) throw notFound();
  return {
    emulator, calendar, caller: { account: calendar.owner, clientId: 'ui' }, role: 'owner', sendUpdates: asked.sendUpdates,
    takesConference: true, takesAttachments: true, takesLabels: false,
  };
}

const shown = ({ calendar, caller }: WriteCall, row: StoredEvent): Json =>
  showEvent(row, { calendar, role: 'owner', caller: caller.account, zone: calendar.timeZone });

/** Control calls for what only the UI, or Google itself, does to events. */
export const uiControls: readonly Control[] = [
  {
    method: 'POST', path: '/events/split',
    says: '{calendarId, eventId, changes?, sendUpdates?}: "this and following" from an instance on, with changes as in events.patch; answers {trimmed, part}',
    answer: ({ emulator, body }) => {
      const asked = split.parse(body);
      eventBody(asked.changes, '');
      const call = byOwner(emulator, asked);
      const { trimmed, part } = splitSeries(call, asked.eventId, asked.changes);
      return ok({ trimmed: shown(call, trimmed), part: shown(call, part) });
    },
  },
  {
    method: 'POST', path: '/events/trim', says: '{calendarId, eventId, sendUpdates?}: "delete this and following" from an instance on; answers {trimmed}',
    answer: ({ emulator, body }) => {
      const asked = trim.parse(body), call = byOwner(emulator, asked);
      return ok({ trimmed: shown(call, trimSeries(call, asked.eventId)) });
    },
  },
  {
    method: 'POST', path: '/conferences', says: '{mode: "success" | "pending" | "failure"}: how conferences that are asked for from now on come out',
    answer: ({ emulator: { store }, body }) => {
      const { mode } = conferences.parse(body);
      store.transact(() => store.meta.putSync('conferenceOutcome', mode));
      return ok({ mode });
    },
  },
  {
    method: 'POST', path: '/conferences/complete', says: '{result? = "success" | "failure"}: ends every conference that is pending; answers {ended}',
    answer: ({ emulator, body }) => ok({ ended: endPending(emulator, outcome.parse(body ?? {}).result) }),
  },
];
