import type { Coach } from '../coach/coach.store.js';
import { namesBehind } from '../mail/explained.store.js';
import { askedIn, namesOf } from '../mail/told-names.store.js';
import { HOUR, MINUTE } from '../kernel/interval.js';
import type { Reader } from '../postgres/transaction.js';
import { isTold, sayingOf, type Cast } from '../resolution/told.js';
import { pageOfLines, type PagedLine } from '../work/history.store.js';
import type { HistoryRow } from './pages/index.js';
import { coachSaying } from './told-coach.js';

const PAGE = 50;
const textsIn = (value: unknown): string[] => (Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : []);
const present = (ids: readonly (string | null)[]): string[] => [...new Set(ids.filter((id) => id !== null))];

/** One page of a coach's history in sentences, the newest first. The names are those of today; who was erased has none.
 *  `older`: where the next page begins, or null. */
export async function historyRows(db: Reader, coach: Coach, which: { readonly before: number | null; readonly requestId: string | null }): Promise<{ rows: HistoryRow[]; older: number | null }> {
  const found = await pageOfLines(db, coach.id, { ...which, limit: PAGE + 1 });
  const lines = found.slice(0, PAGE);
  const requests = present(lines.map((l) => l.request_id));
  const names = await namesOf(db, coach.id, {
    requests, sessions: present(lines.map((l) => l.session_id)), calendars: present(lines.map((l) => l.calendar_id)), clients: lines.flatMap((l) => (typeof l.facts.client === 'string' ? [l.facts.client] : [])),
  });
  const offers = requests.length === 0 ? [] : await askedIn(db, coach.id, requests);
  const keys = lines.flatMap((l) => textsIn(l.facts.blockers));
  const blockers = keys.length === 0 ? new Map<string, string>() : await namesBehind(db, coach.id, keys);
  const nameOf = (id: string | null): string | null => (id === null ? null : names.get(id)?.name ?? null);

  const castOf = (line: PagedLine): Cast => {
    const own = offers.filter((o) => o.request_id === line.request_id);
    // A decision comes before the attempt that it begins, in the same moment
    const offer = own.find((o) => o.resolution_id === line.resolution_id) ?? own.find((o) => o.created_at === line.at);
    const [slot] = offer?.slots ?? [];
    const usual = names.get(line.request_id ?? '')?.minutes ?? HOUR / MINUTE;
    return {
      zone: coach.zone, incoming: nameOf(line.request_id) ?? 'the client', asked: offer?.name ?? 'the client', lengthMs: slot && line.resolution_id !== null && line.what !== 'landed' ? slot.end - slot.start : usual * MINUTE,
      named: (key) => blockers.get(key) ?? names.get(key)?.name ?? 'something that is gone since',
    };
  };
  const rows = lines.map((line): HistoryRow => {
    const ofCoach = line.request_id === null ? coachSaying({ ...line, calendar: nameOf(line.calendar_id), session: nameOf(line.session_id) }) : null;
    const says = ofCoach ?? (isTold(line.what) || line.request_id !== null ? sayingOf(line, castOf(line)).says : `${line.what}.`);
    return { id: line.id, at: line.at, says: says.charAt(0).toUpperCase() + says.slice(1), request: line.request_id === null ? null : { id: line.request_id, name: nameOf(line.request_id) ?? 'a client' } };
  });
  return { rows, older: found.length > PAGE ? (lines.at(-1)?.id ?? null) : null };
}
