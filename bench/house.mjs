/** A coach's whole house: daemon, database and Google as processes of their own, and a mail server here, which notes when each
 *  mail came. Sessions of one client each stand in Google, and somebody else wants their times. */
import { createHash } from 'node:crypto';
import { SMTPServer } from 'smtp-server';
import { readDaemonSettings } from '../dist/config/settings.js';
import { saveApiKey } from '../dist/src/coach/coach.store.js';
import { freePort } from '../dist/src/launcher/ports.js';
import { linkPath } from '../dist/src/mail/link.store.js';
import { compose } from '../dist/src/ops/compose.js';
import { inTx } from '../dist/src/postgres/transaction.js';
import { decide } from '../dist/src/resolution/decide.flow.js';
import { ended, openBed, spawned } from './bed.mjs';

const DAEMON = new URL('../dist/src/daemon.js', import.meta.url).pathname;
const DAY = 86_400_000, HOUR = 3_600_000;
export const POLICY = { workingHours: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '06:00', to: '22:00' })), asksPerClient: { count: 100, days: 30 }, horizonMs: 85 * DAY, minimumNoticeMs: 0, freezeMs: 0 };
export const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** A mail server that remembers when it took a mail for whom. */
async function openInbox() {
  const mails = [];
  const server = new SMTPServer({
    authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'], logger: false, disableReverseLookup: true,
    onData(stream, session, taken) {
      stream.on('data', () => undefined);
      stream.on('end', () => { mails.push({ at: performance.now(), to: session.envelope.rcptTo.map((r) => r.address) }); taken(); });
    },
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    url: `smtp://127.0.0.1:${server.server.address().port}`,
    /** When the first mail to `to` after `since` came. */
    async next(to, since) {
      for (let i = 0; i < 60_000; i++) {
        const mail = mails.find((m) => m.at >= since && m.to.includes(to));
        if (mail) return mail.at;
        await sleep(1);
      }
      throw new Error(`no mail came to ${to}`);
    },
    close: () => new Promise((resolve) => { server.close(resolve); }),
  };
}

/** Where the n-th session stands: four a day, from the third day on. */
const startOf = (now, n) => (Math.floor(now / DAY) + 3 + Math.floor(n / 4)) * DAY + (8 + 3 * (n % 4)) * HOUR;

export async function openHouse(sessions) {
  const inbox = await openInbox();
  const bed = await openBed({ smtpUrl: inbox.url });
  const port = await freePort();
  const environment = { ...bed.environment, PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}`, SMTP_URL: inbox.url, LOG_LEVEL: 'error' };
  const composed = compose(readDaemonSettings(environment), 'bench', { connections: 2 });
  const { shell } = composed;
  const now = Date.now();
  const coach = await bed.coach('anna');
  await bed.control('/pushes', { mode: 'off' });
  await bed.sql.query('update coaches set policy = $2 where id = $1', [coach.id, JSON.stringify(POLICY)]);
  await inTx(shell.db, 'commit coach', (tx) => saveApiKey(tx, 'bench', createHash('sha256').update('bench').digest(), now));
  const iso = (ms) => new Date(ms).toISOString().replace('.000', '');
  const google = async (method, path, body, headers = {}) => {
    const answer = await fetch(`${bed.google}/calendar/v3/calendars/${coach.email}${path}`, { method, headers: { authorization: `Bearer sandbox:${coach.email}`, 'content-type': 'application/json', ...headers }, ...(body && { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  for (let n = 0; n < sessions; n++) {
    await google('POST', '/events?sendUpdates=none', { id: `dana${n}`, summary: `Dana ${n}`, start: { dateTime: iso(startOf(now, n)), timeZone: 'UTC' }, end: { dateTime: iso(startOf(now, n) + HOUR), timeZone: 'UTC' }, attendees: [{ email: `dana${n}@client.example`, responseStatus: 'accepted' }] });
  }
  const { child } = await spawned([DAEMON], environment);
  for (let done = false; !done; await sleep(50)) done = (await bed.sql.query('select 1 from calendars where coach_id = $1 and last_full_at is not null', [coach.id])).rowCount > 0;
  return {
    bed, inbox, coach, shell, google, url: environment.PUBLIC_URL,
    /** The n-th session's time is wanted by the n-th newcomer. Returns the request's id. */
    async request(n) {
      const answer = await fetch(`${environment.PUBLIC_URL}/api/v1/booking-requests`, {
        method: 'POST', headers: { authorization: 'Bearer bench', 'content-type': 'application/json' },
        body: JSON.stringify({ coach: 'anna', client: { name: `Sam ${n}`, email: `sam${n}@client.example`, time_zone: 'UTC' }, session_type: 'Coaching', wanted_starts: [iso(startOf(now, n))] }),
      });
      const body = await answer.json();
      if (body.state !== 'pending_resolution') throw new Error(`a request came out otherwise: ${answer.status} ${JSON.stringify(body)}`);
      return body.id;
    },
    /** The coach asks the n-th client to move. Returns the link of the mail, and the first slot in it. */
    async ask(n, requestId) {
      const since = performance.now();
      const answer = await decide(shell, { coachId: coach.id, requestId, revision: null, by: 'operator' }, { do: 'option2', about: null, ticks: [], address: null, clientName: null, wanted: null });
      if ('refused' in answer) throw new Error(answer.why);
      const { rows: [row] } = await bed.sql.query(`select r.id, o.slots from resolutions r join offers o on o.coach_id = r.coach_id and o.resolution_id = r.id where r.coach_id = $1 and r.request_id = $2 and r.state = 'asked'`, [coach.id, requestId]);
      await inbox.next(`dana${n}@client.example`, since);
      const path = await linkPath(shell.db, shell.keys, { coachId: coach.id, purpose: 'choose', requestId, resolutionId: row.id });
      return { link: environment.PUBLIC_URL + path, slot: row.slots[0], resolutionId: row.id };
    },
    async close() {
      await ended(child);
      await composed.close();
      await bed.close();
      await inbox.close();
    },
  };
}
