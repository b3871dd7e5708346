import { badRequest, invalid, required } from '../http/api-error.js';
import type { EventContent, Json, JsonObject } from '../store/model.js';
import { readAttendees } from './attendees.js';
import { readConference, type ConferenceOutcome } from './conference.js';
import { checkType, titleOf, typeProperties } from './event-type.js';
import { asObject, asText } from './json.js';
import { readProperties } from './properties.js';
import { eventTypeRestriction } from './refusals.js';
import { readReminders } from './reminders.js';
import { readTimes, showTime } from './times.js';

export { showTime, timeMs } from './times.js';

/** What reading a body depends on beside the body. */
export interface ReadingContext {
  readonly calendarZone: string;
  readonly isPrimary: boolean;
  /** One occurrence of a series. */
  readonly isInstance?: boolean;
  /** The content before the write; absent on insert. */
  readonly before?: EventContent;
  /** How a conference that is asked for comes out; undefined with `conferenceDataVersion=0`, which leaves conferences alone. */
  readonly conferences?: ConferenceOutcome | undefined;
  readonly takesAttachments: boolean;
  /** `eventLabelVersion=1`: labels are written, and colours ignored (sheet 2). */
  readonly takesLabels: boolean;
}

const MOST_ATTACHMENTS = 25;

function readAttachments(value: Json | undefined): readonly JsonObject[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  if (value.length > MOST_ATTACHMENTS) throw invalid('Too many attachments.');
  const attachments = value.map((each) => asObject(each) ?? {});
  if (attachments.some((each) => asText(each['fileUrl']) === undefined)) throw required('Missing attachment file URL.');
  return attachments;
}

function readSource(value: Json | undefined): JsonObject | undefined {
  const source = asObject(value), url = asText(source?.['url']);
  if (source === undefined || Object.keys(source).length === 0) return undefined;
  if (url === undefined || !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw invalid('Invalid source URL.');
  return source;
}

function readType(body: JsonObject, before: EventContent | undefined): string {
  const wanted = asText(body['eventType']);
  if (before === undefined) {
    if (wanted === 'fromGmail') throw eventTypeRestriction('Events from Gmail cannot be created.');
    return wanted ?? 'default';
  }
  if (wanted !== undefined && wanted !== before.eventType) throw eventTypeRestriction('Event type cannot be changed.');
  return before.eventType;
}

/** Turns a whole (merged) body that passed the schema into content. Throws Google's 400s. */
export function readContent(body: JsonObject, context: ReadingContext): EventContent {
  const { before, takesLabels } = context;
  const { start, end, recurrence } = readTimes(body, context.calendarZone);
  if (context.isInstance === true && recurrence !== undefined) throw badRequest('An instance of a recurring event cannot have a recurrence.');
  const text = (name: string): JsonObject => { const value = asText(body[name]); return value === undefined ? {} : { [name]: value }; };
  const kept = (name: keyof EventContent): JsonObject => (before?.[name] === undefined ? {} : { [name]: before[name] as Json });
  const eventType = readType(body, before), properties = typeProperties(body, eventType, before);
  const title = asText(body['summary']) ?? titleOf(eventType, properties);
  const attendees = readAttendees(body['attendees']), extendedProperties = readProperties(body['extendedProperties']);
  const conferenceData = context.conferences === undefined ? before?.conferenceData : readConference(body['conferenceData'], before?.conferenceData, context.conferences);
  const attachments = context.takesAttachments ? readAttachments(body['attachments']) : before?.attachments;
  const source = readSource(body['source']), visibility = asText(body['visibility']);
  const content = {
    status: (asText(body['status']) ?? 'confirmed') as EventContent['status'],
    ...(title === undefined ? {} : { summary: title }), ...text('description'), ...text('location'),
    ...(takesLabels ? { ...kept('colorId'), ...text('eventLabelId') } : { ...text('colorId'), ...kept('eventLabelId') }),
    start, end,
    ...(body['endTimeUnspecified'] === true ? { endTimeUnspecified: true as const } : {}),
    ...(recurrence === undefined ? {} : { recurrence }),
    ...(body['transparency'] === 'transparent' ? { transparency: 'transparent' as const } : {}),
    ...(visibility === undefined || visibility === 'default' ? {} : { visibility: visibility as 'public' | 'private' | 'confidential' }),
    ...(attendees === undefined ? {} : { attendees }),
    ...(body['anyoneCanAddSelf'] === true ? { anyoneCanAddSelf: true as const } : {}),
    ...(body['guestsCanInviteOthers'] === false ? { guestsCanInviteOthers: false as const } : {}),
    ...(body['guestsCanModify'] === true ? { guestsCanModify: true as const } : {}),
    ...(body['guestsCanSeeOtherGuests'] === false ? { guestsCanSeeOtherGuests: false as const } : {}),
    ...(before?.privateCopy === true ? { privateCopy: true as const } : {}), ...(before?.locked === true ? { locked: true as const } : {}),
    ...(extendedProperties === undefined ? {} : { extendedProperties }),
    reminders: readReminders(body['reminders'], !('date' in start) && eventType === 'default'),
    ...(conferenceData === undefined ? {} : { conferenceData }),
    ...(attachments === undefined ? {} : { attachments }),
    ...(source === undefined ? {} : { source }),
    ...properties,
    eventType,
  };
  checkType(content, context.isPrimary, context.isInstance === true);
  return content;
}

/** Content as a body again, for a patch to be merged into. */
export function writableBody(content: EventContent, zone: string): JsonObject {
  return { ...(content as unknown as JsonObject), start: showTime(content.start, zone), end: showTime(content.end, zone) };
}
