import type { Coach } from '../coach/coach.store.js';
import type { Instant } from '../kernel/interval.js';
import { knownZone, readRfc3339, wallClock } from '../kernel/zone.js';
import type { PublicTime } from '../slots/public-times.js';
import type { Shell } from '../work/shell.port.js';
import type { AskView, BookFrame, DayView, Kind, MonthView } from './pages/book-views.js';
import { timesNear, timesOf } from './public-times.step.js';

/** Whatever stands in an address or a form, as text; what is no text is none. */
export type Given = Readonly<Record<string, unknown>>;
export const textOf = (given: Given, name: string): string => (typeof given[name] === 'string' ? given[name] : '');

/** What can be booked with a coach. */
export const kindsOf = ({ policy }: Coach): readonly [Kind, ...Kind[]] => {
  const [first, ...others] = policy.sessionTypes;
  return first ? [first, ...others] : [{ name: 'Session', lengthMs: policy.lengthMs }];
};

/** The part that all pages share, with the zone and the kind that were asked for, if there are such. */
export function frameOf(coach: Coach, given: Given): BookFrame {
  const kinds = kindsOf(coach);
  const zone = textOf(given, 'zone');
  return {
    path: `/book/${encodeURIComponent(coach.slug)}`, coachName: coach.name, coachZone: coach.zone,
    zone: (/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(zone) ? knownZone(zone) : null) ?? coach.zone,
    kinds, kind: kinds.find((kind) => kind.name === textOf(given, 'type')) ?? kinds[0],
  };
}

/** So many of the next days are shown with the first free time of each. */
const SOONEST = 2;
const isDate = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);

/** A month of free days or, if the address names one, a day of times; in the visitor's zone. */
export async function bookView(shell: Shell, coach: Coach, given: Given): Promise<{ readonly month: MonthView } | { readonly day: DayView }> {
  const frame = frameOf(coach, given);
  const now = shell.clock.now();
  const times = await timesOf(shell.db, coach, frame.kind.lengthMs, now);
  const byDay = new Map<string, PublicTime[]>();
  for (const time of times) {
    const { date } = wallClock(time.start, frame.zone);
    const there = byDay.get(date);
    if (there) there.push(time);
    else byDay.set(date, [time]);
  }
  const day = textOf(given, 'day');
  if (isDate(day)) return { day: { ...frame, day, ...around([...byDay.keys()], day), times: byDay.get(day) ?? [] } };

  const first = times.find((time) => time.isFree) ?? times[0];
  const months = [...new Set([...byDay.keys()].map((date) => date.slice(0, 7)))];
  const asked = textOf(given, 'month');
  const month = months.includes(asked) ? asked : wallClock(first?.start ?? now, frame.zone).date.slice(0, 7);
  const days = new Map([...byDay].filter(([date]) => date.startsWith(month)).map(([date, there]) => [date, { free: there.filter((time) => time.isFree).length }]));
  return { month: { ...frame, month, ...around(months, month), days, soonest: [...byDay.values()].flatMap((there) => there.find((time) => time.isFree) ?? []).slice(0, SOONEST) } };
}
/** What comes before and after `at`, of texts that sort by time. */
const around = (all: readonly string[], at: string): { before: string | null; after: string | null } =>
  ({ before: all.filter((each) => each < at).at(-1) ?? null, after: all.find((each) => each > at) ?? null });

/** The form behind a time. `told`: what became of it when it was sent; null: it was not sent yet. */
export async function askView(shell: Shell, coach: Coach, given: Given, told: Pick<AskView, 'faults' | 'note' | 'stamp'>): Promise<AskView> {
  const frame = frameOf(coach, given);
  const times = await timesOf(shell.db, coach, frame.kind.lengthMs, shell.clock.now());
  const start = readRfc3339(textOf(given, 'start'));
  const wanted = times.find((time) => time.start === start) ?? null;
  const also = [given.also].flat().filter((one): one is string => typeof one === 'string');
  return { ...frame, ...told, wanted, others: wanted ? timesNear(times, wanted.start, [wanted.start]) : [], given: { name: textOf(given, 'name'), email: textOf(given, 'email'), also } };
}

/** The starts that a form names, in order of preference, each once; null among them: one that is no time. */
export const startsIn = (given: Given): (Instant | null)[] =>
  [...new Set([textOf(given, 'start'), ...[given.also].flat().filter((one): one is string => typeof one === 'string' && one !== '')])].map(readRfc3339);
