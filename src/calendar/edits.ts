/**
 * What somebody did to the events of one root (a single event, or a series with its exceptions) between two states of the
 * mirror. Pure. The reactions are in docs/edits.md.
 */
import { MINUTE, type Instant } from '../kernel/interval.js';
import { difference, differences, momentOf, startOf, type Difference } from './event-differences.js';
import { TIMES_AND_STATUS, type Edit, type EditContext, type EditKind, type OurWrite } from './edit.js';
import type { CalendarEvent, OriginalStart, When } from './event.js';
import { lostSlots } from './series-change.js';

/** Clocks of ours and Google's may differ by this much. */
const SLACK_MS = MINUTE;
/** What "this and following" leaves on the id of the new series (sheet 2.1). */
const SPLIT_ID = /_R\d{8}(T\d{6})?$/;

/**
 * The edits that lead from `before` to `after`: all mirrored events of one root, then and now. A deleted single event or
 * series is one that is missing, or cancelled, in `after`. Any difference in etags gives at least one edit; equal etags give none.
 */
export function readEdits(before: readonly CalendarEvent[], after: readonly CalendarEvent[], context: EditContext): Edit[] {
  const [was, is] = [mainOf(before), mainOf(after)];
  const edits: Edit[] = [];
  if (was !== null || is !== null) edits.push(...mainEdits(was, is, context));
  // A series that is gone takes its exceptions with it: one edit, not one for each.
  const isGone = was !== null && is === null;
  if (!isGone) edits.push(...exceptionEdits(was, is, before, after, context));
  return context.timesOnly ? withoutDetails(edits) : edits;
}

/** The single event or the series itself; a cancelled one is none. */
const mainOf = (events: readonly CalendarEvent[]): CalendarEvent | null => events.find((e) => e.recurringEventId === null && e.status !== 'cancelled') ?? null;
/** The same etag is the same event; a broken one without an etag has to be looked at. */
const isSeen = (was: CalendarEvent, is: CalendarEvent): boolean => was.etag === is.etag && is.etag !== '';
const edit = (event: CalendarEvent, change: Difference): Edit => ({ ...change, eventId: event.id, original: event.originalStart });
const begins = (event: CalendarEvent): ReturnType<typeof startOf> | null => (event.when ? startOf(event.when) : null);

function mainEdits(was: CalendarEvent | null, is: CalendarEvent | null, context: EditContext): Edit[] {
  if (was === null) return is === null ? [] : [appeared(is, context), ...(is.unparsed === null ? [] : [edit(is, difference('unparsed'))])];
  if (is === null) {
    const ours = context.ours.get(was.id)?.kind === 'delete';
    return [edit(was, difference(ours ? 'echo' : context.elsewhere.has(was.id) ? 'left' : 'deleted', begins(was)))];
  }
  if (isSeen(was, is)) return [];
  const found = withoutEcho([...recurrenceOf(was, is, context), ...differences(was, is, context.own)], is, context);
  return (found.length > 0 || was.etag === is.etag ? found : [difference('other')]).map((d) => edit(is, d));
}

function appeared(event: CalendarEvent, context: EditContext): Edit {
  const isOld = context.since !== null && event.createdAt !== null && event.createdAt !== undefined && event.createdAt < context.since - SLACK_MS;
  const isOurs = context.ours.has(event.id) || event.privateProperties.makewayRequest !== undefined;
  let what: EditKind = 'made';
  if (context.elsewhere.has(event.id)) what = 'arrived';
  else if (isOld && event.organizedHere) what = 'restored';
  else if (isOurs) what = 'echo';
  else if (SPLIT_ID.test(event.id) && event.recurringEventId === null) what = 'split-off';
  return edit(event, difference(what, null, begins(event)));
}

function recurrenceOf(was: CalendarEvent, is: CalendarEvent, { zone, window }: EditContext): Difference[] {
  if (was.recurrence === null && is.recurrence === null) return [];
  if (was.recurrence === null || is.recurrence === null) return [difference(is.recurrence === null ? 'turned-single' : 'turned-series', begins(was), begins(is))];
  if (sameLines(was.recurrence, is.recurrence)) return [];
  if (!sameLines(withoutEnd(was.recurrence), withoutEnd(is.recurrence))) return [difference('rule-changed')];
  // Only its end has changed; which way shows in the slots that are lost or won.
  const like = { ...is, when: was.when };
  const lost = lostSlots(was, like, window, zone);
  if (lost.length > 0) return [difference('series-trimmed', null, firstOf(lost), lost.length)];
  const won = lostSlots(like, was, window, zone);
  return won.length > 0 ? [difference('series-extended', null, firstOf(won), won.length)] : [difference(endsSooner(was.recurrence, is.recurrence) ? 'series-trimmed' : 'series-extended')];
}

