/**
 * 10,000 coaches who do nothing: what the daemon and its Postgres take of one core, and what Google is asked. Each coach is
 * connected, read and watched; the safety reads are spread over their interval as they would be after some days.
 * Beside it: one core. The emulator's own time is not counted.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { ended, openBed, spawned } from './bed.mjs';

const DAEMON = new URL('../dist/src/daemon.js', import.meta.url).pathname;
const TICKS = 100;

/** Processor seconds that processes took so far: of `pid` and everything below it. */
function cpuSeconds(pids) {
  let ticks = 0;
  for (const pid of pids) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
      ticks += Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14]);
    } catch (error) {
      if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error;
    }
  }
  return ticks / TICKS;
}
const below = (pid) => execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).split('\n').map(Number).filter(Boolean);

export async function figures(runs, { coaches = 10_000, seconds = 60, warmUp = 20 } = {}) {
  const bed = await openBed();
  try {
    // One account at Google stands for all of them: it is asked as often, and answers "nothing new" as it would to each.
    const first = await bed.coach('c0');
    const { nextSyncToken } = await (await fetch(`${bed.google}/calendar/v3/calendars/${first.email}/events`, { headers: { authorization: `Bearer sandbox:${first.email}` } })).json();
    await bed.sql.query(`insert into coaches (id, slug, name, email, time_zone, created_at) select 'coach_n' || n, 'n' || n, 'n', 'n' || n || '@x', 'UTC', now() from generate_series(1, $1::int) n`, [coaches - 1]);
    await bed.sql.query(`insert into grants (coach_id, google_sub, email, scopes, refresh_token_sealed, access_token_sealed, access_expires_at, state, updated_at)
      select 'coach_n' || n, n, 'n' || n || '@x', '{}', refresh_token_sealed, access_token_sealed, access_expires_at, 'active', now() from grants, generate_series(1, $1::int) n where coach_id = 'coach_c0'`, [coaches - 1]);
    await bed.sql.query(`insert into calendars (coach_id, id, google_id, summary, time_zone, access_role, role) select 'coach_n' || n, 'calendar_n' || n, $2, 's', 'UTC', 'owner', 'sessions' from generate_series(1, $1::int) n`, [coaches - 1, first.email]);
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address();
    await new Promise((resolve) => server.close(resolve));
    const { child } = await spawned([DAEMON], { ...bed.environment, PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}`, LOG_LEVEL: 'error' });
    const [ours, theirs] = [[], []];
    let note = '';
    try {
      await new Promise((resolve) => setTimeout(resolve, warmUp * 1_000));
      const postmaster = Number(readFileSync(`${bed.clusterFolder}/postmaster.pid`, 'utf8').split('\n')[0]);
      for (let run = 0; run < runs; run++) {
        const everyone = () => [child.pid, postmaster, ...below(postmaster)];
        const since = (await bed.control('/log?since=0')).requests.at(-1)?.seq ?? 0;
        const before = cpuSeconds(everyone());
        await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
        const share = (cpuSeconds(everyone()) - before) / seconds * 100;
        const calls = (await bed.control(`/log?since=${since}`)).requests.length;
        ours.push(share);
        theirs.push(100);
        note = `${calls} calls in ${seconds} s: ${Math.round(calls * 86_400 / seconds).toLocaleString('en')} a day of 500,000`;
      }
    } finally {
      await ended(child);
    }
    return [{ what: `${coaches.toLocaleString('en')} idle coaches on push, daemon and Postgres`, against: 'one core', goal: '< 5 %', unit: '% of a core', ours, theirs, note }];
  } finally {
    await bed.close();
  }
}

if (import.meta.filename === process.argv[1]) console.log(JSON.stringify(await figures(Number(process.argv[2] ?? 1)), null, 1));
