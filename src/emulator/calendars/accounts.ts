import { createHash } from 'node:crypto';
import type { Account } from '../store/model.js';
import type { Store } from '../store/store.js';
import { storeNewCalendar } from './new-calendar.js';

/** The stable number of an account: 21 digits, from its address. */
const subjectOf = (address: string): string => BigInt(`0x1${createHash('sha256').update(address).digest('hex').slice(0, 16)}`).toString().padStart(21, '1');

/** Creates an account with its primary calendar; for a known address it changes name and zone only. */
export function ensureAccount(store: Store, email: string, name: string, timeZone: string): Account {
  return store.transact(() => {
    const known = store.account(email);
    const address = email.toLowerCase();
    const account: Account = {
      ...known, email: address, name, timeZone, sub: known?.sub ?? subjectOf(address),
      ...(known?.timeZone === timeZone ? {} : { settingsRevision: store.nextRevision() }),
    };
    store.putAccount(account);
    const calendar = store.calendar(address);
    if (calendar === undefined) storeNewCalendar(store, { id: address, summary: address, timeZone, owner: address, primary: true, revision: store.nextRevision() });
    else if (known?.timeZone !== timeZone && calendar.timeZone !== timeZone) store.putCalendar({ ...calendar, timeZone, revision: store.nextRevision() });
    return account;
  });
}
