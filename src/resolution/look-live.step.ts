import type { GoogleCalendar } from '../google/google.port.js';
import type { CoachId } from '../kernel/ids.js';
import { instant, type Instant, type Interval } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { blockingCalendars } from '../mirror/calendar.store.js';
import type { Shell } from '../work/shell.port.js';
import { takesTime, type Seen } from './live-look.js';

/** Reads `window` live in every blocking calendar, at once. `at` is the moment of the first answer: none is older. What cannot be read counts as not free. @throws Problem as the calls do, CALENDAR_FROZEN */
export async function lookLive(shell: Shell, google: GoogleCalendar, coachId: CoachId, window: Interval): Promise<{ seen: Seen[]; at: Instant }> {
  const calendars = await blockingCalendars(shell.db, coachId);
  if (calendars.some((c) => c.frozen_at !== null)) throw new Problem('CALENDAR_FROZEN', 'A calendar of this coach is frozen.', { coachId });
  const answers = await Promise.all(calendars.map(async (c) => {
    const events = await google.listWindow(c.google_id, window);
    return { at: shell.clock.now(), seen: takesTime(c.id, c.time_zone, events, window) };
  }));
  return { seen: answers.flatMap((a) => a.seen), at: instant(Math.min(shell.clock.now(), ...answers.map((a) => a.at))) };
}
