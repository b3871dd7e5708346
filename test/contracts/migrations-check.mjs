/**
 * Walks the migrations up, down to nothing and up again on a throwaway database, and compares the catalogue:
 * a way down that leaves something behind, or a way up that depends on what was left, is named.
 * Run after the build. Uses the server of MAKEWAY_TEST_DATABASE_URL if given, else starts its own.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { startPostgres } from '../../dist/src/launcher/postgres.js';
import { migrate, migrationsConfig } from '../../dist/src/ops/migrate.js';
import { openPool } from '../../dist/src/postgres/pool.js';

/** Everything a migration can make in the schema, one line each. Names that Postgres chose itself are part of it. */
const CATALOGUE = {
  column: `select c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end
      || coalesce(' ' || nullif(a.attidentity::text, '') || ' identity', '') || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') || coalesce(' collate ' || nullif(a.attcollation, 0)::regcollation, '') as line
    from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and a.attnum > 0 and not a.attisdropped`,
  relation: `select relkind::text || ' ' || relname || ' ' || relpersistence::text || coalesce(' with ' || array_to_string(reloptions, ','), '') as line from pg_class
    where relnamespace = 'public'::regnamespace and relkind <> 'c'`,
  constraint: `select conrelid::regclass || ' ' || conname || ': ' || pg_get_constraintdef(oid) as line from pg_constraint where connamespace = 'public'::regnamespace`,
  index: `select indexdef as line from pg_indexes where schemaname = 'public'`,
  trigger: `select pg_get_triggerdef(t.oid) as line from pg_trigger t join pg_class c on c.oid = t.tgrelid where c.relnamespace = 'public'::regnamespace and not t.tgisinternal`,
  function: `select p.oid::regprocedure || ' ' || md5(p.prosrc) as line from pg_proc p where p.pronamespace = 'public'::regnamespace
    and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')`,
  type: `select t.typname || ' ' || coalesce((select string_agg(enumlabel, ',' order by enumsortorder) from pg_enum where enumtypid = t.oid), pg_get_constraintdef((select min(oid) from pg_constraint where contypid = t.oid)), '') as line
    from pg_type t where t.typnamespace = 'public'::regnamespace and t.typtype in ('e', 'd', 'r')
      and not exists (select from pg_depend d where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e')`,
};
/** The migrator's own tables stay: they are its memory, not the schema. */
const LEDGER = /\bmigrations(_lock)?(_|\b)/;

async function catalogue(db) {
  const lines = [];
  for (const [kind, sql] of Object.entries(CATALOGUE)) {
    const { rows } = await db.raw(sql);
    lines.push(...rows.map((row) => `${kind} ${row.line}`));
  }
  return lines.filter((line) => !LEDGER.test(line)).sort();
}

async function walk(url) {
  const db = openPool(url, 2);
  try {
    const faults = [];
    const applied = await migrate(db);
    if (applied.length === 0) throw new Error('no migration was applied: the database was not empty');
    const first = await catalogue(db);
    if (first.length === 0) throw new Error('the catalogue is empty after the way up: the check is blind');

    const [, undone] = await db.migrate.rollback(migrationsConfig(), true);
    if (undone.length !== applied.length) faults.push(`${String(applied.length)} migrations went up, ${String(undone.length)} came down`);
    faults.push(...(await catalogue(db)).map((line) => `left behind by the way down: ${line}`));

    await migrate(db);
    const second = await catalogue(db);
    if (!isDeepStrictEqual(first, second)) {
      faults.push(...first.filter((line) => !second.includes(line)).map((line) => `missing the second time: ${line}`));
      faults.push(...second.filter((line) => !first.includes(line)).map((line) => `new the second time: ${line}`));
    }
    return { faults, applied, lines: first.length };
  } finally {
    await db.destroy();
  }
}

async function onThrowawayDatabase(work) {
  const given = process.env.MAKEWAY_TEST_DATABASE_URL;
  if (given) {
    const name = `migrations_check_${String(process.pid)}`;
    const server = openPool(given, 1);
    try {
      await server.raw('create database ??', [name]);
      try {
        return await work(Object.assign(new URL(given), { pathname: `/${name}` }).href);
      } finally {
        await server.raw('drop database ?? with (force)', [name]);
      }
    } finally {
      await server.destroy();
    }
  }
  const folder = mkdtempSync(join(tmpdir(), 'makeway-migrations-'));
  // Root's Postgres runs under another account, which has to pass through.
  chmodSync(folder, 0o755);
  try {
    const postgres = await startPostgres({ dataDir: folder, isDurable: false });
    try {
      return await work(postgres.url);
    } finally {
      await postgres.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

const { faults, applied, lines } = await onThrowawayDatabase(walk);
for (const fault of faults) console.error(fault);
console.log(`migrations: ${String(applied.length)} went up, down and up again; ${String(lines)} lines of catalogue compared, ${String(faults.length)} faults`);
if (faults.length > 0) process.exitCode = 1;
