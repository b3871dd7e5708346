import { join } from 'node:path';
import type { Knex } from 'knex';
import { projectRoot } from '../../config/settings.js';

const config = { loadExtensions: ['.mjs'], tableName: 'migrations', directory: '' };
/** Any number: only Makeway takes it. */
const LOCK = 7_306_022_011;

export const migrationsConfig = (): Knex.MigratorConfig => ({ ...config, directory: join(projectRoot(), 'migrations') });

/** Brings the database up to date. Daemons that start together take turns by an advisory lock, which ends with its
 *  connection; the migrator's own lock row, which a kill would leave behind, is freed under it. */
export async function migrate(db: Knex): Promise<string[]> {
  return db.transaction(async (tx) => {
    await tx.raw('select pg_advisory_xact_lock(?)', [LOCK]);
    await db.migrate.forceFreeMigrationsLock(migrationsConfig());
    const [, applied] = (await db.migrate.latest(migrationsConfig())) as [number, string[]];
    return applied;
  });
}
