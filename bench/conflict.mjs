/** The question that everything hangs on: what stands in the way of this time? Asked of 10 thousand, 1 million and 10 million
 *  occurrences, as the product asks it. */
import { openPool } from '../dist/src/postgres/pool.js';
import { blockersAt } from '../dist/src/conflicts/standing.store.js';
import { openBed } from './bed.mjs';

const HOUR = 3_600_000, PER_COACH = 1_000;

const PER_SERIES = 20, CONTEXT = `set synchronous_commit = off`;
/** Fills up to `total` occurrences: a thousand for each coach, over 120 days, twenty to a series, added coach by coach through
 *  the indexes as first syncs add them. */
async function fill(sql, from, total) {
  const coaches = [from / PER_COACH, total / PER_COACH - 1];
  await sql.query(CONTEXT);
  await sql.query(`insert into coaches (id, slug, name, email, time_zone, created_at) select 'coach_' || n, 'c' || n, 'c', n || '@x', 'UTC', now() from generate_series($1::int, $2::int) n`, coaches);
  await sql.query(`insert into calendars (coach_id, id, google_id, summary, time_zone, access_role, role, last_full_at) select 'coach_' || n, 'calendar_' || n, 'g', 's', 'UTC', 'owner', 'sessions', now() from generate_series($1::int, $2::int) n`, coaches);
  const event = { status: 'confirmed', summary: 'Session', attendees: [{ email: 'dana@client.example', responseStatus: 'accepted' }], organizedHere: true, when: null, unparsed: null, eventType: 'default', transparency: 'opaque' };
  for (let n = from; n < total; n += 500_000) {
    const part = [n, Math.min(total, n + 500_000) - 1];
    await sql.query(`
      insert into events (coach_id, calendar_id, id, root_id, etag, generation, applied_at, event)
      select 'coach_' || n / ${PER_COACH}, 'calendar_' || n / ${PER_COACH}, 'root' || n / ${PER_SERIES}, 'root' || n / ${PER_SERIES}, 'e', 1, now(), $3::jsonb
      from generate_series($1::int, $2::int, ${PER_SERIES}) n`, [...part, JSON.stringify(event)]);
    await sql.query(`
      insert into occurrences (coach_id, calendar_id, root_id, original_key, event_id, period, is_all_day, blocking)
      select 'coach_' || n / ${PER_COACH}, 'calendar_' || n / ${PER_COACH}, 'root' || n / ${PER_SERIES}, n, 'root' || n / ${PER_SERIES} || '_' || n, tstzrange(s, s + interval '1 hour'), false, 'busy'
      from (select n, date_trunc('hour', now()) + (n % ${PER_COACH}) * interval '173 minutes' as s from generate_series($1::int, $2::int) n) x`, part);
  }
  await sql.query('vacuum analyze occurrences, events, calendars');
}

export async function figures(runs, sizes = [10_000, 1_000_000, 10_000_000], queries = 1_000) {
  const bed = await openBed();
  const db = openPool(bed.databaseUrl, 2);
  try {
    const took = [];
    let filled = 0;
    for (const size of sizes) {
      await fill(bed.sql, filled, size);
      filled = size;
      const [medians, p99s] = [[], []];
      for (let run = 0; run < runs + 1; run++) {
        const times = [];
        for (let i = 0; i < queries; i++) {
          const start = Date.now() + ((i * 7_919) % 2_800) * HOUR;
          const began = performance.now();
          await blockersAt(db, { id: `coach_${(i * 104_729) % (size / PER_COACH)}`, email: 'x' }, { start, end: start + HOUR });
          times.push(performance.now() - began);
        }
        times.sort((a, b) => a - b);
        if (run === 0) continue; // warms the caches
        medians.push(times[Math.floor(queries / 2)]);
        p99s.push(times[Math.floor(queries * 0.99)]);
      }
      took.push({ size, medians, p99s });
    }
    const [least, ...more] = took;
    return more.map(({ size, medians, p99s }) => ({
      what: `what stands in the way, of ${size.toLocaleString('en')} occurrences (median of ${queries})`, against: `of ${least.size.toLocaleString('en')}`, goal: '<= 2 x, p99 < 5 ms', unit: 'ms', ours: medians, theirs: least.medians,
      note: `p99 ${Math.max(...p99s).toFixed(2)} ms at most`,
    }));
  } finally {
    await db.destroy();
    await bed.close();
  }
}

if (import.meta.filename === process.argv[1]) console.log(JSON.stringify(await figures(Number(process.argv[2] ?? 3)), null, 1));
