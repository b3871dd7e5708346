import { badRequest, invalid, timeRangeEmpty } from '../http/api-error.js';
import type { Query } from '../http/query.js';
import type { Access } from '../calendars/access.js';
import type { Caller } from '../caller.js';
import type { ListTokens } from '../store/list-token.js';
import type { JsonObject, StoredEvent } from '../store/model.js';
import type { Store } from '../store/store.js';
import { timeMs } from './content.js';
import { byStart, cancelled, plainInstances, plainSlots } from './expand.js';
import { type Wanted, instantOf, isInWindow } from './filter.js';
import { findEvent } from './find.js';
import { envelope, pageSize } from './list.js';
import { fillPage, issuePageToken, readPageToken, type Step } from './page.js';
import { instanceOf, showEvent, type View } from './view.js';
import { EVERYTHING } from './wanted.js';

/** The instance of a slot, as `originalStart` names it: a date, or an RFC 3339 time. */
function readSlot(query: Query): number | undefined {
  const text = query.text('originalStart');
  if (text === undefined) return undefined;
  const slotMs = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : query.timeMs('originalStart');
  if (slotMs === undefined || Number.isNaN(slotMs)) throw invalid('Invalid value for: originalStart', 'originalStart');
  return slotMs;
}

/** The plain instance of one slot, if the series has it there and it meets the window. */
function plainAt(store: Store, master: StoredEvent, slotMs: number, wanted: Wanted, zone: string): StoredEvent[] {
  const isPlain = [...plainSlots(store, master, slotMs, slotMs + 1)].includes(slotMs);
  const row = isPlain ? instanceOf(master, slotMs) : undefined;
  return row !== undefined && isInWindow(row.content.start, row.content.end, wanted, zone) ? [row] : [];
}

/** Instances and exceptions, each rising, as one list by start and then id, strictly behind `after`. As lazy as the instances. */
function* inOrder(plain: Iterable<StoredEvent>, exceptions: readonly StoredEvent[], zone: string, after: readonly [number, string] = [-Infinity, '']): Generator<Step> {
  const place = (row: StoredEvent): [number, string] => [instantOf(row.content.start, zone), row.id];
  const isBehind = ([rank, id]: readonly [number, string], [otherRank, otherId]: readonly [number, string]): boolean => rank > otherRank || (rank === otherRank && id > otherId);
  const waiting = exceptions.map((row) => ({ place: place(row), counts: true, row }));
  function* whole(): Generator<(typeof waiting)[number]> {
    for (const row of plain) {
      const here = place(row);
      for (let [first] = waiting; first !== undefined && isBehind(here, first.place); [first] = waiting) {
        yield first;
        waiting.shift();
      }
      yield { place: here, counts: true, row };
    }
    yield* waiting;
  }
  for (const step of whole()) if (isBehind(step.place, after)) yield step;
}

/** events.instances (sheet 1.1): one series, exceptions in place of their slots. `timeMin` is inclusive here. */
export function listInstances(store: Store, tokens: ListTokens, access: Access, caller: Caller, eventId: string, query: Query): JsonObject {
  const { calendar, role } = access;
  const { row: master } = findEvent(store, calendar.id, eventId);
  if (master.content.recurrence === undefined) throw badRequest('The event is not recurring.');
  const [min, timeMaxMs] = [query.timeMs('timeMin'), query.timeMs('timeMax')];
  if (min !== undefined && timeMaxMs !== undefined && timeMaxMs <= min) throw timeRangeEmpty();
  const wanted: Wanted = { ...EVERYTHING, ...(min === undefined ? {} : { timeMinMs: min - 1 }), ...(timeMaxMs === undefined ? {} : { timeMaxMs }) };
  const withDeleted = query.flag('showDeleted'), zone = calendar.timeZone;
  const isDead = master.content.status === 'cancelled', slotMs = readSlot(query);
  const bound = `${caller.account} ${eventId}?${query.fingerprint('pageToken', 'maxResults')}`;
  const page = readPageToken(tokens, query.text('pageToken'), calendar.id, bound);
  const upTo = page?.upTo ?? store.events.lastChange(calendar.id);
  const after = Array.isArray(page?.at) ? (page.at as [number, string]) : undefined;
  const exceptions = store.events.exceptionsOf(calendar.id, master.id).filter((each) => (slotMs === undefined || (each.originalStart !== undefined && timeMs(each.originalStart) === slotMs))
    && (withDeleted || each.content.status !== 'cancelled') && isInWindow(each.content.start, each.content.end, wanted, zone));
  const plain = slotMs === undefined ? plainInstances(store, master, wanted, zone, after?.[0]) : plainAt(store, master, slotMs, wanted, zone);
  const { rows, next } = fillPage(isDead && !withDeleted ? [] : inOrder(plain, byStart(exceptions, zone), zone, after), pageSize(query));
  const shownZone = query.text('timeZone') ?? zone;
  const view: View = { calendar, role, caller: caller.account, zone: shownZone, maxAttendees: query.count('maxAttendees') };
  const show = (row: StoredEvent): JsonObject => showEvent(isDead ? cancelled(row) : row, view);
  // Google gives a sync token here too, although the method cannot take one (sheet 1.1).
  return envelope(store, access, caller.account, shownZone, rows.map(show), next === undefined
    ? { nextSyncToken: tokens.issue({ kind: 'instances', calendar: calendar.id, revision: upTo }) }
    : { nextPageToken: issuePageToken(tokens, calendar.id, bound, { at: next, upTo }) });
}
