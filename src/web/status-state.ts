import type { PendingReason, Request } from '../requests/request.js';
import type { StatusState } from './pages/book-views.js';

/** What the incoming client may know of each reason. Whether somebody is asked to move, has said no, or stands there at all is
 *  nobody's business but the coach's: all of that reads the same. */
const SEEN: Readonly<Record<PendingReason, StatusState>> = {
  taken: 'looked-after', promised: 'looked-after', 'cannot-check': 'looked-after', 'no-calendar': 'looked-after', disconnected: 'looked-after',
  past: 'looked-after', notice: 'looked-after', horizon: 'looked-after', 'outside-hours': 'looked-after', busy: 'looked-after', buffer: 'looked-after', 'day-limit': 'looked-after', 'week-limit': 'looked-after',
  asked: 'looked-after', offered: 'offered', moving: 'looked-after', landing: 'booking', freed: 'looked-after',
  kept: 'looked-after', 'client-declined': 'looked-after', 'session-changed': 'looked-after', 'no-permission': 'looked-after', 'offer-expired': 'looked-after', undeliverable: 'looked-after',
  'taken-again': 'looked-after', 'slipped-in': 'looked-after', 'deleted-at-landing': 'looked-after',
};

/** How a request stands for the person who made it. */
export function seenByClient(request: Pick<Request, 'state' | 'pending_reason'>): StatusState {
  if (request.state !== 'pending_resolution') return request.state;
  return request.pending_reason === null ? 'looked-after' : SEEN[request.pending_reason];
}
