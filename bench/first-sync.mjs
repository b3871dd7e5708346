/**
 * First sync: how fast a calendar of 100,000 events comes into Postgres with its occurrences, and how much memory that takes.
 * Beside it: binary COPY of the same finished rows into the same tables, freshly emptied, with their indexes.
 */
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { aLife, openBed, spawned, spread } from './bed.mjs';

const CHILD = new URL('pull-child.mjs', import.meta.url).pathname;
const TABLES = ['events', 'occurrences'];

async function emptied(bed, coach) {
  await bed.sql.query('truncate events, occurrences, staged_events');
  await bed.sql.query(`update calendars set cursor = null, last_full_at = null, expanded_until = null, wake_at = case when coach_id = $1 then now() end`, [coach.id]);
  await bed.sql.query('checkpoint');
}
async function sync(bed, coach) {
  await emptied(bed, coach);
  return (await spawned([CHILD], bed.environment)).message;
}
/** What a client needs that only fetches the pages and throws them away. */
async function fetchAll(bed, coach) {
  const began = performance.now();
  for (let pageToken; ;) {
    const query = new URLSearchParams({ maxResults: '2500', ...(pageToken && { pageToken }) });
    const answer = await fetch(`${bed.google}/calendar/v3/calendars/${coach.email}/events?${query}`, { headers: { authorization: `Bearer sandbox:${coach.email}`, 'accept-encoding': 'gzip' } });
    pageToken = JSON.parse(await answer.text()).nextPageToken;
    if (!pageToken) return performance.now() - began;
  }
}
async function copy(bed, coach) {
  await emptied(bed, coach);
  const began = performance.now();
  for (const table of TABLES) await pipeline(createReadStream(join(bed.folder, table)), bed.sql.query(copyFrom(`copy ${table} from stdin (format binary)`)));
  return performance.now() - began;
}

export async function figures(runs, events = 100_000) {
  const bed = await openBed();
  try {
    const [small, big] = [await bed.coach('small'), await bed.coach('big')];
    await bed.load(small.email, aLife(Math.round(events / 10), small.email));
    await bed.load(big.email, aLife(events, big.email));
    await sync(bed, small); // the first of all warms the caches
    await sync(bed, big);
    for (const table of TABLES) await pipeline(bed.sql.query(copyTo(`copy ${table} to stdout (format binary)`)), createWriteStream(join(bed.folder, table)));
    for (const table of TABLES) readFileSync(join(bed.folder, table));
    const { rows: [rows] } = await bed.sql.query('select (select count(*) from events)::int as events, (select count(*) from occurrences)::int as occurrences');
    const [ours, theirs, fetched, cpu, peakBig, peakSmall] = [[], [], [], [], [], []];
    for (let run = 0; run < runs; run++) {
      const pulled = await sync(bed, big);
      ours.push(pulled.ms);
      cpu.push(pulled.cpuMs);
      peakBig.push(pulled.peakMb);
      peakSmall.push((await sync(bed, small)).peakMb);
      fetched.push(await fetchAll(bed, big));
      theirs.push(await copy(bed, big));
    }
    return [
      { what: `first sync of ${rows.events} events with ${rows.occurrences} occurrences`, against: 'COPY of the same rows', goal: '<= 2 x', unit: 'ms', ours, theirs,
        note: `fetching and parsing the pages alone: ${Math.round(spread(fetched).median)} ms; our processor time: ${Math.round(spread(cpu).median)} ms` },
      { what: 'peak memory of that', against: `first sync of ${Math.round(events / 10)} events`, goal: '<= + 32 MB', unit: 'MB', ours: peakBig, theirs: peakSmall,
        note: `+ ${Math.round(spread(peakBig).median - spread(peakSmall).median)} MB` },
    ];
  } finally {
    await bed.close();
  }
}

if (import.meta.filename === process.argv[1]) console.log(JSON.stringify(await figures(Number(process.argv[2] ?? 1), Number(process.argv[3] ?? 100_000)), null, 1));
