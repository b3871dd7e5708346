/** The sandbox side of the daemon: the page, its facts, and the demo coach. Exists only with the emulator. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { DaemonSettings } from '../../config/settings.js';
import { coachByEmail, saveApiKey, saveCoach, type Coach } from '../coach/coach.store.js';
import { blockersAt, whyUnchecked } from '../conflicts/standing.store.js';
import { grantOf } from '../google/grant.store.js';
import { DAY, intervalFrom, plus, type Instant } from '../kernel/interval.js';
import { sha256 } from '../work/hash.js';
import { Problem } from '../kernel/problem.js';
import { atWallClock, rfc3339, wallClock, addDays } from '../kernel/zone.js';
import { readMails } from '../launcher/caught-mail.js';
import { writeWhole } from '../launcher/files.js';
import { inTx } from '../postgres/transaction.js';
import { requestsOf } from '../requests/request.store.js';
import { clientByEmail, clientById } from '../requests/client.store.js';
import { liveResolution } from '../resolution/resolution.store.js';
import { standingOf } from '../web/decision-view.step.js';
import { readRuns } from '../work/job-run.store.js';
import { notifyDue, QUEUES } from '../work/due.store.js';
import type { Shell } from '../work/shell.port.js';
import { DEMO, DEMO_POLICY, seedDemoCalendar } from './demo.js';
import type { SandboxState } from './facts.js';
import { walkThroughConsent } from './browser.js';
import { mailListPage, SANDBOX_SCRIPT, SANDBOX_STYLE, sandboxPage } from './page.js';

export interface Sandbox { readonly routes: (app: FastifyInstance) => void; prepare(): Promise<Record<string, unknown>> }

/** Ten looks a second, ten seconds at most: without Google the sandbox starts all the same. */
const FIRST_READ_LOOKS = 100;
/** All within the demo coach's booking horizon. */
const WEEKS_TO_LOOK = 7;

