import { readPolicy, type Policy } from '../kernel/policy.js';
import type { CoachId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { mintId, oneRow, param, rows, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';

export interface Coach { readonly id: CoachId; readonly slug: string; readonly name: string; readonly email: string; readonly zone: string; readonly policy: Policy }
interface CoachRow { id: CoachId; slug: string; name: string; email: string; time_zone: string; policy: unknown }
const coachOf = (row: CoachRow): Coach => ({ id: row.id, slug: row.slug, name: row.name, email: row.email, zone: row.time_zone, policy: readPolicy(row.policy) });

export async function coachById(db: Reader, id: CoachId): Promise<Coach> {
  const row = await oneRow<CoachRow>(db, 'select * from coaches where id = :id', { id });
  if (!row) throw new Problem('COACH_UNKNOWN', 'There is no such coach.', { id });
  return coachOf(row);
}
export async function coachBySlug(db: Reader, slug: string): Promise<Coach | null> {
  const row = await oneRow<CoachRow>(db, 'select * from coaches where slug = :slug', { slug });
  return row && coachOf(row);
}
export async function coachByEmail(db: Reader, email: string): Promise<Coach | null> {
  const row = await oneRow<CoachRow>(db, 'select * from coaches where email = :email', { email: email.toLowerCase() });
  return row && coachOf(row);
}
export const allCoaches = async (db: Reader): Promise<Coach[]> => (await rows<CoachRow>(db, 'select * from coaches order by slug')).map(coachOf);
/** Decisions about one coach's time are made one after the other: each begins with this lock. */
export async function lockCoach(tx: Tx, id: CoachId): Promise<Coach> {
  const row = await oneRow<CoachRow>(tx, 'select * from coaches where id = :id for no key update', { id });
  if (!row) throw new Problem('COACH_UNKNOWN', 'There is no such coach.', { id });
  return coachOf(row);
}
/** Adds a coach, or brings name and zone of the one with that e-mail up to date; their policy stays.
 *  @throws Problem REQUEST_INVALID if another coach has the slug */
export async function saveCoach(tx: Tx, coach: { slug: string; name: string; email: string; zone: string; policy: Partial<Policy> }, now: Instant): Promise<CoachId> {
  const holder = await coachBySlug(tx, coach.slug);
  if (holder && holder.email !== coach.email.toLowerCase()) throw new Problem('REQUEST_INVALID', `Another coach has the slug "${coach.slug}". Choose another one.`);
  const row = await oneRow<{ id: CoachId }>(tx, `
    insert into coaches (id, slug, name, email, time_zone, policy, created_at) values (:id, :slug, :name, :email, :zone, :policy, :now)
    on conflict (email) do update set name = excluded.name, time_zone = excluded.time_zone returning id`,
  { id: mintId('coach'), slug: coach.slug, name: coach.name, email: coach.email.toLowerCase(), zone: coach.zone, policy: JSON.stringify(coach.policy), now: param(now) });
  if (!row) throw new Problem('IMPOSSIBLE_STATE', 'A coach was neither added nor changed.');
  return row.id;
}

/** Sets some rules of a coach's policy; the others stay. */
export async function setPolicy(tx: Tx, id: CoachId, rules: Partial<Policy>): Promise<void> {
  await run(tx, 'update coaches set policy = policy || (:rules)::jsonb where id = :id', { id, rules: JSON.stringify(rules) });
}

/** Takes rules back to the defaults, also to those of releases to come. */
export const dropRules = (tx: Tx, id: CoachId, names: readonly (keyof Policy)[]): Promise<number> =>
  run(tx, 'update coaches set policy = policy - (:names)::text[] where id = :id', { id, names: [...names] });
export const saveDetails = (tx: Tx, id: CoachId, details: { name: string; zone: string; slug: string }): Promise<number> =>
  run(tx, 'update coaches set name = :name, time_zone = :zone, slug = :slug where id = :id', { id, ...details });

/** Keeps a new API key; only its hash is stored. */
export async function saveApiKey(tx: Tx, name: string, hash: Buffer, now: Instant): Promise<void> {
  await run(tx, 'insert into api_keys (id, name, key_hash, created_at) values (:id, :name, :hash, :now)', { id: mintId('key'), name, hash, now: param(now) });
}
export const isApiKey = async (db: Reader, hash: Buffer): Promise<boolean> =>
  (await oneRow(db, 'select 1 from api_keys where key_hash = :hash and revoked_at is null', { hash })) !== null;
