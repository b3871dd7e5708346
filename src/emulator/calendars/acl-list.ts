import { ApiError } from '../http/api-error.js';
import type { Query } from '../http/query.js';
import { listEtag, type ListTokens } from '../store/list-token.js';
import type { Calendar, JsonObject } from '../store/model.js';
import type { Store } from '../store/store.js';
import { showRule } from './acl.js';
import { issueNumbered, readNumbered } from './numbered-token.js';
import { takePage } from './paging.js';

/** acl.list: full or incremental, paged, by id. Deleted rules (role `none`) come with a sync token or `showDeleted`. Throws 400 and 410. */
export function listRules(store: Store, tokens: ListTokens, calendar: Calendar, account: string, query: Query): JsonObject {
  const epochs = ['epoch', `epoch:${calendar.id}`];
  const syncToken = query.text('syncToken');
  if (syncToken !== undefined && query.text('showDeleted') === 'false') {
    throw new ApiError(400, 'syncTokenWithRequestRestrictions', 'Sync token cannot be used with other request restrictions.', { domain: 'calendar' });
  }
  const since = syncToken === undefined ? undefined : readNumbered(store, syncToken, epochs);
  const all = store.aclOf(calendar.id);
  const newest = Math.max(0, ...all.map(({ revision }) => revision));
  const rows = all.filter(({ role, revision }) => (since === undefined ? role !== 'none' || query.flag('showDeleted') : revision > since)).map((row) => ({ place: row.id, row }));
  const page = takePage(tokens, query, { of: `acl ${calendar.id}`, account, newest, rows });
  return {
    kind: 'calendar#acl', etag: listEtag(`acl ${calendar.id} ${newest}`),
    ...(page.nextPageToken === undefined ? { nextSyncToken: issueNumbered(store, page.upTo, epochs) } : { nextPageToken: page.nextPageToken }),
    items: page.rows.map(showRule),
  };
}
