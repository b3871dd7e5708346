/** The place where histories are lived: one database, one emulator, one gate before it; and a coach of their own for each. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { readDaemonSettings } from '../../config/settings.js';
import { saveCoach } from '../../src/coach/coach.store.js';
import { startEmulator } from '../../src/emulator/index.js';
import { saveCalendar, saveGrant } from '../../src/google/grant.store.js';
import { googleByGrant } from '../../src/google/oauth.adapter.js';
import type { CoachId } from '../../src/kernel/ids.js';
import { instant, type Instant } from '../../src/kernel/interval.js';
import { startMailCatcher } from '../../src/launcher/mail-catcher.js';
import { compose } from '../../src/ops/compose.js';
import { inTx } from '../../src/postgres/transaction.js';
import type { Shell } from '../../src/work/shell.port.js';
import { cloneDatabase } from '../support/database.js';
import '../support/smtp-greeting.js';
import { control } from './converge-call.js';
import { openGate } from './converge-gate.js';
import { Mortal } from './converge-mortal.js';

export const LEASE_MS = 20_000;
export type Grounds = Awaited<ReturnType<typeof newGrounds>>;

export async function newGrounds() {
  const folder = mkdtempSync(join(tmpdir(), 'makeway-converge-'));
  const database = await cloneDatabase(inject('databaseServer'), inject('template'));
  const catcher = await startMailCatcher({ dir: join(folder, 'mail') });
  const emulator = await startEmulator({ dataDir: join(folder, 'emulator'), smtpUrl: catcher.url, signingKeys: inject('signingKeys') });
  const gate = await openGate(emulator.url);
  const settings = readDaemonSettings({
    DATABASE_URL: database.url, PORT: '1', PUBLIC_URL: 'http://127.0.0.1:1', SMTP_URL: catcher.url, MAKEWAY_EMULATOR_URL: emulator.url,
    SECRET_KEYS: `k1:${randomBytes(32).toString('base64')}`, MAKEWAY_DATA_DIR: folder, MAKEWAY_LEASE_MS: String(LEASE_MS),
  });
  let now = 0;
  // It never shows the same millisecond twice: a calendar that was read and one that was changed are never at one moment.
  const clock = { now: (): Instant => instant((now += 1)) };
  const composed = compose(settings, 'converge', { clock, connections: 6 });
  let owners = 0;

  return {
    url: emulator.url, gate, clock, db: composed.shell.db, shell: composed.shell,
    /** Both clocks, here and at Google, show `to`. */
    async setClock(to: number): Promise<void> { now = to; await control(emulator.url, 'POST', '/clock', { now: to }); },
    async pass(ms: number): Promise<void> { now += ms; await control(emulator.url, 'POST', '/clock', { advanceMs: ms }); },
    /** A process of Makeway: its own owner of leases, its own access tokens, and a death of its own. */
    process(): { shell: Shell; mortal: Mortal } {
      const mortal = new Mortal(composed.shell.db);
      const google = { ...settings.google, apiRoot: gate.url, oauthRoot: gate.url };
      const owner = `elsewhere:${(owners += 1)}:converge`;
      const shell: Shell = { ...composed.shell, db: mortal.db, google: googleByGrant({ db: mortal.db, keys: composed.shell.keys, google, clock, owner, mailFrom: composed.shell.mailFrom }), owner };
      return { shell, mortal };
    },
    /** A coach who gave permission, and calendars that are to be mirrored, as if they had just connected. */
    async connect(email: string, zone: string, calendars: readonly { googleId: string; role: 'sessions' | 'busy'; accessRole: string }[]): Promise<CoachId> {
      return inTx(composed.shell.db, 'commit coach', async (tx) => {
        const at = clock.now();
        const coachId = await saveCoach(tx, { slug: email.split('@')[0] ?? '', name: 'Kim', email, zone, policy: {} }, at);
        await saveGrant(tx, {
          coachId, sub: email, email, scopes: [], refreshSealed: composed.shell.keys.seal(`refresh:${email}`), accessSealed: composed.shell.keys.seal(`sandbox:${email}`),
          accessExpiresAt: instant(Date.UTC(2100, 0)), refreshAt: null,
        }, at);
        // Ids of our own, so that calendars are read in the same order when a history is lived again.
        for (const [i, c] of calendars.entries()) await saveCalendar(tx, { coachId, id: `cal_${i}`, googleId: c.googleId, summary: 'a calendar', zone, accessRole: c.accessRole, role: c.role }, at);
        return coachId;
      });
    },
    async mailCount(): Promise<number> {
      const { waiting } = (await control(emulator.url, 'GET', '/mail')) as { waiting: number };
      return waiting + (await catcher.mails()).length;
    },
    async close(): Promise<void> {
      await composed.close();
      await gate.close();
      await emulator.close();
      await catcher.close();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
