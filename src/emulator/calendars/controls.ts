import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ApiError } from '../http/api-error.js';
import { ok, type Control } from '../control/route.js';
import { isZone } from '../series/zone-time.js';
import type { Account, Calendar, JsonObject } from '../store/model.js';
import type { Store } from '../store/store.js';
import { ensureAccount } from './accounts.js';
import { showCalendar } from './calendars.js';
import { openToEveryone, storeNewCalendar } from './new-calendar.js';

const zone = z.string().refine(isZone, 'not an IANA time zone');
const newAccount = z.strictObject({ email: z.email(), name: z.string().min(1), timeZone: zone });
const newCalendar = z.strictObject({
  id: z.string().toLowerCase().max(320).regex(/^[^\s@]+@[^\s@]+$/, 'not the id of a calendar').optional(),
  owner: z.email().toLowerCase().optional(), summary: z.string().min(1), timeZone: zone, readers: z.literal('everyone').optional(),
});

const show = ({ settingsRevision: _, ...account }: Account): JsonObject => account;

/** Stores a calendar that no account could make itself: holidays, contacts, rooms. Throws 404 for an owner without account. */
function placeCalendar(store: Store, { id, owner = '', summary, timeZone, readers }: z.infer<typeof newCalendar>): Calendar {
  if (owner !== '' && store.account(owner) === undefined) throw new ApiError(404, 'notFound', `no account ${owner}`);
  return store.transact(() => {
    const known = id === undefined ? undefined : store.calendar(id);
    const revision = store.nextRevision();
    const calendar: Calendar = known === undefined ? { id: id ?? `c_${randomBytes(32).toString('hex')}@group.calendar.google.com`, summary, timeZone, owner, primary: false, revision }
      : { ...known, summary, timeZone, revision };
    if (known === undefined) storeNewCalendar(store, calendar);
    else store.putCalendar(calendar);
    if (readers === 'everyone') openToEveryone(store, calendar);
    return calendar;
  });
}

/** Control calls about accounts and their calendars. */
export const accountControls: readonly Control[] = [
  {
    method: 'POST', path: '/accounts', says: '{email, name, timeZone}: an account with its primary calendar; again: changes name and zone',
    answer: ({ emulator: { store }, body }) => {
      const { email, name, timeZone } = newAccount.parse(body);
      return ok(show(ensureAccount(store, email, name, timeZone)));
    },
  },
  {
    method: 'GET', path: '/accounts', says: '{accounts: [{email, name, timeZone, sub, calendars}]}',
    answer: ({ emulator: { store } }) => ok({
      accounts: store.allAccounts().map((account) => ({
        ...show(account), calendars: store.entriesOf(account.email).filter(({ deleted }) => deleted !== true).map(({ calendarId }) => calendarId),
      })),
    }),
  },
  {
    method: 'POST', path: '/calendars', says: '{id?, owner?, summary, timeZone, readers?: "everyone"}: a calendar of any id, also without an owner (holidays, rooms); again: changes title and zone',
    answer: ({ emulator: { store }, body }) => ok(showCalendar(placeCalendar(store, newCalendar.parse(body)))),
  },
];
