import { badRequest, duplicate } from '../http/api-error.js';
import { isOrganizerCopy } from '../people/copies.js';
import { splitMasterId } from '../series/instance-id.js';
import { restRecurrence, trimRecurrence } from '../series/split.js';
import { slotsFrom } from '../series/recurrence.js';
import { tellGuests, witness } from './conclude.js';
import { readContent, timeMs, writableBody } from './content.js';
import { findEvent, hasSlot } from './find.js';
import { merge } from './json.js';
import { adoptExceptions, followSeries, saveEvent } from './save.js';
import { instanceOf } from './view.js';
import { contextOf, type WriteCall } from './write-call.js';
import type { EventContent, JsonObject, StoredEvent } from '../store/model.js';

/** The series of an occurrence, and the occurrence's slot. Throws 400 for what the UI cannot split: it is then the whole series. */
function openSeries({ emulator: { store }, calendar }: WriteCall, instanceId: string): { master: StoredEvent; slotMs: number } {
  const { row } = findEvent(store, calendar.id, instanceId);
  const master = row.recurringEventId === undefined ? undefined : store.events.get(calendar.id, row.recurringEventId);
  if (master?.content.recurrence === undefined || row.originalStart === undefined) throw badRequest('Only an occurrence of a series can be split off.');
  if (!isOrganizerCopy(master) || master.content.status === 'cancelled') throw badRequest('Only the organizer can split a series, and only a live one.');
  const slotMs = timeMs(row.originalStart), { start, recurrence } = master.content;
  // What is left of an occurrence whose slot the series has no more is not shown, and cannot be split at.
  if (!hasSlot(master, slotMs)) throw badRequest('The series has no such occurrence any more.');
  const first = slotsFrom({ start, recurrence }, -8e15).next();
  if (first.done !== true && first.value >= slotMs) throw badRequest('This is the first occurrence: change or delete the whole series.');
  return { master, slotMs };
}

function trim(call: WriteCall, master: StoredEvent, slotMs: number): { after: StoredEvent; followers: { before: StoredEvent; after: StoredEvent }[] } {
  const { store } = call.emulator;
  const { start, recurrence = [] } = master.content;
  const after = saveEvent(store, master, { ...master, content: { ...master.content, recurrence: trimRecurrence({ start, recurrence }, slotMs) } });
  return { after, followers: followSeries(store, master, after) };
}

/**
 * The UI's "delete this and following" (sheet 2.1): the series ends before the occurrence, exceptions from there on are cancelled.
 * One transaction. Returns the trimmed series. Throws 400 for its first occurrence, and for anything but an occurrence.
 */
export function trimSeries(call: WriteCall, instanceId: string): StoredEvent {
  return call.emulator.store.transact(() => {
    const { master, slotMs } = openSeries(call, instanceId);
    const { after, followers } = trim(call, master, slotMs);
    tellGuests(call, master, after, followers);
    witness(call, 'trim', master, after);
    return after;
  });
}

/**
 * The UI's "this and following" (sheet 2.1): the old series ends before the occurrence, and a new one `root_R…` goes on from there with
 * `changes` (a patch of the occurrence). Exceptions follow into the part that has their slot; where a change of time takes their slot
 * away they are cancelled, as in the UI. Guests' copies follow. One transaction. Throws as `trimSeries`, and 409 for a used id.
 */
export function splitSeries(call: WriteCall, instanceId: string, changes: JsonObject): { trimmed: StoredEvent; part: StoredEvent } {
  const { emulator: { store }, calendar } = call;
  return store.transact(() => {
    const { master, slotMs } = openSeries(call, instanceId);
    const { start, recurrence = [] } = master.content;
    const rest = restRecurrence({ start, recurrence }, slotMs);
    const plain: EventContent = { ...instanceOf(master, slotMs).content, ...(rest.length === 0 ? {} : { recurrence: rest }) };
    const content = readContent(merge(writableBody(plain, calendar.timeZone), changes), { ...contextOf(call, master), before: plain });
    const id = splitMasterId(master.id, content.start);
    if (store.events.get(calendar.id, id) !== undefined) throw duplicate();
    // The new part counts as a change of the old one: both have the next number.
    const part = saveEvent(store, undefined, { ...master, id, iCalUID: `${id}@google.com`, content }, { sequence: master.sequence + 1 });
    adoptExceptions(store, master, part);
    // The new part comes first, also to the guests: what it does not take over falls with the old one.
    tellGuests(call, undefined, part, [], master.id);
    const { after: trimmed, followers } = trim(call, master, slotMs);
    tellGuests(call, master, trimmed, followers);
    witness(call, 'split', master, trimmed);
    witness(call, 'split', undefined, part);
    return { trimmed, part };
  });
}
