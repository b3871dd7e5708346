import type { GoogleCalendar } from '../google/google.port.js';
import type { CoachId } from '../kernel/ids.js';
import type { Instant, Interval } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { blockingCalendars } from '../mirror/mirror.store.js';
import type { Shell } from '../work/shell.port.js';
import { takesTime, type Seen } from './live-look.js';

/** Reads `window` live in every blocking calendar. `at` is the moment before the first call: the answer is no older than
 *  that makes it. What cannot be read counts as not free. @throws Problem as the calls do, CALENDAR_FROZEN */
export async function lookLive(shell: Shell, google: GoogleCalendar, coachId: CoachId, window: Interval): Promise<{ seen: Seen[]; at: Instant }> {
  const calendars = await blockingCalendars(shell.db, coachId);
  if (calendars.some((c) => c.frozen_at !== null)) throw new Problem('CALENDAR_FROZEN', 'A calendar of this coach is frozen.', { coachId });
  const at = shell.clock.now();
  const answers = await Promise.all(calendars.map(async (c) => takesTime(c.id, c.time_zone, await google.listWindow(c.google_id, window), window)));
  return { seen: answers.flat(), at };
}
