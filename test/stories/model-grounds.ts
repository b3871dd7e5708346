/** The place where histories are lived: one database, one emulator, two mail servers (ours and Google's), the road between
 *  us and Google, and two daemons at a time; each history has a coach of its own. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { readDaemonSettings } from '../../config/settings.js';
import { saveApiKey, saveCoach } from '../../src/coach/coach.store.js';
import { startEmulator } from '../../src/emulator/index.js';
import { saveCalendar, saveGrant, saveSignIn } from '../../src/google/grant.store.js';
import { googleByGrant } from '../../src/google/oauth.adapter.js';
import type { CoachId } from '../../src/kernel/ids.js';
import { instant, plus, type Instant } from '../../src/kernel/interval.js';
import type { Policy } from '../../src/kernel/policy.js';
import { startMailCatcher } from '../../src/launcher/mail-catcher.js';
import { compose } from '../../src/ops/compose.js';
import { inTx } from '../../src/postgres/transaction.js';
import { control as controlAt, type Json } from '../mirror/converge-call.js';
import { cloneDatabase } from '../support/database.js';
import { openRoad } from '../support/road.js';
import { freePort } from '../../src/launcher/ports.js';
import { ZONE } from './model-cast.js';
import { Mortal } from './model-mortal.js';

export const LEASE_MS = 20_000;
export type Grounds = Awaited<ReturnType<typeof newGrounds>>;
const sha = (text: string): Buffer => createHash('sha256').update(text).digest();

export async function newGrounds() {
  const folder = mkdtempSync(join(tmpdir(), 'makeway-model-'));
  const database = await cloneDatabase(inject('databaseServer'), inject('template'));
  const ours = await startMailCatcher({ dir: join(folder, 'ours') }), googles = await startMailCatcher({ dir: join(folder, 'googles') });
  const emulator = await startEmulator({ dataDir: join(folder, 'emulator'), smtpUrl: googles.url });
  let now = 0;
  // It never shows the same millisecond twice, so that what came first can be told.
  const clock = { now: (): Instant => instant((now += 1)) };
  const road = await openRoad(emulator.url, () => now);
  const port = await freePort();
  const settings = readDaemonSettings({
    DATABASE_URL: database.url, PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}`, SMTP_URL: ours.url, MAKEWAY_EMULATOR_URL: emulator.url,
    SECRET_KEYS: `k1:${randomBytes(32).toString('base64')}`, MAKEWAY_DATA_DIR: folder, MAKEWAY_LEASE_MS: String(LEASE_MS),
  });
  const { shell, oauth, close } = compose(settings, 'model', { clock, connections: 10 });
  const apiKey = `test_${randomBytes(8).toString('hex')}`, signIn = randomBytes(32).toString('base64url');
  await inTx(shell.db, 'commit coach', (tx) => saveApiKey(tx, 'model', sha(apiKey), instant(1)));
  let owners = 0;

  const daemons: (Mortal | undefined)[] = [];
  /** A daemon of Makeway: its own owner of leases, its own access tokens, its own web server, and a death of its own. */
  async function begin(): Promise<Mortal> {
    const mortal = new Mortal(), db = mortal.db(shell.db), owner = `elsewhere:${(owners += 1)}:model`;
    const google = { ...settings.google, apiRoot: road.url, oauthRoot: road.url };
    await mortal.begin({ ...shell, db, owner, google: googleByGrant({ db, keys: shell.keys, google, clock, owner, mailFrom: shell.mailFrom }) }, oauth, await freePort());
    return mortal;
  }

  return {
    url: emulator.url, publicUrl: settings.publicUrl, road, clock, db: shell.db, shell, ours, googles, apiKey,
    cookie: `makeway_sign_in=${signIn}`,
    now: () => now,
    control: (method: string, path: string, body?: unknown): Promise<Json> => controlAt(emulator.url, method, path, body),
    /** Both clocks, here and at Google, show `to`. */
    async setClock(to: number): Promise<void> { now = to; await controlAt(emulator.url, 'POST', '/clock', { now: to }); },
    /** The first or the second daemon; a new one in place of one that died. */
    async daemon(which: 0 | 1): Promise<Mortal> {
      const known = daemons[which];
      if (known && !known.isDead) return known;
      await known?.web.close();
      return (daemons[which] = await begin());
    },
    /** A coach who gave permission, whose calendars are to be mirrored, and who is signed in. */
    async connect(email: string, slug: string, policy: Partial<Policy>, calendars: readonly { googleId: string; role: 'sessions' | 'busy' }[]): Promise<CoachId> {
      return inTx(shell.db, 'commit coach', async (tx) => {
        const at = clock.now();
        const coachId = await saveCoach(tx, { slug, name: 'Kim', email, zone: ZONE, policy }, at);
        await saveGrant(tx, {
          coachId, sub: email, email, scopes: [], refreshSealed: shell.keys.seal(`refresh:${email}`), accessSealed: shell.keys.seal(`sandbox:${email}`),
          accessExpiresAt: instant(Date.UTC(2100, 0)), refreshAt: null,
        }, at);
        for (const [i, c] of calendars.entries()) await saveCalendar(tx, { coachId, id: `cal_${i}`, googleId: c.googleId, summary: 'a calendar', zone: ZONE, accessRole: 'owner', role: c.role }, at);
        await saveSignIn(tx, sha(signIn), coachId, at, plus(at, 365 * 86_400_000));
        return coachId;
      });
    },
    async close(): Promise<void> {
      for (const daemon of daemons) await daemon?.web.close();
      await close();
      await road.close();
      await emulator.close();
      await Promise.all([ours.close(), googles.close()]);
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
