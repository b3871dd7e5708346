/**
 * Free times for one client: 90 days ahead, ten calendars, 2,000 busy intervals, in a zone whose clocks change on the way, with
 * buffers and limits. Against reading the rows that the search is given: the least that has to be paid before it can begin.
 */
import { DEFAULT_POLICY } from '../dist/src/kernel/policy.js';
import { slotFacts } from '../dist/src/conflicts/standing.store.js';
import { openPool } from '../dist/src/postgres/pool.js';
import { rankSlots } from '../dist/src/slots/rank.js';
import { searchSlots } from '../dist/src/slots/search.js';
import { openBed, spread } from './bed.mjs';

const DAY = 86_400_000, HOUR = 3_600_000, MINUTE = 60_000;
const CALENDARS = 10, BUSY = 2_000, DAYS = 90, ROUNDS = 200;
const policy = { ...DEFAULT_POLICY, horizonMs: DAYS * DAY, bufferMs: 10 * MINUTE, gridMs: 15 * MINUTE, maxPerDay: 30, maxPerWeek: 150 };
const ROWS = `select lower(o.period) as period_start, upper(o.period) as period_end from occurrences o
  join calendars c on c.coach_id = o.coach_id and c.id = o.calendar_id and c.role in ('sessions', 'busy')
  where o.coach_id = $1 and o.blocking <> 'free' and o.period && $2::tstzrange`;

/** Sessions on quarters of an hour, of 25 to 100 minutes, in and around the working hours; a tenth of them anywhere. */
async function fill(sql, coachId, now) {
  let seed = 11;
  const random = (below) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
  for (let n = 0; n < CALENDARS; n++) {
    await sql.query(`insert into calendars (coach_id, id, google_id, summary, time_zone, access_role, role, last_full_at) values ($1, $2, $2, $2, 'UTC', 'owner', $3, now())`,
      [coachId, `busy${n}`, n < 2 ? 'sessions' : 'busy']);
  }
  const rows = Array.from({ length: BUSY }, (_, i) => {
    const start = now + random(DAYS) * DAY + (i % 10 === 0 ? random(96) * 15 : 7 * 60 + random(44) * 15) * MINUTE;
    return { calendar: `busy${i % CALENDARS}`, start, end: start + [25, 50, 60, 75, 100][random(5)] * MINUTE };
  });
  await sql.query(`insert into occurrences (coach_id, calendar_id, root_id, original_key, event_id, period, is_all_day, blocking)
    select $1, calendar, 'ev' || n, 'single', 'ev' || n, tstzrange(to_timestamp(s / 1000.0), to_timestamp(e / 1000.0)), false, 'busy'
    from unnest($2::text[], $3::bigint[], $4::bigint[]) with ordinality as x(calendar, s, e, n)`,
  [coachId, rows.map((r) => r.calendar), rows.map((r) => r.start), rows.map((r) => r.end)]);
  await sql.query('vacuum analyze occurrences, calendars');
}

export async function figures(runs) {
  const bed = await openBed();
  const db = openPool(bed.databaseUrl, 1);
  try {
    const { id } = await bed.coach('kim');
    const now = Date.UTC(2026, 8, 1); // the clocks of Lord Howe go forward by half an hour on 4 October
    await fill(bed.sql, id, now);
    const coach = { id, zone: 'Australia/Lord_Howe', policy };
    const facts = await slotFacts(db, coach, now, HOUR, []);
    const pastStarts = Array.from({ length: 50 }, (_, n) => now - (n + 1) * 7 * DAY);
    const [pure, raw, asProduct] = [[], [], []];
    const parameters = [id, `[${new Date(now).toISOString()},${new Date(now + DAYS * DAY).toISOString()})`];
    const timed = async (work) => {
      const began = performance.now();
      await work();
      return performance.now() - began;
    };
    let [slots, rows] = [0, 0];
    for (let run = 0; run < runs + 1; run++) {
      const took = [[], [], []];
      for (let i = 0; i < ROUNDS; i++) {
        took[0].push(await timed(() => {
          const found = searchSlots(facts);
          slots = found.length;
          rankSlots(found, { near: now + 20 * DAY + i * HOUR, zone: coach.zone, busy: facts.busy, count: 4, pastStarts });
        }));
        took[1].push(await timed(async () => { rows = (await bed.sql.query({ name: 'rows', text: ROWS, values: parameters })).rowCount; }));
        took[2].push(await timed(() => slotFacts(db, coach, now, HOUR, [])));
      }
      if (run === 0) continue; // warms the caches
      for (const [n, list] of [pure, raw, asProduct].entries()) list.push(spread(took[n]).median);
    }
    const what = `slot search and ranking: ${DAYS} days, ${CALENDARS} calendars, ${rows.toLocaleString('en')} busy (median of ${ROUNDS})`;
    return [
      { what, against: 'reading the same rows with pg alone', goal: '<= 1 x, < 2 ms', unit: 'ms', ours: pure, theirs: raw, note: `${slots.toLocaleString('en')} free slots` },
      { what: 'the same', against: 'reading the facts as the product does', goal: '<= 1 x', unit: 'ms', ours: pure, theirs: asProduct },
    ];
  } finally {
    await db.destroy();
    await bed.close();
  }
}

if (import.meta.filename === process.argv[1]) console.log(JSON.stringify(await figures(Number(process.argv[2] ?? 3)), null, 1));
