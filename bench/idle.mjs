/**
 * 10,000 coaches who do nothing: what the daemon and its Postgres take of one core, and what Google is asked. Each coach is
 * connected, read and watched; the safety reads are spread over their interval as they would be after some days.
 * Beside it: one core. The emulator's own time is not counted.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { SHAPE } from '../dist/src/mirror/calendar.store.js';
import { freePort } from '../dist/src/launcher/ports.js';
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
  const port = await freePort(), address = `http://127.0.0.1:${port}`;
  try {
    // One account at Google stands for all of them: it is asked as often, and answers "nothing new" as it would to each.
    const first = await bed.coach('c0');
    const { nextSyncToken } = await (await fetch(`${bed.google}/calendar/v3/calendars/${first.email}/events`, { headers: { authorization: `Bearer sandbox:${first.email}` } })).json();
    const list = await (await fetch(`${bed.google}/calendar/v3/users/me/calendarList`, { headers: { authorization: `Bearer sandbox:${first.email}` } })).json();
    const all = `from generate_series(1, ${coaches - 1}) n`;
    await bed.sql.query(`insert into coaches (id, slug, name, email, time_zone, created_at) select 'coach_n' || n, 'n' || n, 'n', 'n' || n || '@x', 'UTC', now() ${all}`);
    await bed.sql.query(`insert into grants (coach_id, id, google_sub, email, scopes, refresh_token_sealed, access_token_sealed, access_expires_at, state, updated_at)
      select 'coach_n' || n, 'gr_n' || n, 'sub' || n, 'n' || n || '@x', '{}', g.refresh_token_sealed, g.access_token_sealed, g.access_expires_at, 'active', now() from grants g, generate_series(1, ${coaches - 1}) n where g.coach_id = 'coach_c0'`);
    await bed.sql.query(`insert into calendars (coach_id, id, google_id, summary, time_zone, access_role, role) select 'coach_n' || n, 'calendar_n' || n, $1, 's', 'UTC', 'owner', 'sessions' ${all}`, [first.email]);
    // As after a quiet week: read, watched, pushes proven; what comes next is spread over its interval.
    await bed.sql.query(`update calendars set cursor = $1, cursor_shape = ${SHAPE}, last_full_at = now(), last_pull_at = now(), expanded_until = now() + interval '121 days', pulled = dirty, time_zone = 'Europe/Berlin',
      is_primary = true, push_proven_at = now(), changed_at = now() - interval '7 days', wake_at = now() + random() * interval '2 hours'`, [nextSyncToken]);
    await bed.sql.query(`insert into channels (coach_id, id, calendar_id, token_hash, address, resource_id, state, expires_at, created_at, opened_at, greeted_at, renew_at, wake_at)
      select coach_id, 'channel_' || id, id, '', $1, 'r', 'open', now() + interval '7 days', now(), now(), now(), at, at from (select *, now() + random() * interval '6 days' as at from calendars) c`, [`${address}/google/push`]);
    await bed.sql.query(`insert into calendar_lists (coach_id, account, cursor, last_read_at, last_full_at, wake_at) select coach_id, google_sub, $1, now(), now(), now() + random() * interval '5 hours' from grants`, [list.nextSyncToken]);
    await bed.sql.query('analyze');
    const { child } = await spawned([DAEMON], { ...bed.environment, PORT: String(port), PUBLIC_URL: address, LOG_LEVEL: 'error' });
    const [ours, theirs] = [[], []];
    let note = '';
    try {
      await new Promise((resolve) => setTimeout(resolve, warmUp * 1_000));
      const postmaster = bed.postmaster;
      for (let run = 0; run < runs; run++) {
        const everyone = () => [child.pid, postmaster, ...below(postmaster)];
        const since = (await bed.control('/log?since=0')).requests.at(-1)?.seq ?? 0;
        const before = cpuSeconds(everyone());
        await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
        const share = (cpuSeconds(everyone()) - before) / seconds * 100;
        const calls = (await bed.control(`/log?since=${since}`)).requests.length;
        ours.push(share);
        theirs.push(100);
        note = `safety reads every 2 h, lists of calendars every 5 h, access tokens alive; ${calls} calls in ${seconds} s: ${Math.round(calls * 86_400 / seconds).toLocaleString('en')} a day of 500,000`;
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
