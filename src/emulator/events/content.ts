import { createHash } from 'node:crypto';
import { ApiError, badRequest, invalid, required, timeRangeEmpty } from '../http/api-error.js';
import type { Attendee, EventContent, EventTime, Json, JsonObject } from '../store/model.js';
import { BadRecurrence, parseRecurrence } from '../series/recurrence-rule.js';
import { dateMs, isZone, parseDateTime, rfc3339 } from '../series/zone-time.js';

/** What reading a body depends on beside the body. */
interface ReadingContext {
  readonly calendarZone: string;
  readonly isPrimary: boolean;
  /** The content before the write; absent on insert. */
  readonly before?: EventContent;
  readonly takesConference: boolean;
  readonly takesAttachments: boolean;
}

const asObject = (value: Json | undefined): JsonObject | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : undefined;
const asText = (value: Json | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Midnight UTC of a date, or the instant: comparable within one event. */
export const timeMs = (time: EventTime): number => ('date' in time ? Date.parse(`${time.date}T00:00:00Z`) : time.atMs);

function readTime(value: Json | undefined, which: 'start' | 'end', zone: string, recurring: boolean): EventTime {
  const time = asObject(value);
  const date = asText(time?.['date']), dateTime = asText(time?.['dateTime']), named = asText(time?.['timeZone']);
  if (date === undefined && dateTime === undefined) throw required(`Missing ${which} time.`);
  if (date !== undefined && dateTime !== undefined) throw invalid(`Invalid ${which} time.`);
  if (named !== undefined && !isZone(named)) throw invalid(`Invalid time zone definition for ${which} time.`);
  if (date !== undefined) {
    if (dateMs(date) === undefined) throw invalid(`Invalid value for: Invalid format: "${date}"`);
    return { date };
  }
  const atMs = parseDateTime(dateTime ?? '', named);
  if (atMs === undefined) throw invalid(named === undefined ? `Missing time zone definition for ${which} time.` : `Invalid value for: Invalid format: "${dateTime}"`);
  if (recurring && named === undefined) throw required(`Missing time zone definition for ${which} time.`);
  return { atMs, timeZone: named ?? zone };
}

function readRecurrence(value: Json | undefined): string[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const lines = value.map(String);
  try {
    parseRecurrence(lines);
  } catch (error) {
    if (error instanceof BadRecurrence) throw invalid(`Invalid recurrence rule: ${error.message}`);
    throw error;
  }
  return lines;
}

function readAttendees(value: Json | undefined): Attendee[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.map((each) => {
    const guest = asObject(each) ?? {};
    const email = asText(guest['email']), comment = asText(guest['comment']), displayName = asText(guest['displayName']);
    if (email === undefined) throw required('Missing attendee email.');
    if (!/^[^\s@<>"]+@[^\s@<>"]+$/.test(email)) throw invalid('Invalid attendee email.');
    const extra = Number(guest['additionalGuests'] ?? 0);
    return {
      email,
      ...(displayName === undefined ? {} : { displayName }),
      ...(guest['resource'] === true ? { resource: true as const } : {}),
      ...(guest['optional'] === true ? { optional: true as const } : {}),
      responseStatus: (asText(guest['responseStatus']) ?? 'needsAction') as Attendee['responseStatus'],
      ...(comment === undefined ? {} : { comment }),
      ...(extra > 0 ? { additionalGuests: extra } : {}),
    };
  });
}

/** Limits of extended properties: long keys are dropped, long values cut, as Google does in silence. */
function readProperties(value: Json | undefined): EventContent['extendedProperties'] {
  const side = (name: string): Record<string, string> | undefined => {
    const kept = Object.entries(asObject(asObject(value)?.[name]) ?? {})
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[0].length <= 44)
      .map(([key, text]) => [key, text.slice(0, 1024)] as const);
    return kept.length === 0 ? undefined : Object.fromEntries(kept);
  };
  const [own, shared] = [side('private'), side('shared')];
  if (Object.keys(own ?? {}).length + Object.keys(shared ?? {}).length > 300) throw invalid('Too many extended properties.');
  if (own === undefined && shared === undefined) return undefined;
  return { ...(own === undefined ? {} : { private: own }), ...(shared === undefined ? {} : { shared }) };
}

