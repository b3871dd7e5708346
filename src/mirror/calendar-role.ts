import { isMirrored, mayBe, type Role } from './access-role.js';
import type { KnownCalendar } from './calendar-list.js';

/** What becomes of the mirror when a calendar gets another role. */
export type RoleChange =
  | { readonly refused: 'same' | 'gone' | 'access' | 'asks' | 'landings'; readonly why: string }
  /** `strip`: all but times and status leaves it. `forget`: all of it does. */
  | { readonly mirror: 'strip' | 'forget'; readonly effect: string };

const TAKES = { busy: 'It takes time.', hours: 'Its events are the working hours, and nothing is offered outside them; they take no time.', requests: 'What is put on it from now on is a request; it takes no time.' } as const;

/** May this calendar have that role, and what follows? Nothing that is under way with its sessions is left hanging. */
export function planRole(known: KnownCalendar, to: Role, open: { readonly asks: number; readonly landings: number }): RoleChange {
  if (known.role === to) return { refused: 'same', why: 'It is used for that already.' };
  if (known.retiredRole !== null) return { refused: 'gone', why: 'Google says that this calendar is gone. If it comes back, it gets its role back.' };
  if (!mayBe(to, known.accessRole)) {
    return { refused: 'access', why: to === 'sessions' ? 'Makeway may not write on this calendar, and sessions have to be written. Change the sharing in Google first.' : 'Only busy times can be seen on this calendar. Change the sharing in Google first.' };
  }
  if (open.landings > 0) return { refused: 'landings', why: 'A booking is being written to this calendar. Try again in a minute.' };
  if (known.role === 'sessions' && open.asks > 0) return { refused: 'asks', why: `Somebody with a session on this calendar is being asked to move (${open.asks}). Decide otherwise on the page of that request first, or wait for the answer.` };
  if (!isMirrored(to)) {
    return { mirror: 'forget', effect: known.role === 'hours' ? 'Its events are not the working hours any more; Makeway has forgotten them.' : isMirrored(known.role) ? 'Its events take no time any more; Makeway has forgotten them.' : 'It takes no time.' };
  }
  if (isMirrored(known.role) && to !== 'sessions' && to !== 'requests') return { mirror: 'strip', effect: `${TAKES[to]}${known.role === 'sessions' ? ' Makeway has forgotten what its events are about, and with whom.' : ''}` };
  if (to === 'requests') return { mirror: 'forget', effect: TAKES.requests };
  return { mirror: 'forget', effect: `${to === 'sessions' ? '' : `${TAKES[to]} `}It is read in full now; until then nothing is offered or booked.` };
}
