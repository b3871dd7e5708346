import type { ClientId, CoachId, GrantId, RequestId, ResolutionId, SessionId, WishId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { mintId, oneRow, param, rows, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';
import { holdLease, notifyDue, type Claim } from '../work/due.store.js';
import type { LetterKind } from './facts.js';

export interface OutboxRow {
  readonly coach_id: CoachId; readonly id: string; readonly letter: LetterKind; readonly client_id: ClientId | null; readonly request_id: RequestId | null; readonly calendar_id: string | null; readonly grant_id: GrantId | null; readonly wish_id: WishId | null;
  readonly resolution_id: ResolutionId | null; readonly revision: number; readonly message_id: string; readonly state: 'waiting' | 'sent' | 'refused' | 'pointless';
  readonly attempts: number; readonly last_error: string | null; readonly created_at: Instant;
  /** Given: the calendar entry in it has this SEQUENCE. */
  readonly ical_sequence: number | null;
}

/** Puts a letter into the outbox, in the transaction that causes it. One person gets one letter of a kind per turn:
 *  a second one under the same key is not made. Only ids are kept; the text is written when it is sent. */
export async function enqueue(tx: Tx, letter: AboutRequest, mailFrom: string, now: Instant): Promise<void> {
  await put(tx, aboutRequest(letter), mailFrom, now);
}

/** The same for a letter that carries a calendar entry of `sessionId`: its SEQUENCE is one more than the last, the first is 0. */
export async function enqueueWithCalendar(tx: Tx, letter: AboutRequest, sessionId: SessionId, mailFrom: string, now: Instant): Promise<void> {
  const id = await put(tx, aboutRequest(letter), mailFrom, now);
  if (id === null) return;
  await run(tx, `with counted as (update sessions set ical_sequence = coalesce(ical_sequence + 1, 0) where coach_id = :coach and id = :session returning ical_sequence)
    update outbox set ical_sequence = counted.ical_sequence from counted where coach_id = :coach and id = :id`, { coach: letter.coachId, session: sessionId, id });
}

interface AboutRequest { readonly coachId: CoachId; readonly kind: LetterKind; readonly clientId: ClientId | null; readonly requestId: RequestId; readonly resolutionId: ResolutionId | null; readonly revision: number }
const aboutRequest = ({ coachId, kind, clientId, requestId, resolutionId, revision }: AboutRequest): Put =>
  ({ coachId, kind, clientId, requestId, resolutionId, revision, dedupe: `${kind}/${resolutionId ?? requestId}/${revision}/${clientId ?? 'coach'}` });

/** The same for a letter to the coach about one of their calendars. `revision` names the occasion. */
export async function enqueueAboutCalendar(tx: Tx, letter: { coachId: CoachId; kind: LetterKind; calendarId: string; revision: number }, mailFrom: string, now: Instant): Promise<void> {
  await put(tx, { ...letter, dedupe: `${letter.kind}/${letter.calendarId}/${letter.revision}/coach` }, mailFrom, now);
}

/** The same for a letter to the coach about their permission at Google: one of a kind for each grant. */
export async function enqueueAboutGrant(tx: Tx, letter: { coachId: CoachId; kind: LetterKind; grantId: GrantId }, mailFrom: string, now: Instant): Promise<void> {
  await put(tx, { ...letter, revision: 0, dedupe: `${letter.kind}/${letter.grantId}/coach` }, mailFrom, now);
}

/** The digest of what was found on top of each other, as told at `now`. */
export async function enqueueDigest(tx: Tx, coachId: CoachId, mailFrom: string, now: Instant): Promise<void> {
  await put(tx, { coachId, kind: 'digest', revision: 0, dedupe: `digest/${String(now)}/coach` }, mailFrom, now);
}
/** The same for the one letter to a visitor about their wish; not before `notBefore`. */
export async function enqueueAboutWish(tx: Tx, letter: { coachId: CoachId; kind: LetterKind; wishId: WishId }, mailFrom: string, notBefore: Instant, now: Instant): Promise<void> {
  await put(tx, { ...letter, revision: 0, dedupe: `${letter.kind}/${letter.wishId}`, notBefore }, mailFrom, now);
}

interface Put {
  readonly coachId: CoachId; readonly kind: LetterKind; readonly revision: number; readonly dedupe: string; readonly clientId?: ClientId | null; readonly requestId?: RequestId;
  readonly resolutionId?: ResolutionId | null; readonly calendarId?: string; readonly grantId?: GrantId; readonly wishId?: WishId; readonly notBefore?: Instant;
}
/** The letter's id; null if there is one under the same key. */
async function put(tx: Tx, letter: Put, mailFrom: string, now: Instant): Promise<string | null> {
  const id = mintId('letter');
  const made = await run(tx, `insert into outbox (coach_id, id, letter, client_id, request_id, resolution_id, calendar_id, grant_id, wish_id, revision, dedupe_key, message_id, state, created_at, wake_at)
    values (:coach, :id, :kind, :client, :request, :resolution, :calendar, :grant, :wish, :revision, :dedupe, :message, 'waiting', :now, :wake)
    on conflict (coach_id, dedupe_key) do nothing`, {
    coach: letter.coachId, id, kind: letter.kind, client: letter.clientId ?? null, request: letter.requestId ?? null, resolution: letter.resolutionId ?? null,
    calendar: letter.calendarId ?? null, grant: letter.grantId ?? null, wish: letter.wishId ?? null, revision: letter.revision, dedupe: letter.dedupe, message: messageId(id, mailFrom), now: param(now), wake: param(letter.notBefore ?? now),
  });
  await notifyDue(tx, 'outbox');
  return made > 0 ? id : null;
}
const messageId = (id: string, mailFrom: string): string => `<${id}@${mailFrom.split('@').at(-1)?.replace(/>$/, '') ?? 'makeway.invalid'}>`;

export const outboxRow = (db: Reader, coachId: CoachId, id: string): Promise<OutboxRow | null> =>
  oneRow(db, 'select * from outbox where coach_id = :coachId and id = :id', { coachId, id });
/** How many earlier messages a mail names at most: the first, and the last ones. */
const MOST_REFERENCES = 12;
/** The messages of this request to this person that went before, oldest first: a mail refers to them, so that one request is one
 *  conversation (RFC 5322 3.6.4). The same each time that the row is sent. */
export async function earlierMessages(db: Reader, row: OutboxRow): Promise<string[]> {
  if (row.request_id === null) return [];
  const ids = (await rows<{ message_id: string }>(db, `select message_id from outbox where coach_id = :coach and request_id = :request and client_id is not distinct from :client
    and state = 'sent' and created_at <= :at and id <> :id order by created_at, sent_at, revision`, { coach: row.coach_id, request: row.request_id, client: row.client_id, at: param(row.created_at), id: row.id })).map((r) => r.message_id);
  return ids.length > MOST_REFERENCES ? [...ids.slice(0, 1), ...ids.slice(1 - MOST_REFERENCES)] : ids;
}

/** True if a letter of that kind about the same resolution went out, or was tried and may have. */
export const wasSent = async (db: Reader, row: OutboxRow, kind: LetterKind): Promise<boolean> =>
  (await oneRow(db, `select 1 from outbox where coach_id = :coach and request_id = :request and resolution_id = :resolution and letter = :kind and (state = 'sent' or attempts > 0) limit 1`,
    { coach: row.coach_id, request: row.request_id, resolution: row.resolution_id, kind })) !== null;

export async function endLetter(tx: Tx, claim: Claim, state: 'sent' | 'refused' | 'pointless', now: Instant): Promise<void> {
  await holdLease(tx, claim);
  await run(tx, `update outbox set state = :state, wake_at = null, sent_at = :sent where coach_id = :coach and id = :id`,
    { coach: claim.coachId, id: claim.id, state, sent: state === 'sent' ? param(now) : null });
}
/** Letters that wait or were refused, for `makeway status`. */
export const unsentLetters = (db: Reader): Promise<{ letter: string; state: string; attempts: number; last_error: string | null; created_at: Instant }[]> =>
  rows(db, `select letter, state, attempts, last_error, created_at from outbox where state in ('waiting', 'refused') order by created_at limit 100`);
