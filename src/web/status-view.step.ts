import { coachById } from '../coach/coach.store.js';
import { intervalFrom, type Instant } from '../kernel/interval.js';
import { findPath, type Link } from '../mail/link.store.js';
import { clientById } from '../requests/client.store.js';
import { lengthMs } from '../requests/request.js';
import { requestById } from '../requests/request.store.js';
import { liveResolution } from '../resolution/resolution.store.js';
import type { Shell } from '../work/shell.port.js';
import type { StatusView } from './pages/book-views.js';
import { timesNear, timesOf } from './public-times.step.js';
import { seenByClient } from './status-state.js';

/** The status page as things are now. `say` is what the person is about to say, `note` what became of what they said. */
export async function statusView(shell: Shell, link: Link, page: Pick<StatusView, 'action' | 'say' | 'note'>): Promise<StatusView> {
  const coach = await coachById(shell.db, link.coach_id);
  const request = await requestById(shell.db, coach.id, link.request_id);
  const client = await clientById(shell.db, coach.id, request.client_id);
  const state = seenByClient(request);
  const at = (start: Instant) => intervalFrom(start, lengthMs(request));
  const live = state === 'offered' ? await liveResolution(shell.db, coach.id, request.id) : null;
  const others = page.say === 'others' && state === 'looked-after' ? timesNear(await timesOf(shell.db, coach, lengthMs(request), shell.clock.now()), request.wanted_starts[0] ?? request.wanted_at, request.wanted_starts) : [];
  return {
    ...page, bookPath: `/book/${encodeURIComponent(coach.slug)}`, coachName: coach.name, coachZone: coach.zone, zone: client.time_zone ?? coach.zone, sessionType: request.session_type, state,
    wanted: request.wanted_starts.map(at), booked: request.booked_start !== null ? at(request.booked_start) : state === 'booking' ? at(request.wanted_at) : null, others,
    pickPath: live?.option === 1 ? await findPath(shell.db, shell.keys, { coachId: coach.id, purpose: 'pick', requestId: request.id, resolutionId: live.id }) : null,
  };
}
