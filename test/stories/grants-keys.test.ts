/** `makeway keys rotate`: everything sealed comes under the current key, and it is said what the older ones are for. */
import { randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, expect, test } from 'vitest';
import { leave, rotate } from '../../src/cli/grants.js';
import { saveCoach } from '../../src/coach/coach.store.js';
import { SEALED } from '../../src/google/sealed.store.js';
import { effectChannel } from '../../src/kernel/effects.js';
import { DAY, plus } from '../../src/kernel/interval.js';
import { compose, type Composed } from '../../src/ops/compose.js';
import { keyring } from '../../src/ops/keyring.js';
import { inTx } from '../../src/postgres/transaction.js';
import { decide, linkTo, look, MONDAY, wish, worlds } from '../support/story.js';
import { at, DANA, KIM, type World } from '../support/world.js';

const open = worlds();
const others: Composed[] = [];
afterEach(async () => { for (const c of others.splice(0)) await c.close(); });
const key = (id: string) => ({ id, key: randomBytes(32) });
type Key = World['settings']['secretKeys'][number];
/** A daemon with other keys than those of the world's start; the first is current. */
function withKeys(w: World, ...secretKeys: [Key, ...Key[]]): Composed {
  const c = compose({ ...w.settings, secretKeys }, 'rotator', { clock: w.clock, connections: 3 });
  others.push(c);
  return c;
}
const sealedKeys = async (w: World): Promise<string[]> => (await w.all<{ k: string }>(`select distinct split_part(t, '.', 1) as k from (select refresh_token_sealed as t from grants union select access_token_sealed from grants) s where t is not null order by 1`)).map((r) => r.k);
/** As many coaches more, each with a permission sealed by `ring`. */
async function coaches(w: World, n: number, ring: ReturnType<typeof keyring>, from = 0): Promise<void> {
  for (let i = from; i < from + n; i++) {
    const id = await inTx(w.shell.db, 'commit coach', (tx) => saveCoach(tx, { slug: `c${i}`, name: `C ${i}`, email: `c${i}@coach.example`, zone: 'Europe/Berlin', policy: {} }, w.now()));
    await w.shell.db.raw(`insert into grants (coach_id, id, google_sub, email, scopes, refresh_token_sealed, state, updated_at) values (?, ?, ?, ?, '{}', ?, 'active', now())`, [id, `gr_${i}`, String(i), `c${i}@coach.example`, ring.seal(`1//refresh-${i}`)]);
  }
}

test('every sealed column of the database is known to the rotation', async () => {
  const w = await open();
  const columns = await w.all<{ table_name: string; column_name: string }>(`select table_name, column_name from information_schema.columns where table_schema = 'public' and column_name like '%\\_sealed' order by 1, 2`);
  expect(columns.map((c) => `${c.table_name}.${c.column_name}`)).toEqual(SEALED.map((s) => `${s.table}.${s.column}`).sort());
});

test('first told, then done, in batches; then the old key is no longer needed, and the coach is still connected', async () => {
  const w = await open();
  const [old] = w.settings.secretKeys;
  await coaches(w, 450, w.shell.keys);
  const next = key('2026-B_x');
  const both = withKeys(w, next, old);
  const before = await w.fingerprint();
  const dry = await rotate(both.shell, true);
  expect(dry).toEqual({ lines: [`452 secrets would be sealed anew under the key "2026-B_x".`, `The key "${old.id}" is still needed: 452 secrets.`], exitCode: 0 });
  expect(await w.fingerprint()).toBe(before);

  const done = await rotate(both.shell, false);
  expect(done).toEqual({ lines: ['452 secrets sealed anew under the key "2026-B_x".', `The key "${old.id}" is no longer needed: take it out of SECRET_KEYS.`], exitCode: 0 });
  expect(await sealedKeys(w)).toEqual([next.id]);
  expect((await rotate(both.shell, false)).lines[0]).toBe('0 secrets sealed anew under the key "2026-B_x".');
  const alone = withKeys(w, next);
  expect(await (await alone.shell.google(w.coachId)).listWindow(KIM.email, { start: MONDAY, end: at(MONDAY, 1) })).toHaveLength(1);
  expect(await w.one('select count(*) as n from grants where state = \'active\'')).toEqual({ n: 451 });
});

