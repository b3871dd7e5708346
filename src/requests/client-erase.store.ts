import type { ClientId, CoachId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { param, run } from '../postgres/rows.js';
import type { Tx } from '../postgres/transaction.js';

/** Takes everything that tells who a client is: name, address, zone, the titles that name them, and what they or their program
 *  wrote with their requests. The row stays without a name, for the requests, sessions and mails that refer to it. Letters to them
 *  that wait are not sent; links in their mails lead nowhere. Returns how many titles went. */
export async function eraseRows(tx: Tx, coachId: CoachId, id: ClientId, now: Instant): Promise<number> {
  const key = { coachId, id, now: param(now) };
  const titles = await run(tx, 'delete from named_titles where coach_id = :coachId and client_id = :id', key);
  // What they asked for on the booking page, confirmed or not; its letters and links go with it.
  await run(tx, `delete from wishes where coach_id = :coachId and (email = (select email from clients where coach_id = :coachId and id = :id)
    or request_id in (select id from requests where coach_id = :coachId and client_id = :id))`, key);
  await run(tx, `update clients set name = 'Erased client', email = null, time_zone = null, muted_at = null, erased_at = :now where coach_id = :coachId and id = :id`, key);
  // A hash of name and address is known again by whoever knows both; and a program's key may say who it is for.
  await run(tx, `update requests set session_type = 'Session', idempotency_key = null, idempotency_hash = null where coach_id = :coachId and client_id = :id`, key);
  // What is left of their events on the requests calendar, once these are gone from it: a hash of the same.
  await run(tx, `delete from inbox_events where coach_id = :coachId and state <> 'open' and wake_at is null
    and request_id in (select id from requests where coach_id = :coachId and client_id = :id)`, key);
  await run(tx, `update choices h set zone = null from offers o where o.coach_id = :coachId and o.client_id = :id and h.coach_id = o.coach_id and h.resolution_id = o.resolution_id`, key);
  await run(tx, `update outbox set state = 'pointless', wake_at = null where coach_id = :coachId and client_id = :id and state = 'waiting'`, key);
  await run(tx, 'update outbox set last_error = null where coach_id = :coachId and client_id = :id', key);
  await run(tx, `update links l set expires_at = least(l.expires_at, :now) where l.coach_id = :coachId and l.purpose <> 'decide' and (
    l.request_id in (select q.id from requests q where q.coach_id = :coachId and q.client_id = :id) and l.purpose <> 'choose'
    or l.resolution_id in (select o.resolution_id from offers o where o.coach_id = :coachId and o.client_id = :id))`, key);
  return titles;
}