function readReminders(value: Json | undefined, allDay: boolean, before: EventContent | undefined): EventContent['reminders'] {
  const reminders = asObject(value);
  if (reminders === undefined) return { useDefault: before?.reminders.useDefault ?? !allDay };
  const overrides = (Array.isArray(reminders['overrides']) ? reminders['overrides'] : []).map((each) => {
    const override = asObject(each) ?? {};
    const minutes = Number(override['minutes']);
    if (!(minutes >= 0 && minutes <= 40_320)) throw invalid('Invalid reminder minutes.');
    return { method: String(override['method']), minutes };
  });
  const useDefault = reminders['useDefault'] === true;
  if (overrides.length > 5) throw invalid('Too many reminder overrides.');
  if (useDefault && overrides.length > 0) throw new ApiError(400, 'cannotUseDefaultRemindersAndSpecifyOverride', 'Cannot specify both default reminders and overrides at the same time.', { domain: 'calendar' });
  return { useDefault, ...(overrides.length === 0 ? {} : { overrides }) };
}

function readConference(value: Json | undefined, before: EventContent | undefined): JsonObject | undefined {
  const wanted = asObject(value);
  const request = asObject(wanted?.['createRequest']);
  const requestId = asText(request?.['requestId']);
  if (wanted === undefined) return undefined;
  if (requestId === undefined) return wanted;
  if (asObject(before?.conferenceData?.['createRequest'])?.['requestId'] === requestId) return before?.conferenceData;
  const letters = createHash('sha256').update(requestId).digest('hex').replaceAll(/\d/g, (d) => 'ghijklmnop'[Number(d)] ?? 'x');
  const code = `${letters.slice(0, 3)}-${letters.slice(3, 7)}-${letters.slice(7, 10)}`;
  return {
    createRequest: { requestId, conferenceSolutionKey: { type: 'hangoutsMeet' }, status: { statusCode: 'success' } },
    entryPoints: [{ entryPointType: 'video', uri: `https://meet.google.com/${code}`, label: `meet.google.com/${code}` }],
    conferenceSolution: { key: { type: 'hangoutsMeet' }, name: 'Google Meet' },
    conferenceId: code,
  };
}

/** Rules that belong to an event type (sheet 2.2). */
function checkType(content: EventContent, context: ReadingContext): void {
  const { eventType } = content;
  const refuse = (message: string): ApiError => new ApiError(400, 'eventTypeRestriction', message, { domain: 'calendar' });
  if (context.before !== undefined && context.before.eventType !== eventType) throw refuse('Event type cannot be changed.');
  if (context.before === undefined && eventType === 'fromGmail') throw refuse('Event type cannot be created.');
  if (eventType === 'default' || eventType === 'fromGmail') return;
  if (!context.isPrimary) throw refuse('Event type is only allowed on the primary calendar.');
  if ((eventType === 'outOfOffice' || eventType === 'focusTime') && ('date' in content.start || content.transparency !== undefined)) {
    throw refuse('This event type must be timed and opaque.');
  }
  if (eventType === 'workingLocation' && (content.visibility !== 'public' || content.transparency !== 'transparent')) {
    throw refuse('A working location event must be public and transparent.');
  }
}

