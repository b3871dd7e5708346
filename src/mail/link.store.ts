import type { CoachId, LinkId, RequestId, ResolutionId, WishId } from '../kernel/ids.js';
import { DAY, plus, type Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { mintId, oneRow, param, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';
import type { Keyring } from '../work/shell.port.js';
import { readToken, tokenHash, tokenOf, type LinkPurpose } from './link.js';

export interface Link { readonly coach_id: CoachId; readonly id: LinkId; readonly key_id: string; readonly purpose: Exclude<LinkPurpose, 'confirm'>; readonly request_id: RequestId; readonly resolution_id: ResolutionId | null; readonly revision: number; readonly expires_at: Instant }
/** The link that confirms what a visitor of the booking page asks for. */
export interface WishLink { readonly coach_id: CoachId; readonly id: LinkId; readonly key_id: string; readonly purpose: 'confirm'; readonly wish_id: WishId }

/** How long a spent link still tells the present state. It never acts for longer than what it is about is open. */
const TELLS_FOR_MS = 90 * DAY;

/** Makes the link for one person and one turn of a request, once. */
export const makeLink = (tx: Tx, keys: Keyring, link: { coachId: CoachId; purpose: Link['purpose']; requestId: RequestId; resolutionId: ResolutionId | null; revision: number }, now: Instant): Promise<void> =>
  insertLink(tx, keys, link, now);
/** The same for a wish that is not confirmed yet. */
export const makeWishLink = (tx: Tx, keys: Keyring, link: { coachId: CoachId; wishId: WishId }, now: Instant): Promise<void> => insertLink(tx, keys, { ...link, purpose: 'confirm', revision: 0 }, now);

async function insertLink(tx: Tx, keys: Keyring, link: { coachId: CoachId; purpose: LinkPurpose; requestId?: RequestId; resolutionId?: ResolutionId | null; wishId?: WishId; revision: number }, now: Instant): Promise<void> {
  const id = mintId<LinkId>('link');
  const made = tokenOf(keys, link.purpose, id);
  if (!made) throw new Problem('IMPOSSIBLE_STATE', 'There is no current key to sign with.');
  await run(tx, `insert into links (token_hash, coach_id, id, key_id, purpose, request_id, resolution_id, wish_id, revision, created_at, expires_at)
    values (:hash, :coach, :id, :keyId, :purpose, :request, :resolution, :wish, :revision, :now, :expires)`, {
    hash: tokenHash(made.token), coach: link.coachId, id, keyId: made.keyId, purpose: link.purpose, request: link.requestId ?? null, resolution: link.resolutionId ?? null,
    wish: link.wishId ?? null, revision: link.revision, now: param(now), expires: param(plus(now, TELLS_FOR_MS)),
  });
}

/** The link behind a token, or null: unknown, forged or too old all look the same. */
export async function findLink(db: Reader, keys: Keyring, token: string, now: Instant): Promise<Link | WishLink | null> {
  const purpose = readToken(keys, token);
  if (!purpose) return null;
  return oneRow<Link | WishLink>(db, `select coach_id, id, key_id, purpose, request_id, resolution_id, wish_id, revision, expires_at from links
    where token_hash = :hash and purpose = :purpose and expires_at > :now`, { hash: tokenHash(token), purpose, now: param(now) });
}

interface About { readonly coachId: CoachId; readonly purpose: Link['purpose']; readonly requestId: RequestId; readonly resolutionId: ResolutionId | null; readonly revision?: number }

/** The path of the latest link for this purpose and request (and resolution), as the mail shows it. */
export async function linkPath(db: Reader, keys: Keyring, about: About): Promise<string> {
  const path = await findPath(db, keys, about);
  if (path === null) throw new Problem('IMPOSSIBLE_STATE', 'A letter has no link to show.', { request: about.requestId, purpose: about.purpose });
  return path;
}

/** The same, or null if there is none: requests of before have no status link. */
export async function findPath(db: Reader, keys: Keyring, about: About): Promise<string | null> {
  const row = await oneRow<{ id: string; key_id: string }>(db, `
    select id, key_id from links where coach_id = :coach and request_id = :request and purpose = :purpose
      and resolution_id is not distinct from :resolution and (cast(:revision as integer) is null or revision = :revision)
    order by created_at desc limit 1`, { coach: about.coachId, request: about.requestId, purpose: about.purpose, resolution: about.resolutionId, revision: about.revision ?? null });
  const made = row && tokenOf(keys, about.purpose, row.id, row.key_id);
  return made && `/l/${made.token}`;
}

/** The path of the link that confirms a wish. */
export async function wishPath(db: Reader, keys: Keyring, about: { coachId: CoachId; wishId: WishId }): Promise<string> {
  const row = await oneRow<{ id: string; key_id: string }>(db, 'select id, key_id from links where coach_id = :coachId and wish_id = :wishId', about);
  const made = row && tokenOf(keys, 'confirm', row.id, row.key_id);
  if (!made) throw new Problem('IMPOSSIBLE_STATE', 'A wish has no link to show.', { wish: about.wishId });
  return `/l/${made.token}`;
}
