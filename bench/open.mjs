/**
 * One step of one resolution among very many that wait: a click (chosen, held, moved in Google, seen vacated), and a reminder
 * that became due, until the mail server has it. With 10,000 open resolutions, a hundred of them the same coach's, and with none.
 */
import { openHouse, sleep } from './house.mjs';

const PER_COACH = 100;
/** Resolutions that wait for their clients, far from everything that is measured. */
async function fill(sql, coach, total) {
  const others = total / PER_COACH - 1;
  await sql.query(`insert into coaches (id, slug, name, email, time_zone, created_at) select 'bulk' || n, 'bulk' || n, 'B', 'bulk' || n || '@x', 'UTC', now() from generate_series(1, $1::int) n`, [others]);
  await sql.query(`insert into calendars (coach_id, id, google_id, summary, time_zone, access_role, role) select 'bulk' || n, 'calendar', 'g', 's', 'UTC', 'owner', 'sessions' from generate_series(1, $1::int) n`, [others]);
  await sql.query(`create temp table bulk as select n, case when n <= ${PER_COACH} then $1 else 'bulk' || (n - 1) / ${PER_COACH} end as coach, case when n <= ${PER_COACH} then $2 else 'calendar' end as calendar,
    date_trunc('hour', now()) + interval '90 days' + (n % ${PER_COACH}) * interval '2 hours' as at from generate_series(1, $3::int) n`, [coach.id, coach.calendarId, total]);
  const statements = [
    `insert into clients (coach_id, id, name, email, created_at) select coach, who || n, 'C', who || n || '@bulk.example', now() from bulk, (values ('in'), ('ex')) w(who)`,
    `insert into requests (coach_id, id, client_id, source, session_type, length_minutes, wanted_starts, wanted_at, state, pending_reason, created_at, wake_at)
      select coach, 'rq' || n, 'in' || n, 'api', 'Coaching', 60, array[at], at, 'pending_resolution', 'asked', now(), at from bulk`,
    `insert into sessions (coach_id, id, client_id, calendar_id, root_id, original_key, event_id, scheduled_at, length_minutes, status, invite_sent, cancellation_reason, created_at)
      select coach, 'se' || n, 'ex' || n, calendar, 'ev' || n, 'single', 'ev' || n, at, 60, 'scheduled', true, 'pending_reschedule_for_rq' || n, now() from bulk`,
    `insert into holds (coach_id, id, request_id, kind, period, created_at) select coach, 'ho' || n, 'rq' || n, 'promise', tstzrange(at, at + interval '1 hour'), now() from bulk`,
    `insert into resolutions (coach_id, id, request_id, option, state, session_id, promise_id, period, asked_at, wake_at)
      select coach, 're' || n, 'rq' || n, 2, 'asked', 'se' || n, 'ho' || n, tstzrange(at, at + interval '1 hour'), now(), now() + interval '10 days' from bulk`,
    `insert into offers (coach_id, id, resolution_id, client_id, slots, expires_at, remind_at, created_at) select coach, 'of' || n, 're' || n, 'ex' || n, '[]', now() + interval '20 days', now() + interval '10 days', now() from bulk`,
    `insert into outbox (coach_id, id, letter, client_id, request_id, resolution_id, revision, dedupe_key, message_id, state, sent_at, created_at) select coach, 'le' || n, 'ask', 'ex' || n, 'rq' || n, 're' || n, 1, n, n, 'sent', now(), now() from bulk`,
    `insert into history (coach_id, at, what, by, request_id, resolution_id, session_id) select coach, now(), w, 'makeway', 'rq' || n, 're' || n, 'se' || n from bulk, unnest(array['received', 'given to the coach', 'decided: option2']) w`,
  ];
  for (const text of statements) await sql.query(text);
  await sql.query('analyze');
}

export async function figures(runs, steps = 4) {
  const house = await openHouse(3 * (runs + 1) * steps);
  try {
    const { bed, inbox, coach } = house;
    const middle = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
    let n = 0;
    async function measure() {
      const [clicks, reminders] = [[], []];
      for (let run = 0; run < runs + 1; run++) {
        const [clicked, reminded] = [[], []];
        for (let i = 0; i < steps; i++, n++) {
          const asked = await house.ask(n, await house.request(n));
          await sleep(50);
          const due = performance.now();
          await bed.sql.query(`with o as (update offers set remind_at = now() where coach_id = $1 and resolution_id = $2)
            update resolutions set wake_at = now() where coach_id = $1 and id = $2`, [coach.id, asked.resolutionId]);
          await bed.sql.query(`select pg_notify('makeway_due', 'resolutions')`);
          reminded.push((await inbox.next(`dana${n}@client.example`, due)) - due);
          await sleep(50);
          const began = performance.now();
          const answer = await fetch(asked.link, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ start: new Date(asked.slot.start).toISOString() }).toString() });
          await answer.text();
          clicked.push(performance.now() - began);
          if (answer.status !== 200) throw new Error(`the click was not taken: ${answer.status}`);
          await inbox.next(`sam${n}@client.example`, began);
          await sleep(50);
        }
        if (run === 0) continue; // warms the caches
        clicks.push(middle(clicked));
        reminders.push(middle(reminded));
      }
      return { clicks, reminders };
    }
    await measure(); // what is compiled and cached by then is so for both
    const alone = await measure();
    await fill(bed.sql, coach, 10_000);
    if (process.env.BENCH_TRACE) await bed.sql.query('select pg_stat_reset()');
    const among = await measure();
    // Tables that a step read from end to end: there should be none that grows with what waits
    if (process.env.BENCH_TRACE) console.error((await bed.sql.query('select relname, seq_scan, seq_tup_read, idx_scan from pg_stat_user_tables where seq_tup_read > 0 order by seq_tup_read desc')).rows);
    return [
      { what: `a click, to moved and vacated, among 10,000 open resolutions (median of ${steps})`, against: 'the only one', goal: '<= 1.5 x', unit: 'ms', ours: among.clicks, theirs: alone.clicks },
      { what: `a reminder, from due to mailed, among 10,000 (median of ${steps})`, against: 'the only one', goal: '<= 1.5 x', unit: 'ms', ours: among.reminders, theirs: alone.reminders },
    ];
  } finally {
    await house.close();
  }
}

if (import.meta.filename === process.argv[1]) console.log(JSON.stringify(await figures(Number(process.argv[2] ?? 3)), null, 1));
