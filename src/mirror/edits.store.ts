/** The edits of one pull, read from the mirror before and after, and told in the history. */
import { addEdits, editLines, NO_EDITS, type EditTally } from '../calendar/edit-tally.js';
import type { EditContext, OurWrite } from '../calendar/edit.js';
import { readEdits } from '../calendar/edits.js';
import { slotName } from '../calendar/series-change.js';
import type { CalendarKey, CoachId } from '../kernel/ids.js';
import { instant, type Instant, type Interval } from '../kernel/interval.js';
import { oneRow, param, run } from '../postgres/rows.js';
import type { Tx } from '../postgres/transaction.js';
import { keepsTimesOnly } from './access-role.js';
import type { RootChange } from './merge.js';

type Calendar = { readonly coach_id: CoachId; readonly id: CalendarKey; readonly time_zone: string; readonly role: string; readonly last_pull_at: Instant | null };

/** Reads what was done to some roots of `calendar`. What of our own writes is still open is known from its rows. */
export async function editsBetween(tx: Tx, calendar: Calendar, changes: readonly RootChange[], window: Interval): Promise<EditTally> {
  if (changes.length === 0) return NO_EDITS;
  // Only what came or went can have come from, or gone to, another calendar.
  const comers = changes.filter((c) => c.before.length === 0 || c.after.length === 0).map((c) => c.root);
  const context: EditContext = {
    zone: calendar.time_zone, window, since: calendar.last_pull_at, timesOnly: keepsTimesOnly(calendar.role), ...(await knownOf(tx, calendar, comers)),
  };
  return changes.reduce((tally, { before, after }) => addEdits(tally, readEdits(before, after, context)), NO_EDITS);
}

interface Known { own: string; elsewhere: string[]; ours: { event: string; kind: OurWrite['kind']; start: number | null; end: number | null }[] }

/** In one round trip: the coach's address, which of `roots` another calendar of the coach has, and our open writes here. */
async function knownOf(tx: Tx, calendar: Calendar, roots: readonly string[]): Promise<Pick<EditContext, 'own' | 'elsewhere' | 'ours'>> {
  const known = await oneRow<Known>(tx, `
    select email as own,
      array(select e.id from calendars k join events e on e.coach_id = k.coach_id and e.calendar_id = k.id and e.id = any(:roots)
        where k.coach_id = :coach and k.id <> :calendar) as elsewhere,
      (select coalesce(jsonb_agg(jsonb_build_object('event', w.event_id, 'kind', w.kind,
          'start', extract(epoch from lower(w.period)) * 1000, 'end', extract(epoch from upper(w.period)) * 1000) order by w.intended_at), '[]')
        from google_writes w where w.coach_id = :coach and w.calendar_id = :calendar and w.state in ('intended', 'sent')) as ours
    from coaches where id = :coach`, { coach: calendar.coach_id, calendar: calendar.id, roots: [...roots] });
  const ours = (known?.ours ?? []).map((w): [string, OurWrite] => [w.event, { kind: w.kind, interval: w.start === null || w.end === null ? null : { start: instant(w.start), end: instant(w.end) } }]);
  return { own: new Set(known ? [known.own] : []), elsewhere: new Set(known?.elsewhere ?? []), ours: new Map(ours) };
}

/** Tells the edits in the history: a line each, with the session it was about if there is one, or one line for very many. */
export async function rememberEdits(tx: Tx, calendar: Calendar, tally: EditTally, now: Instant): Promise<void> {
  const lines = editLines(tally).map((line, nr) => ({ nr, what: line.what, facts: line.facts, event: line.edit?.eventId ?? null, key: line.edit ? slotName(line.edit.original) : null }));
  if (lines.length === 0) return;
  await run(tx, `
    insert into history (coach_id, at, what, by, calendar_id, session_id, facts)
    select :coach, :now, l.what, 'google', :calendar, s.id, l.facts
    from jsonb_to_recordset((:lines)::jsonb) as l(nr integer, what text, facts jsonb, event text, key text)
    left join lateral (select id from sessions s where s.coach_id = :coach and s.calendar_id = :calendar and s.event_id = l.event and (s.original_key = l.key or l.key = 'single') limit 1) s on true
    order by l.nr`, { coach: calendar.coach_id, calendar: calendar.id, now: param(now), lines: JSON.stringify(lines) });
}
