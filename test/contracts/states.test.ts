/** The state machine is told twice: in the tables that the code follows, and in the CHECKs that refuse everything else. */
import { inject, expect, test, describe, beforeAll, afterAll } from 'vitest';
import { openPool } from '../../src/postgres/pool.js';
import { oneRow } from '../../src/postgres/rows.js';
import { REASON_IN_WORDS } from '../../src/requests/request.js';
import { LANDING, OPTION_1, OPTION_2, REQUEST, type Way } from '../../src/resolution/states.js';
import { cloneDatabase } from '../support/database.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
let db: ReturnType<typeof openPool>;
beforeAll(async () => {
  database = await cloneDatabase(inject('databaseServer'), inject('template'));
  db = openPool(database.url, 1);
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

const definition = async (name: string): Promise<string> => (await oneRow<{ def: string }>(db, 'select pg_get_constraintdef(oid) as def from pg_constraint where conname = :name', { name }))?.def ?? '';
/** Every combination of `values` that the CHECK lets pass. */
async function passes(name: string, columns: Readonly<Record<string, readonly (string | number)[]>>): Promise<string[]> {
  const check = /^CHECK \((.*)\)$/s.exec(await definition(name))?.[1];
  if (check === undefined) throw new Error(`there is no CHECK ${name}`);
  const names = Object.keys(columns);
  const from = Object.entries(columns).map(([column, values]) => `(values ${values.map((v) => (typeof v === 'number' ? `(${String(v)}::smallint)` : `('${v}'::text)`)).join(', ')}) as _${column}(${column})`);
  const row = await oneRow<{ found: string[] }>(db, `select coalesce(array_agg(concat_ws(' > ', ${names.join(', ')}) order by 1), '{}') as found from ${from.join(' cross join ')} where ${check}`, {});
  return (row?.found ?? []).sort();
}
const steps = (ways: Readonly<Record<string, Readonly<Record<string, Way>>>>, option: number): string[] =>
  Object.entries(ways).flatMap(([from, out]) => Object.values(out).filter((way) => way.to !== from).map((way) => `${String(option)} > ${from} > ${way.to}`));
const STATES = ['', ...Object.keys(OPTION_2)];

describe('the database says the same as the tables', () => {
  test('resolutions', async () => {
    const told = new Set([...steps(OPTION_2, 2), ...steps(OPTION_1, 1), '1 >  > asked', '2 >  > asked']);
    expect(await passes('resolutions_ways', { option: [1, 2], came_from: STATES, state: STATES })).toEqual([...told].sort());
  });
  test('landings', async () => {
    const told = new Set([' > intended', ...Object.entries(LANDING).flatMap(([from, out]) => Object.values(out).map((to) => `${from} > ${to}`))]);
    const states = ['', ...Object.keys(LANDING)];
    expect(await passes('landings_ways', { came_from: states, state: states })).toEqual([...told].sort());
  });
  test('requests', async () => {
    const told = new Set([' > pending_resolution', ...Object.entries(REQUEST).flatMap(([from, out]) => Object.values(out).map((to) => `${from} > ${to}`))]);
    const states = ['', ...Object.keys(REQUEST)];
    expect(await passes('requests_ways', { came_from: states, state: states })).toEqual([...told].sort());
  });
  test('the reasons for which a request waits, and for which an attempt ends', async () => {
    const reasons = Object.keys(REASON_IN_WORDS);
    expect(await passes('requests_pending_reason', { pending_reason: [...reasons, 'another'] })).toEqual([...reasons].sort());
    const ends = [...new Set([...Object.values(OPTION_2), ...Object.values(OPTION_1)].flatMap((out) => Object.values(out).flatMap((way: Way) => way.because ?? [])))];
    expect(await passes('resolutions_end_reason_check', { end_reason: [...ends, 'another'] })).toEqual([...ends].sort());
  });
});