export function openSandbox(shell: Shell, settings: DaemonSettings, moveAhead: (ms: number) => number): Sandbox {
  const emulatorUrl = settings.emulatorUrl;
  if (!emulatorUrl) throw new Problem('IMPOSSIBLE_STATE', 'The sandbox needs the emulator\'s address.');
  const mailFolder = join(settings.dataDir, 'mail');
  const keyFile = join(settings.dataDir, 'api-key');
  let coach: Coach | null = null;
  let apiKey = '';

  /** @throws Problem GOOGLE_UNREACHABLE while the emulator is away */
  const setEmulatorClock = async (offsetMs: number): Promise<void> => {
    const answer = await fetch(`${emulatorUrl}/control/clock`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ offsetMs }) })
      .catch((error: unknown) => { throw new Problem('GOOGLE_UNREACHABLE', 'The emulator cannot be reached.', {}, error); });
    if (!answer.ok) throw new Problem('GOOGLE_REFUSED', 'The emulator did not take the time.', { status: answer.status });
  };

  /** The demo coach, their fortnight in the emulator, their permission through the real code flow, and an API key.
   *  A second start finds all of it and changes nothing. */
  async function prepare(): Promise<Record<string, unknown>> {
    await setEmulatorClock(moveAhead(0));
    const now = shell.clock.now();
    coach = await coachByEmail(shell.db, DEMO.coach.email);
    if (!coach) {
      await inTx(shell.db, 'commit coach', (tx) => saveCoach(tx, { ...DEMO.coach, policy: DEMO_POLICY }, now));
      coach = await coachByEmail(shell.db, DEMO.coach.email);
    }
    if (!coach) throw new Problem('IMPOSSIBLE_STATE', 'The demo coach was not made.');
    await seedDemoCalendar(emulatorUrl ?? '', danasTime(now));
    if ((await grantOf(shell.db, coach.id)) === null) await walkThroughConsent(`${settings.publicUrl}/auth/google?connect=1&to=/pending`, DEMO.coach.email);
    apiKey = existsSync(keyFile) ? readFileSync(keyFile, 'utf8').trim() : '';
    if (!apiKey) {
      apiKey = `mwk_${randomBytes(24).toString('base64url')}`;
      await inTx(shell.db, 'commit coach', (tx) => saveApiKey(tx, 'sandbox', sha256(apiKey), now));
      // Written last: a crash before leaves a key that nobody knows, never a file whose key is refused.
      writeWhole(keyFile, apiKey, 0o600);
    }
    // Ready means that the button works: the first read of the calendar is over.
    for (let i = 0; i < FIRST_READ_LOOKS && (await whyUnchecked(shell.db, coach)) !== null; i++) await new Promise((resolve) => setTimeout(resolve, 100));
    return { coachSlug: coach.slug, apiKey, accounts: DEMO.people.map(({ name, email, role }) => ({ name, email, role })) };
  }

  /** Dana's next Monday 13:00, at least seven days ahead. */
  const danasTime = (now: Instant): Instant => {
    let date = addDays(wallClock(now, DEMO.coach.zone).date, 7);
    while (wallClock(atWallClock(date, '12:00', DEMO.coach.zone), DEMO.coach.zone).weekday !== 1 || atWallClock(date, '13:00', DEMO.coach.zone) < plus(now, 7 * DAY)) date = addDays(date, 1);
    return atWallClock(date, '13:00', DEMO.coach.zone);
  };

  /** The first such Monday at which Dana sits, by the mirror: after a story it is the next one. */
  async function whereDanaSits(of: Coach, now: Instant): Promise<Instant> {
    const first = danasTime(now);
    const dana = DEMO.people.find((p) => p.role === 'existing');
    for (let week = 0; week < WEEKS_TO_LOOK; week++) {
      const start = atWallClock(addDays(wallClock(first, of.zone).date, 7 * week), '13:00', of.zone);
      const there = await blockersAt(shell.db, of, intervalFrom(start, of.policy.lengthMs));
      if (there.some((b) => b.interval.start === start && b.claim.kind === 'guest' && b.claim.email === dana?.email)) return start;
    }
    return first;
  }

  async function state(): Promise<SandboxState> {
    if (!coach) throw new Problem('DATABASE_AWAY', 'The demo is still being prepared.');
    const now = shell.clock.now();
    const pending: { id: string; who: string; wanted: string; state: string; reason: string | null; standing: string }[] = [];
    for (const which of ['open', 'settled'] as const) {
      for (const r of await requestsOf(shell.db, coach.id, which)) {
        const live = await liveResolution(shell.db, coach.id, r.id);
        pending.push({
          id: r.id, who: (await clientById(shell.db, coach.id, r.client_id)).name, wanted: rfc3339(r.booked_start ?? r.wanted_at, coach.zone),
          state: r.state === 'pending_resolution' && live ? `${r.state} (${live.state})` : r.state, reason: r.pending_reason, standing: await standingOf(shell.db, coach, r),
        });
      }
    }
    const jobs = (await readRuns(shell.db, { failedOnly: false, after: 0, limit: 60 })).map((j) => ({
      id: j.id, at: rfc3339(j.ended_at, coach?.zone ?? 'UTC'), job: j.job, subject: j.subject ?? '', outcome: j.outcome,
      detail: [typeof j.counts.did === 'string' ? j.counts.did : '', j.error_code ?? '', j.runs > 1 ? `${j.runs} runs` : ''].filter(Boolean).join(', '), durationMs: j.duration_ms,
    }));
    return {
      now: rfc3339(now, coach.zone), coach: { name: coach.name, email: coach.email, slug: coach.slug, timeZone: coach.zone }, people: DEMO.people, emulatorUrl: emulatorUrl ?? '',
      calendarId: coach.email, pending, jobs, danasTime: rfc3339(await whereDanaSits(coach, now), coach.zone),
    };
  }

  const routes = (app: FastifyInstance): void => {
    const policy = `default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self' ${emulatorUrl}; frame-src 'self'; form-action 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'self'`;
    app.get('/', async (_request, reply) => reply.header('content-security-policy', policy).type('text/html').send(sandboxPage()));
    app.get('/sandbox/page.js', async (_request, reply) => reply.type('text/javascript').send(SANDBOX_SCRIPT));
    app.get('/sandbox/page.css', async (_request, reply) => reply.type('text/css').send(SANDBOX_STYLE));
    app.get('/sandbox/state.json', async () => state());
    app.get<{ Querystring: { since?: string } }>('/sandbox/mail.json', async (request) => readMails(mailFolder, request.query.since));
    app.get('/sandbox/mail', async (_request, reply) => reply.header('content-security-policy', policy).type('text/html').send(mailListPage(await readMails(mailFolder))));
    app.get('/sandbox/info.json', async (_request, reply) => {
      const file = settings.sandboxFile;
      if (!file || !existsSync(file)) throw new Problem('PAGE_UNKNOWN', 'The launcher has not written the file yet.');
      return reply.type('application/json').send(readFileSync(file, 'utf8'));
    });
    // Deadlines need not be waited for: the sandbox's time can be moved ahead, for all its parts at once.
    app.post('/sandbox/clock', async (request, reply) => {
      const hours = Number((request.body as { hours?: unknown } | null)?.hours);
      if (!(hours > 0 && hours <= 24 * 60)) throw new Problem('REQUEST_INVALID', 'Give "hours", more than 0 and at most 1440.');
      await setEmulatorClock(moveAhead(hours * 3_600_000));
      await inTx(shell.db, 'commit sweep', async (tx) => { for (const queue of QUEUES) await notifyDue(tx, queue); });
      return reply.redirect('/', 303);
    });
    app.post('/sandbox/ask', async (_request, reply) => {
      if (!coach) throw new Problem('DATABASE_AWAY', 'The demo is still being prepared.');
      const start = await whereDanaSits(coach, shell.clock.now());
      const sam = DEMO.people.find((p) => p.role === 'incoming');
      // Pressed twice, he asks once: two mails about the same would only puzzle whoever follows the story.
      const known = await clientByEmail(shell.db, coach.id, sam?.email ?? '');
      if ((await requestsOf(shell.db, coach.id, 'open')).some((r) => r.client_id === known?.id && r.wanted_at === start)) return reply.redirect('/', 303);
      const answer = await fetch(`${settings.publicUrl}/api/v1/booking-requests`, {
        method: 'POST', headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', 'idempotency-key': `sandbox-${start}-${randomBytes(6).toString('hex')}` },
        body: JSON.stringify({ coach: DEMO.coach.slug, client: { name: sam?.name, email: sam?.email, time_zone: DEMO.coach.zone }, session_type: 'Coaching session', wanted_starts: [rfc3339(start, DEMO.coach.zone)] }),
      });
      if (!answer.ok) throw new Problem('REQUEST_INVALID', 'The request was not taken.', { status: answer.status });
      return reply.redirect('/', 303);
    });
  };
  return { routes, prepare };
}
