/** Statements as they go to Postgres: prepared once, prepared anew after a migration, and rows by COPY. */
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { copyInto } from '../../src/postgres/copy.js';
import { openPool } from '../../src/postgres/pool.js';
import { oneRow, rows, run } from '../../src/postgres/rows.js';
import { inTx, type Db } from '../../src/postgres/transaction.js';
import { cloneDatabase } from '../support/database.js';

let db: Db;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase(inject('databaseServer'), inject('template'));
  db = openPool(database.url, 1); // one connection: what it has prepared is known
  drop = async () => { await db.destroy(); await database.drop(); };
});
afterAll(() => drop());
beforeEach(() => db.raw('drop table if exists things; create table things (id integer primary key, word text, facts jsonb)'));

const prepared = async (like: string): Promise<number> => (await rows<{ n: number }>(db, `select count(*) as n from pg_prepared_statements where statement like :like and statement not like '%pg_prepared%'`, { like }))[0]?.n ?? 0;

test('a text is prepared once on a connection, whatever its parameters', async () => {
  for (let id = 0; id < 20; id++) await run(db, 'insert into things (id) values (:id)', { id });
  expect(await rows(db, 'select id from things where id > :least', { least: 17 })).toEqual([{ id: 18 }, { id: 19 }]);
  expect(await prepared('insert into things%')).toBe(1);
});

test('after a migration, what was prepared before it is prepared anew: outside of a transaction, and in one', async () => {
  const read = (reader: Parameters<typeof oneRow>[0]): Promise<unknown> => oneRow(reader, 'select * from things where id = :id', { id: 1 });
  await run(db, 'insert into things (id) values (1)');
  expect(await read(db)).toEqual({ id: 1, word: null, facts: null });
  await db.raw('alter table things add column more text');
  expect(await read(db)).toEqual({ id: 1, word: null, facts: null, more: null });
  await db.raw('alter table things drop column word');
  let tries = 0;
  expect(await inTx(db, 'commit pull', async (tx) => { tries++; await run(tx, 'update things set more = :more', { more: 'x' }); return read(tx); })).toEqual({ id: 1, facts: null, more: 'x' });
  expect(tries).toBe(2);
});

test('COPY brings every text as it is, in pieces of any size', async () => {
  const word = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.constantFrom('\\', '\\N', '\\.', 'a\tb', 'a\nb', 'a\r\nb', '"', '\\n', '', '\\\\.\n'), fc.string({ minLength: 1_000, maxLength: 3_000 })).map((s) => s.replaceAll('\0', ''));
  await fc.assert(fc.asyncProperty(fc.array(fc.option(word), { maxLength: 200 }), async (words) => {
    await db.raw('truncate things');
    const facts = (w: string | null): string | null => (w === null ? null : JSON.stringify({ w }));
    await inTx(db, 'commit pull', (tx) => copyInto(tx, 'things', ['id', 'word', 'facts'], words.map((w, i) => [i, w, facts(w)])));
    expect(await rows(db, 'select word, facts from things order by id')).toEqual(words.map((w) => ({ word: w, facts: w === null ? null : { w } })));
  }), { numRuns: 60 });
});

test('what COPY refuses is told as Postgres tells it, and the connection goes on', async () => {
  await run(db, 'insert into things (id) values (7)');
  const many = Array.from({ length: 5_000 }, (_, id) => [id, 'w'.repeat(100), null]);
  await expect(inTx(db, 'commit pull', (tx) => copyInto(tx, 'things', ['id', 'word', 'facts'], many))).rejects.toMatchObject({ code: '23505' });
  await expect(inTx(db, 'commit pull', (tx) => copyInto(tx, 'things', ['id', 'facts'], [[8, '{"a":']]))).rejects.toMatchObject({ code: '22P02' });
  await expect(inTx(db, 'commit pull', (tx) => copyInto(tx, 'nothings', ['id'], [[1]]))).rejects.toMatchObject({ code: '42P01' });
  expect(await rows(db, 'select id from things')).toEqual([{ id: 7 }]);
});
