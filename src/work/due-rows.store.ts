/** Which rows are due, as text of queries: `:now`, `:limit` and, outside the background, `:busy` are their parameters. Each part is met by an index. */
import { BACKGROUND, type Queue, type Reading } from './claim.js';

export const isBackground = (queue: Queue): boolean => (BACKGROUND as readonly Queue[]).includes(queue);

export const ofReading = (reading: Reading | undefined, t: string): string => {
  const cursor = t === '' ? 'cursor' : `${t}.cursor`;
  return reading === undefined ? '' : reading === 'full' ? `and ${cursor} is null` : `and ${cursor} is not null`;
};
export const isDue = (t: string, reading?: Reading): string => `${t}.wake_at <= :now and (${t}.lease_until is null or ${t}.lease_until <= :now) ${ofReading(reading, t)}`;

/** Nobody works for this coach in the background now. A full read and the coach's other work do not count for each other. */
export function coachIsFree(queue: Queue, reading: Reading | undefined): string {
  const reads = queue === 'calendars' ? reading : 'changes';
  const counts: readonly Queue[] = reading === 'full' ? ['calendars'] : BACKGROUND;
  return counts.map((other) => `and not exists (select 1 from ${other} o where o.coach_id = t.coach_id and o.lease_until > :now ${other === 'calendars' ? ofReading(reads, 'o') : ''})`).join(' ');
}

/** The coach is none of those whom the caller leaves out. */
export const notBusy = 'and not t.coach_id = any(:busy)';

/** `due`: the oldest rows of a queue. */
export const plainDue = (queue: Queue): string => `due as (
  select coach_id, id from ${queue} t where ${isDue('t')} ${notBusy} order by wake_at limit :limit for no key update skip locked)`;

/** Candidates beyond the limit, since several may be of one coach. */
const CANDIDATES = ':limit * 8';

/** `due`: one row per free coach; what a push or an open request makes urgent first, then what has waited longest. */
export function backgroundDue(queue: Queue, reading: Reading | undefined): string {
  const oldest = (rank: number, also: string): string => `(
    select coach_id, id, wake_at, ${rank} as rank from ${queue} t where ${isDue('t', reading)} ${also} ${coachIsFree(queue, reading)} order by wake_at limit ${CANDIDATES})`;
  const isUrgent = queue === 'calendars' && reading === 'changes' ? [oldest(0, 'and (t.awaited or t.dirty > t.pulled)')] : [];
  return `candidate as (${[...isUrgent, oldest(1, '')].join(' union all ')}),
  first as (select distinct on (coach_id) coach_id, id, wake_at, rank from candidate order by coach_id, rank, wake_at, id),
  due as (
    select t.coach_id, t.id from first f join ${queue} t on t.coach_id = f.coach_id and t.id = f.id where ${isDue('t', reading)}
    order by f.rank, f.wake_at limit :limit for no key update of t skip locked)`;
}