/** Turns a whole (merged) body that passed the schema into content. Throws Google's 400s. */
export function readContent(body: JsonObject, context: ReadingContext): EventContent {
  const { calendarZone, before } = context;
  const recurrence = readRecurrence(body['recurrence']);
  const start = readTime(body['start'], 'start', calendarZone, recurrence !== undefined);
  const end = readTime(body['end'], 'end', calendarZone, recurrence !== undefined);
  if ('date' in start !== 'date' in end) throw invalid('Start and end times must either both be date or both be dateTime.');
  if (timeMs(end) < timeMs(start) || ('date' in start && timeMs(end) === timeMs(start))) throw timeRangeEmpty();
  const copied = (names: readonly string[]): Record<string, Json> =>
    Object.fromEntries(names.flatMap((name) => (body[name] === undefined || body[name] === null || body[name] === '' ? [] : [[name, body[name]]])));
  const attendees = readAttendees(body['attendees']);
  const extendedProperties = readProperties(body['extendedProperties']);
  const conferenceData = context.takesConference ? readConference(body['conferenceData'], before) : before?.conferenceData;
  const attachments = context.takesAttachments && Array.isArray(body['attachments']) ? (body['attachments'] as JsonObject[]) : before?.attachments;
  const visibility = asText(body['visibility']);
  const content = {
    status: (asText(body['status']) ?? 'confirmed') as EventContent['status'],
    ...copied(['summary', 'description', 'location', 'colorId']),
    start, end,
    ...(body['endTimeUnspecified'] === true ? { endTimeUnspecified: true } : {}),
    ...(recurrence === undefined ? {} : { recurrence }),
    ...(body['transparency'] === 'transparent' ? { transparency: 'transparent' } : {}),
    ...(visibility === undefined || visibility === 'default' ? {} : { visibility }),
    ...(attendees === undefined ? {} : { attendees }),
    ...(body['anyoneCanAddSelf'] === true ? { anyoneCanAddSelf: true } : {}),
    ...(body['guestsCanInviteOthers'] === false ? { guestsCanInviteOthers: false } : {}),
    ...(body['guestsCanModify'] === true ? { guestsCanModify: true } : {}),
    ...(body['guestsCanSeeOtherGuests'] === false ? { guestsCanSeeOtherGuests: false } : {}),
    ...(extendedProperties === undefined ? {} : { extendedProperties }),
    reminders: readReminders(body['reminders'], 'date' in start, before),
    ...(conferenceData === undefined ? {} : { conferenceData }),
    ...(attachments === undefined || attachments.length === 0 ? {} : { attachments }),
    ...copied(['source', 'outOfOfficeProperties', 'focusTimeProperties', 'workingLocationProperties', 'birthdayProperties']),
    eventType: asText(body['eventType']) ?? before?.eventType ?? 'default',
  } as EventContent;
  checkType(content, context);
  return content;
}

/** A stored time as Google shows it: offset of `zone`, name of the event's own zone. */
export const showTime = (time: EventTime, zone: string): JsonObject =>
  'date' in time ? { date: time.date } : { dateTime: rfc3339(time.atMs, zone), timeZone: time.timeZone };

/** Content as a body again, for a patch to be merged into. */
export function writableBody(content: EventContent, zone: string): JsonObject {
  return { ...(content as unknown as JsonObject), start: showTime(content.start, zone), end: showTime(content.end, zone) };
}

/** JSON merge as Google's PATCH does it: objects merge, null deletes, lists are replaced whole. */
export function merge(base: JsonObject, patch: JsonObject): JsonObject {
  const merged: JsonObject = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    const inner = asObject(value), old = asObject(merged[key]);
    if (value === null) delete merged[key];
    else if (inner !== undefined) merged[key] = merge(old ?? {}, inner);
    else merged[key] = value;
  }
  return merged;
}

/** Ids that a client may choose: base32hex, 5 to 1024 characters (sheet 2). */
export function checkClientId(id: string): void {
  if (!/^[0-9a-v]{5,1024}$/.test(id)) throw new ApiError(400, 'invalid', 'Invalid resource id value.');
}

/** An instance cannot become a series of its own. */
export function checkInstanceStays(after: EventContent, isInstance: boolean): void {
  if (isInstance && after.recurrence !== undefined) throw badRequest('An instance of a recurring event cannot have a recurrence.');
}
