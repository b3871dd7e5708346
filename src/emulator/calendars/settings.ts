import { notFound } from '../http/api-error.js';
import type { Query } from '../http/query.js';
import { listEtag, type ListTokens } from '../store/list-token.js';
import type { Account, JsonObject } from '../store/model.js';
import type { Store } from '../store/store.js';
import { issueNumbered, readNumbered } from './numbered-token.js';
import { takePage } from './paging.js';

/** Settings beside the time zone, at the values of an account that never changed them. */
const USUAL: Readonly<Record<string, string>> = {
  autoAddHangouts: 'true', dateFieldOrder: 'DMY', defaultEventLength: '60', format24HourTime: 'true', hideInvitations: 'false', hideWeekends: 'false',
  locale: 'en', remindOnRespondedEventsOnly: 'false', showDeclinedEvents: 'true', useKeyboardShortcuts: 'true', weekStart: '1',
};

/** A user setting as shown, and when it last changed, microseconds. */
interface Setting { readonly id: string; readonly value: string; readonly revision: number }

function settingsOf(store: Store, account: Account): Setting[] {
  const since = store.aclRule(account.email, `user:${account.email}`)?.revision ?? 0;
  const rows = Object.entries(USUAL).map(([id, value]) => ({ id, value, revision: since }));
  return [...rows, { id: 'timezone', value: account.timeZone, revision: account.settingsRevision ?? since }].sort((a, b) => (a.id < b.id ? -1 : 1));
}

const show = ({ id, value, revision }: Setting): JsonObject => ({ kind: 'calendar#setting', etag: `"${revision}"`, id, value });

/** settings.get. Throws 404 for a setting that there is not. */
export function getSetting(store: Store, account: Account, id: string): JsonObject {
  const setting = settingsOf(store, account).find((each) => each.id === id);
  if (setting === undefined) throw notFound();
  return show(setting);
}

/** settings.list: full or incremental, paged, by id. Throws 400 and 410. */
export function listSettings(store: Store, tokens: ListTokens, account: Account, query: Query): JsonObject {
  const syncToken = query.text('syncToken');
  const since = syncToken === undefined ? -1 : readNumbered(store, syncToken, ['epoch']);
  const all = settingsOf(store, account);
  const newest = Math.max(...all.map(({ revision }) => revision));
  const rows = all.filter(({ revision }) => revision > since).map((row) => ({ place: row.id, row }));
  const page = takePage(tokens, query, { of: 'settings', account: account.email, newest, rows });
  return {
    kind: 'calendar#settings', etag: listEtag(`settings ${account.email} ${newest}`),
    ...(page.nextPageToken === undefined ? { nextSyncToken: issueNumbered(store, page.upTo, ['epoch']) } : { nextPageToken: page.nextPageToken }),
    items: page.rows.map(show),
  };
}