test('a run that was stopped is repeated, beside a daemon that refreshes: nothing is lost', async () => {
  const w = await open();
  const [old] = w.settings.secretKeys;
  await coaches(w, 300, w.shell.keys);
  const next = key('k2');
  await w.shell.db.raw(`update grants set refresh_token_sealed = ? where id = 'gr_7'`, [keyring([next]).seal('1//refresh-7')]);
  const both = withKeys(w, next, old);
  const stopped = withKeys(w, next, old);
  others.splice(others.indexOf(stopped), 1);
  const stop = (name: unknown): void => { if (name === 'commit reseal') void stopped.shell.db.destroy(); };
  subscribe(effectChannel.name, stop);
  expect(await rotate(stopped.shell, false).catch((error: unknown) => error)).toBeInstanceOf(Error);
  unsubscribe(effectChannel.name, stop);
  expect(await sealedKeys(w)).toEqual(['k1', 'k2']);
  await Promise.all([rotate(both.shell, false), rotate(both.shell, false), (await w.shell.google(w.coachId)).listWindow(KIM.email, { start: MONDAY, end: at(MONDAY, 1) })]);
  await rotate(both.shell, false);
  expect(await sealedKeys(w)).toEqual(['k2']);
  for (const g of await w.all<{ id: string; refresh_token_sealed: string }>(`select id, refresh_token_sealed from grants where id like 'gr\\__' or id like 'gr\\___'`)) {
    if (/^gr_\d+$/.test(g.id)) expect(both.shell.keys.open(g.refresh_token_sealed)).toBe(`1//refresh-${g.id.slice(3)}`);
  }
});

test('a text whose key is missing, or is another key of that name, is told by coach and stops nothing; no secret is said', async () => {
  const w = await open();
  const [old] = w.settings.secretKeys;
  const [lost, next] = [key('lost'), key('k2')];
  await coaches(w, 1, keyring([lost]));
  await coaches(w, 1, keyring([{ id: old.id, key: randomBytes(32) }]), 1);
  await coaches(w, 1, w.shell.keys, 2);
  await w.shell.db.raw(`update grants set refresh_token_sealed = '1//unsealed-by-mistake.x' where coach_id = (select id from coaches where slug = 'c2')`);
  const { lines, exitCode } = await rotate(withKeys(w, next, old).shell, false);
  expect(exitCode).toBe(1);
  expect(lines[0]).toBe('2 secrets sealed anew under the key "k2".');
  expect(lines.filter((l) => /^c\d: /.test(l)).sort()).toEqual([
    expect.stringMatching(/^c0: a secret under the key "lost" cannot be opened, SECRET_KEYS lacks that key/),
    expect.stringMatching(new RegExp(`^c1: a secret under the key "${old.id}" cannot be opened, the key of that name`)),
    expect.stringMatching(/^c2: a secret under the key "\?" cannot be opened/),
  ]);
  expect(lines.join('\n')).toContain(`The key "${old.id}" is still needed: 1 secret.`);
  const secrets = [...[old, lost, next].map((k) => k.key.toString('base64')), '1//', 'refresh-', 'ya29'];
  for (const secret of secrets) expect(lines.join('\n')).not.toContain(secret);
});

test('links in mails keep their key: it is said until when, and they open under both', async () => {
  const w = await open();
  const [old] = w.settings.secretKeys;
  await wish(w);
  const link = await linkTo(w, KIM.email);
  const next = key('NEW-key_2');
  const both = withKeys(w, next, old);
  const { lines } = await rotate(both.shell, false);
  expect(lines.at(-1)).toBe(`The key "${old.id}" is still needed: 2 links in mails, the last until ${new Date(plus(w.now(), 90 * DAY)).toISOString().slice(0, 10)}.`);
  expect((await look(link)).status).toBe(200);
  const without = await rotate(withKeys(w, next).shell, false);
  expect(without.lines.at(-1)).toMatch(/is still needed: 2 links in mails.*SECRET_KEYS lacks it\.$/);
  w.setNow(plus(w.now(), 91 * DAY));
  expect((await rotate(both.shell, false)).lines.at(-1)).toBe(`The key "${old.id}" is no longer needed: take it out of SECRET_KEYS.`);
});

test('a key may be called whatever settings allow: its links open', async () => {
  const w = await open();
  const named = keyring([{ id: 'Key_2026-B', key: randomBytes(32) }]);
  Object.assign(w.shell, { keys: named });
  await w.shell.db.raw('update grants set refresh_token_sealed = ?, access_token_sealed = null', [named.seal('1//x')]);
  await wish(w);
  expect((await decide(w, { do: 'option2' })).status).toBe(200);
  await w.settle();
  expect((await look(await linkTo(w, DANA.email))).status).toBe(200);
});

test('a coach who is leaving is rotated too', async () => {
  const w = await open();
  const [old] = w.settings.secretKeys;
  await w.control('/rules', { pathPattern: '^/(revoke|token)', forever: true, status: 400, body: '{"error":"temporarily_unavailable"}', contentType: 'application/json' });
  await leave(w.shell, KIM.slug);
  const next = key('k2');
  await rotate(withKeys(w, next, old).shell, false);
  const row = await w.one<{ refresh_token_sealed: string }>('select refresh_token_sealed from disconnections');
  expect(row?.refresh_token_sealed).toMatch(/^k2\./);
});