const sameLines = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && [...a].sort().join('\n') === [...b].sort().join('\n');
const withoutEnd = (lines: readonly string[]): string[] => lines.map((line) => (/^RRULE/i.test(line) ? line.replace(/;?\b(UNTIL|COUNT)=[^;]*/gi, '').replace(/:;/, ':').split(';').sort().join(';') : line));
const firstOf = (slots: readonly OriginalStart[]): ReturnType<typeof momentOf> | null => (slots[0] ? momentOf(slots[0]) : null);
/** Beyond the horizon the slots do not tell: an end that was not there before, or an earlier one, trims. */
function endsSooner(was: readonly string[], is: readonly string[]): boolean {
  const end = (lines: readonly string[]): string | null => lines.map((line) => /\b(?:UNTIL|COUNT)=(\w+)/i.exec(line)?.[1] ?? null).find((e) => e !== null) ?? null;
  const [before, after] = [end(was), end(is)];
  if (before === null || after === null) return before === null;
  return before.length === after.length ? after < before : after.length < before.length;
}

function exceptionEdits(was: CalendarEvent | null, is: CalendarEvent | null, before: readonly CalendarEvent[], after: readonly CalendarEvent[], context: EditContext): Edit[] {
  const known = new Map(before.filter((e) => e.recurringEventId !== null).map((e) => [e.id, e]));
  const standing = new Set(after.map((e) => e.id));
  const edits: Edit[] = [];
  for (const exception of after.filter((e) => e.recurringEventId !== null)) {
    const earlier = known.get(exception.id);
    if (earlier && isSeen(earlier, exception)) continue;
    const found = withoutEcho(oneException(earlier ?? null, exception, is ?? was, context), exception, context);
    edits.push(...found.map((d) => edit(exception, d)));
  }
  for (const gone of known.values()) if (!standing.has(gone.id)) edits.push(edit(gone, difference('exception-undone', begins(gone))));
  return edits;
}

function oneException(earlier: CalendarEvent | null, exception: CalendarEvent, master: CalendarEvent | null, context: EditContext): Difference[] {
  const slot = exception.originalStart && momentOf(exception.originalStart);
  const wasCancelled = earlier?.status === 'cancelled';
  if (exception.status === 'cancelled') return wasCancelled ? orElse('other', [], earlier, exception) : [difference('occurrence-cancelled', (earlier && begins(earlier)) ?? slot)];
  if (wasCancelled) return [difference('occurrence-restored', null, begins(exception))];
  if (earlier) return orElse('other', differences(earlier, exception, context.own), earlier, exception);
  if (!master?.recurrence) return [difference(appeared(exception, context).what, null, begins(exception))];
  const plain = occurrenceOf(master, exception);
  return orElse('exception-made', plain ? differences(plain, exception, context.own) : []);
}
const orElse = (what: EditKind, found: Difference[], was?: CalendarEvent | null, is?: CalendarEvent): Difference[] => (found.length > 0 || (was && was.etag === is?.etag) ? found : [difference(what)]);

/** The occurrence that `exception` took the place of, as its series had it; null if the slot does not fit the series. */
function occurrenceOf(master: CalendarEvent, exception: CalendarEvent): CalendarEvent | null {
  const { originalStart } = exception;
  if (!master.when || !originalStart || master.when.kind !== originalStart.kind) return null;
  return { ...master, id: exception.id, recurrence: null, recurringEventId: master.id, originalStart, when: whenAt(master.when, originalStart) };
}
function whenAt(when: When, slot: OriginalStart): When {
  if (when.kind === 'timed' && slot.kind === 'timed') return { ...when, start: slot.at, end: (slot.at + when.end - when.start) as Instant };
  if (when.kind === 'all-day' && slot.kind === 'all-day') {
    const endOn = new Date(Date.parse(slot.on) + Date.parse(when.endOn) - Date.parse(when.startOn)).toISOString().slice(0, 10);
    return { ...when, startOn: slot.on, endOn };
  }
  return when;
}

const BY_OUR_MOVE: ReadonlySet<EditKind> = new Set(['moved', 'moved-back', 'lengthened', 'shortened', 'zone-changed', 'exception-made']);
const BY_OUR_INVITATION: ReadonlySet<EditKind> = new Set(['guest-added', 'exception-made']);

/** Differences that are our own write coming back become one echo; what somebody did besides stays. */
function withoutEcho(found: Difference[], event: CalendarEvent, { ours }: EditContext): Difference[] {
  const write = ours.get(event.id);
  if (!write) return found;
  const isOurs = (d: Difference): boolean => byWrite(write, d, event);
  return found.some(isOurs) ? [difference('echo'), ...found.filter((d) => !isOurs(d))] : found;
}
function byWrite(write: OurWrite, change: Difference, event: CalendarEvent): boolean {
  switch (write.kind) {
    case 'move':
    case 'move-back': return BY_OUR_MOVE.has(change.what) && event.when?.kind === 'timed' && event.when.start === write.interval?.start && event.when.end === write.interval.end;
    case 'invite': return BY_OUR_INVITATION.has(change.what);
    case 'delete': return change.what === 'occurrence-cancelled';
    case 'accept': return change.what === 'coach-accepted';
    case 'insert': return false;
  }
}

/** Of a `busy` calendar: what is not a matter of time or status is only said to have changed. */
function withoutDetails(edits: readonly Edit[]): Edit[] {
  const told = edits.filter((e) => TIMES_AND_STATUS.has(e.what));
  const silent = edits.filter((e) => !TIMES_AND_STATUS.has(e.what) && !told.some((t) => t.eventId === e.eventId));
  return [...told, ...new Map(silent.map((e): [string, Edit] => [e.eventId, { ...e, what: 'other', from: null, to: null, count: null }])).values()];
}
