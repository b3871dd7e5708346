import type { FastifyInstance } from 'fastify';
import type { Coach } from '../coach/coach.store.js';
import { grantOf } from '../google/grant.store.js';
import { readId, type CalendarKey } from '../kernel/ids.js';
import { Problem } from '../kernel/problem.js';
import { canWrite, isBusyOnly, isMirrored, mayBe, type Role } from '../mirror/access-role.js';
import { changeRole } from '../mirror/calendar-role.flow.js';
import { knownCalendars } from '../mirror/calendar-list.store.js';
import { calendarsOf } from '../mirror/calendar.store.js';
import { showTo } from './coach-door.step.js';
import { calendarsPage, NOTHING_TOLD, ROLE_IN_WORDS, type CalendarView, type Told } from './pages/index.js';
import { mustBe, type SignedIn } from './signed-in.step.js';
import type { Web } from './web.port.js';

const ROLES: readonly Role[] = ['sessions', 'busy', 'hours', 'requests', 'ignored'];
const ORDER = (c: CalendarView): number => (c.was !== null ? ROLES.length : ROLES.indexOf(c.role));

/** The coach's calendars, and what each is for. */
export function calendarRoutes(app: FastifyInstance, { shell }: Web): void {
  app.get('/calendars', (request, reply) => showTo(shell, request, reply, '/calendars', (who) => draw(who, NOTHING_TOLD)));

  app.post('/calendars', async (request, reply) => {
    const who = await mustBe(shell, request);
    const { calendar, role } = request.body as { calendar?: unknown; role?: unknown };
    const id = typeof calendar === 'string' ? readId<CalendarKey>('calendar', calendar) : null;
    const known = (await calendarsOf(shell.db, who.coach.id)).find((c) => c.id === id);
    if (!known) throw new Problem('PAGE_UNKNOWN', 'There is no such calendar.');
    const to = ROLES.find((r) => r === role);
    if (!to) return reply.code(400).type('text/html').send(await draw(who, { done: null, faults: ['Choose what the calendar is for.'] }));
    const answer = await changeRole(shell, { coachId: who.coach.id, calendarId: known.id, by: 'coach' }, to);
    const told = 'refused' in answer ? { done: null, faults: [`${known.summary}: ${answer.why}`] } : { done: `${known.summary} has the role “${ROLE_IN_WORDS[to].name}” now. ${answer.effect}`, faults: [] };
    return reply.code('refused' in answer ? 409 : 200).type('text/html').send(await draw(who, told));
  });

  const draw = async (who: SignedIn, told: Told): Promise<string> => calendarsPage({
    guard: who.guard, zone: who.coach.zone, isConnected: (await grantOf(shell.db, who.coach.id)) !== null, calendars: await calendarViews(who.coach), told,
  });

  async function calendarViews(coach: Coach): Promise<CalendarView[]> {
    const rows = new Map((await calendarsOf(shell.db, coach.id)).map((row) => [row.id, row]));
    const views = (await knownCalendars(shell.db, coach.id)).flatMap((k): CalendarView[] => {
      const row = rows.get(k.id);
      return row ? [{
        id: k.id, title: k.summary || 'A calendar without a name', zone: k.zone, role: k.role, may: ROLES.filter((role) => role === k.role || mayBe(role, k.accessRole)), isPrimary: k.isPrimary,
        canWrite: canWrite(k.accessRole), isBusyOnly: isBusyOnly(k.accessRole), frozen: row.frozen_at === null ? null : { since: row.frozen_at, why: row.freeze_reason ?? '' },
        isUnread: isMirrored(k.role) && row.last_full_at === null, isOffTheList: k.listed === 'absent', was: k.retiredRole,
      }] : [];
    });
    return views.sort((a, b) => ORDER(a) - ORDER(b) || Number(b.isPrimary) - Number(a.isPrimary) || a.title.localeCompare(b.title));
  }
}
