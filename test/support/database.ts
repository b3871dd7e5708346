/** One Postgres for the run, one migrated template, one clone of it per world. */
import { mkdtempSync, chmodSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../src/launcher/postgres.js';
import { migrate } from '../../src/ops/migrate.js';
import { openPool } from '../../src/postgres/pool.js';

declare module 'vitest' {
  export interface ProvidedContext { databaseServer: string; template: string }
}

const withName = (url: string, name: string): string => Object.assign(new URL(url), { pathname: `/${name}` }).href;
async function admin(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: withName(url, 'postgres') });
  await client.connect();
  try { await client.query(sql); } finally { await client.end(); }
}

/** vitest's global setup: the server (or the one of MAKEWAY_TEST_DATABASE_URL) and the template. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.MAKEWAY_TEST_DATABASE_URL;
  const folder = mkdtempSync(join(tmpdir(), 'makeway-test-'));
  chmodSync(folder, 0o755);
  const own = given ? null : await startPostgres({ dataDir: folder, isDurable: false });
  const url = given ?? own?.url ?? '';
  const template = `template_${randomBytes(5).toString('hex')}`;
  await admin(url, `create database ${template}`);
  const pool = openPool(withName(url, template), 2);
  await migrate(pool);
  await pool.destroy();
  project.provide('databaseServer', url);
  project.provide('template', template);
  return async () => {
    if (given) await admin(url, `drop database if exists ${template} with (force)`);
    await own?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

/** A database of its own, as migrated. */
export async function cloneDatabase(server: string, template: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `world_${randomBytes(6).toString('hex')}`;
  // Two clones at the same moment refuse each other: take turns.
  for (let attempt = 0; ; attempt++) {
    try {
      await admin(server, `create database ${name} template ${template}`);
      break;
    } catch (error) {
      if ((error as { code?: string }).code !== '55006' || attempt > 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 50));
    }
  }
  return { url: withName(server, name), drop: () => admin(server, `drop database if exists ${name} with (force)`) };
}
