import type { Coach } from '../coach/coach.store.js';
import { standingOnSessionCalendars } from '../conflicts/standing.store.js';
import { DAY, plus, type Instant } from '../kernel/interval.js';
import type { Reader } from '../postgres/transaction.js';
import { listClients } from './client-list.store.js';
import { peopleAmong, type People } from './people.js';

/** As far ahead as the mirror is laid out. */
const IN_SIGHT_MS = 118 * DAY;
/** Who comes to this coach from now on, by the mirror. */
export const peopleOf = async (db: Reader, coach: Coach, now: Instant): Promise<People> =>
  peopleAmong(await standingOnSessionCalendars(db, coach, { start: now, end: plus(now, IN_SIGHT_MS) }), await listClients(db, coach.id), now);
