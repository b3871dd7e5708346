/** Who and what is there when a history begins. Names, addresses and titles of each client carry words that occur nowhere else. */
import { addDays, atWallClock, rfc3339 } from '../../src/kernel/zone.js';
import type { Instant } from '../../src/kernel/interval.js';

export const ZONE = 'Europe/Berlin';
export const HOUR_MS = 3_600_000, MINUTE_MS = 60_000;

export interface Client { readonly name: string; readonly email: string; readonly topic: string; readonly marks: readonly string[] }
const CLIENTS = [
  ['Brunhild Oakenfold', 'cinnamon', 'Tambourine'], ['Ottoline Ravensbourne', 'saffron', 'Glockenspiel'], ['Quillon Zephyrworth', 'marmalade', 'Xylophone'], ['Umberto Vandersloot', 'pistachio', 'Bassoon'],
] as const;
/** The first two have sessions: a weekly one, and a single one. All four may ask. */
export const clientsOf = (run: number): Client[] => CLIENTS.map(([name, domain, topic]) => {
  const words = name.toLowerCase().split(' ');
  return { name, email: `${words[0]}${run}@${domain}.example`, topic, marks: [...words, domain, topic.toLowerCase()] };
});
export const coachOf = (run: number): string => `kim${run}@coach.example`;
/** Writes into the coach's calendar as the coach would: another account, so that Google's logs tell it from us. */
export const handOf = (run: number): string => `hand${run}@coach.example`;
export const friendOf = (run: number): string => `friend${run}@group.example`;
export const privateOf = (run: number): string => `private${run}@group.calendar.google.com`;

export const WEEKLY = 'danaseries', SINGLE = 'evesingle', ALL_DAY = 'conference';

/** Histories begin on these Mondays at 08:00 UTC; the sessions are a week later. Clocks change around two of them. */
export const BEGINNINGS = ['2026-11-23', '2026-11-02', '2027-03-15', '2026-10-19'] as const;
/** Days after the Monday of the sessions, and wall-clock times: what is wanted, taken or dragged to. */
const TIMES = [[0, '13:00'], [1, '10:00'], [0, '14:00'], [0, '10:00'], [7, '13:00'], [0, '13:30'], [2, '15:00'], [2, '11:00'], [0, '11:30'], [3, '09:00']] as const;
export const timesFrom = (begins: string): Instant[] => TIMES.map(([days, time]) => atWallClock(addDays(begins, 7 + days), time, ZONE));
export const instanceOf = (id: string, start: Instant): string => `${id}_${new Date(start).toISOString().replace(/[-:]|\.000/g, '')}`;

const span = (start: number, minutes = 60): Record<string, unknown> => ({
  start: { dateTime: rfc3339(start as Instant, ZONE), timeZone: ZONE }, end: { dateTime: rfc3339((start + minutes * MINUTE_MS) as Instant, ZONE), timeZone: ZONE },
});
export { span };
/** The coach's calendar, as resources of Google's. */
export function eventsOf(run: number, begins: string, hasAllDay: boolean): Record<string, unknown>[] {
  const [dana, eve] = clientsOf(run), times = timesFrom(begins);
  const date = addDays(begins, 7);
  return [
    { id: WEEKLY, summary: `${dana?.topic} ${dana?.name}`, ...span(atWallClock(addDays(begins, -7), '13:00', ZONE)), recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=MO'], attendees: [{ email: dana?.email }] },
    { id: SINGLE, summary: `${eve?.topic} ${eve?.name}`, ...span(times[1] ?? 0), attendees: [{ email: eve?.email }] },
    { id: 'lunch', summary: 'Lunch', ...span(atWallClock(addDays(begins, 9), '12:00', ZONE)) },
    ...(hasAllDay ? [{ id: ALL_DAY, summary: 'Conference', start: { date }, end: { date: addDays(date, 1) } }] : []),
  ];
}
