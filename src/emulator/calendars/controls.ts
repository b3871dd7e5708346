import { z } from 'zod';
import { ok, type Control } from '../control/route.js';
import { isZone } from '../series/zone-time.js';
import { ensureAccount } from './calendars.js';

const zone = z.string().refine(isZone, 'not an IANA time zone');
const newAccount = z.strictObject({ email: z.email(), name: z.string().min(1), timeZone: zone });

/** Control calls about accounts and their calendars. */
export const accountControls: readonly Control[] = [
  {
    method: 'POST', path: '/accounts',
    answer: ({ emulator: { store }, body }) => {
      const { email, name, timeZone } = newAccount.parse(body);
      return ok({ ...ensureAccount(store, email, name, timeZone) });
    },
  },
  {
    method: 'GET', path: '/accounts',
    answer: ({ emulator: { store } }) => ok({ accounts: store.allAccounts().map((each) => ({ ...each, calendars: store.entriesOf(each.email).map(({ calendarId }) => calendarId) })) }),
  },
];
