/**
 * One change in Google: from the moment its push reaches us to the commit that has it in the mirror. Beside it: the round trip
 * of the one call that a pull makes. The push goes through this process, which notes when it came.
 */
import { createServer, request } from 'node:http';
import pg from 'pg';
import { freePort } from '../dist/src/launcher/ports.js';
import { aLife, ended, openBed, spawned, spread } from './bed.mjs';

const DAEMON = new URL('../dist/src/daemon.js', import.meta.url).pathname;

/** Passes pushes on to the daemon, and tells when each came. */
async function pushDoor(target) {
  let heard = () => undefined;
  const server = createServer((incoming, outgoing) => {
    heard(performance.now());
    incoming.pipe(request({ host: '127.0.0.1', port: target.port, path: incoming.url, method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, next: () => new Promise((resolve) => { heard = resolve; }), close: () => server.close() };
}
export async function figures(runs, { changes = 60, events = 2_000 } = {}) {
  const bed = await openBed();
  const port = await freePort();
  const door = await pushDoor({ port });
  const ear = new pg.Client({ connectionString: bed.databaseUrl });
  await ear.connect();
  let told = () => undefined;
  ear.on('notification', ({ payload }) => { if (payload === 'resolutions') told(performance.now()); });
  await ear.query('listen makeway_due');
  const coach = await bed.coach('kim2');
  await bed.load(coach.email, aLife(events, coach.email));
  const { child } = await spawned([DAEMON], { ...bed.environment, PORT: String(port), PUBLIC_URL: door.url, LOG_LEVEL: 'error' });
  try {
    const google = (method, path, body) => fetch(`${bed.google}/calendar/v3/calendars/${coach.email}${path}`, { method, headers: { authorization: `Bearer sandbox:${coach.email}`, 'content-type': 'application/json', 'accept-encoding': 'gzip' }, ...(body && { body: JSON.stringify(body) }) }).then((answer) => answer.json());
    for (let open = 0; open === 0;) {
      ({ rows: [{ open }] } = await bed.sql.query(`select count(*)::int as open from channels h join calendars c on c.coach_id = h.coach_id and c.id = h.calendar_id
        where h.coach_id = $1 and h.state = 'open' and c.last_full_at is not null`, [coach.id]));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const before = Number((await bed.sql.query('select sum(runs) as n from job_runs where job = \'calendars\' and coach_id = $1', [coach.id])).rows[0].n);
    const [ours, theirs, calls] = [[], [], []];
    let { nextSyncToken } = await google('GET', '/events?maxResults=2500');
    for (let run = 0; run < runs; run++) {
      const [lag, trip] = [[], []];
      const since = (await bed.control('/log?since=0')).requests.at(-1)?.seq ?? 0;
      for (let i = 0; i < changes; i++) {
        const [pushed, committed] = [door.next(), new Promise((resolve) => { told = resolve; })];
        const start = Date.now() + (i + 1) * 3_600_000;
        await google('PATCH', `/events/ev${(1 + 5 * i + (i % 4)).toString(32).padStart(24, '0')}`, { start: { dateTime: new Date(start).toISOString() }, end: { dateTime: new Date(start + 3_600_000).toISOString() } });
        lag.push(-(await pushed) + await committed);
        await new Promise((resolve) => setTimeout(resolve, 30));
        const began = performance.now();
        ({ nextSyncToken } = await google('GET', `/events?maxResults=2500&syncToken=${nextSyncToken}`));
        trip.push(performance.now() - began);
      }
      const { requests } = await bed.control(`/log?since=${since}`);
      // The other half of the lists is this process's own.
      calls.push(requests.filter((r) => r.kind === 'events.list').length / changes - 1);
      ours.push(spread(lag).median);
      theirs.push(spread(trip).median);
    }
    return [
      { what: 'one change: push received to committed (median of each run)', against: 'the one API call', goal: '<= 2 x + 10 ms', unit: 'ms', ours, theirs, note: `2 x + 10 ms would be ${(2 * spread(theirs).median + 10).toFixed(1)} ms` },
      { what: 'API calls per changed calendar', against: '1', goal: '1.0', unit: 'calls', ours: calls, theirs: calls.map(() => 1), note: `${before} pulls before the first change` },
    ];
  } finally {
    await ended(child);
    await ear.end();
    door.close();
    await bed.close();
  }
}

if (import.meta.filename === process.argv[1]) console.log(JSON.stringify(await figures(Number(process.argv[2] ?? 3)), null, 1));
