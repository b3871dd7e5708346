import type { CoachId, LinkId, RequestId, ResolutionId } from '../kernel/ids.js';
import { DAY, plus, type Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { mintId, oneRow, param, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';
import type { Keyring } from '../work/shell.port.js';
import { readToken, tokenHash, tokenOf, type LinkPurpose } from './link.js';

export interface Link { readonly coach_id: CoachId; readonly id: LinkId; readonly key_id: string; readonly purpose: LinkPurpose; readonly request_id: RequestId; readonly resolution_id: ResolutionId | null; readonly revision: number; readonly expires_at: Instant }

/** How long a spent link still tells the present state. It never acts for longer than what it is about is open. */
const TELLS_FOR_MS = 90 * DAY;

/** Makes the link for one person and one turn of a request, once. */
export async function makeLink(tx: Tx, keys: Keyring, link: { coachId: CoachId; purpose: LinkPurpose; requestId: RequestId; resolutionId: ResolutionId | null; revision: number }, now: Instant): Promise<void> {
  const id = mintId<LinkId>('link');
  const made = tokenOf(keys, link.purpose, id);
  if (!made) throw new Problem('IMPOSSIBLE_STATE', 'There is no current key to sign with.');
  await run(tx, `insert into links (token_hash, coach_id, id, key_id, purpose, request_id, resolution_id, revision, created_at, expires_at)
    values (:hash, :coach, :id, :keyId, :purpose, :request, :resolution, :revision, :now, :expires)`, {
    hash: tokenHash(made.token), coach: link.coachId, id, keyId: made.keyId, purpose: link.purpose, request: link.requestId, resolution: link.resolutionId,
    revision: link.revision, now: param(now), expires: param(plus(now, TELLS_FOR_MS)),
  });
}

/** The link behind a token, or null: unknown, forged or too old all look the same. */
export async function findLink(db: Reader, keys: Keyring, token: string, now: Instant): Promise<Link | null> {
  const purpose = readToken(keys, token);
  if (!purpose) return null;
  return oneRow<Link>(db, `select coach_id, id, key_id, purpose, request_id, resolution_id, revision, expires_at from links
    where token_hash = :hash and purpose = :purpose and expires_at > :now`, { hash: tokenHash(token), purpose, now: param(now) });
}

/** The path of the latest link for this purpose and request (and resolution), as the mail shows it. */
export async function linkPath(db: Reader, keys: Keyring, about: { coachId: CoachId; purpose: LinkPurpose; requestId: RequestId; resolutionId: ResolutionId | null; revision?: number }): Promise<string> {
  const row = await oneRow<{ id: string; key_id: string }>(db, `
    select id, key_id from links where coach_id = :coach and request_id = :request and purpose = :purpose
      and resolution_id is not distinct from :resolution and (cast(:revision as integer) is null or revision = :revision)
    order by created_at desc limit 1`, { coach: about.coachId, request: about.requestId, purpose: about.purpose, resolution: about.resolutionId, revision: about.revision ?? null });
  const made = row && tokenOf(keys, about.purpose, row.id, row.key_id);
  if (!made) throw new Problem('IMPOSSIBLE_STATE', 'A letter has no link to show.', { request: about.requestId, purpose: about.purpose });
  return `/l/${made.token}`;
}
