/** One Postgres for the run, one migrated template, one clone of it per world. */
import { mkdtempSync, chmodSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../src/launcher/postgres.js';
import { migrate } from '../../src/ops/migrate.js';
import { newSigningKey } from '../../src/emulator/oauth/token-keys.js';
import { openPool } from '../../src/postgres/pool.js';

declare module 'vitest' {
  export interface ProvidedContext { databaseServer: string; template: string; signingKeys: readonly [string, string] }
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
  // Making RSA keys costs more than all the rest of a world, so all worlds of a run share these.
  project.provide('signingKeys', [newSigningKey(), newSigningKey()]);
  return async () => {
    if (given) for (const name of await left(url, template)) await admin(url, `drop database if exists ${name} with (force)`);
    await own?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

/** The template, and its clones that nobody dropped: each file leaves the one that was made ahead. */
async function left(url: string, template: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: withName(url, 'postgres') });
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>('select datname from pg_database where starts_with(datname, $1)', [template]);
    return rows.map((row) => row.datname);
  } finally {
    await client.end();
  }
}

export interface Clone { readonly url: string; drop(): Promise<void> }
let ahead: { readonly template: string; readonly clone: Promise<Clone | Error> } | null = null;

/** A database of its own, as migrated. The next one is made while this one is in use. */
export async function cloneDatabase(server: string, template: string): Promise<Clone> {
  const kept = ahead;
  ahead = null; // it is for one caller
  const made = kept?.template === template ? await kept.clone : null;
  const clone = made === null || made instanceof Error ? await copyOf(server, template) : made;
  // A failure is met where it is waited for: the copy is made again then, and says so itself.
  ahead ??= { template, clone: copyOf(server, template).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error)))) };
  return clone;
}

async function copyOf(server: string, template: string): Promise<Clone> {
  const name = `${template}_${randomBytes(6).toString('hex')}`;
  // Two clones at the same moment refuse each other: take turns.
  for (let attempt = 0; ; attempt++) {
    try {
      await admin(server, `create database ${name} template ${template} strategy file_copy`);
      break;
    } catch (error) {
      if ((error as { code?: string }).code !== '55006' || attempt > 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 50));
    }
  }
  return { url: withName(server, name), drop: () => admin(server, `drop database if exists ${name} with (force)`) };
}
