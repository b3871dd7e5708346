import type { ApiError } from '../http/api-error.js';
import type { EventContent, JsonObject } from '../store/model.js';
import { asObject, asText } from './json.js';
import { eventTypeRestriction, malformedEvent } from './refusals.js';
import { timeMs } from './times.js';

const DAY_MS = 86_400_000;

const PROPERTIES: Readonly<Record<string, string>> = {
  outOfOffice: 'outOfOfficeProperties', focusTime: 'focusTimeProperties', workingLocation: 'workingLocationProperties', birthday: 'birthdayProperties',
};

/** The properties that belong to an event's type; those of other types are dropped. A new birthday is of type `birthday` (ETYPE). */
export function typeProperties(body: JsonObject, eventType: string, before: EventContent | undefined): JsonObject {
  const name = PROPERTIES[eventType] ?? '', given = asObject(body[name]);
  if (eventType === 'birthday' && before === undefined) {
    if ((asText(given?.['type']) ?? 'birthday') !== 'birthday') throw malformedEvent('malformedBirthdayEvent', 'Only birthdays of type birthday can be created.');
    return { [name]: { type: 'birthday' } };
  }
  return given === undefined ? {} : { [name]: given };
}

/** The title that a working location has if it is given none (sheet samples, "server-side display title"). */
export function titleOf(eventType: string, properties: JsonObject): string | undefined {
  if (eventType !== 'workingLocation') return undefined;
  const location = asObject(properties['workingLocationProperties']) ?? {};
  const label = (name: string): string | undefined => asText(asObject(location[name])?.['label']);
  if (location['type'] === 'homeOffice') return 'Home';
  if (location['type'] !== 'officeLocation') return label('customLocation') ?? 'Custom location';
  const office = label('officeLocation');
  return office === undefined ? 'Office' : `Office (${office})`;
}

const spanMs = ({ start, end }: EventContent): number => timeMs(end) - timeMs(start);

/** Time that is taken on purpose: timed and opaque, without guests and text (sheet 2.2; the latter as reported by clients). */
function checkAbsence(content: EventContent, reason: 'malformedOutOfOfficeEvent' | 'malformedFocusTimeEvent', name: string): void {
  const refuse = (what: string): ApiError => malformedEvent(reason, `${name} event must ${what}.`);
  if ('date' in content.start) throw refuse('not be an all-day event');
  if (content.transparency !== undefined) throw refuse('have a transparency setting of opaque');
  if (content.attendees !== undefined) throw refuse('not have attendees');
  if (reason === 'malformedFocusTimeEvent') return;
  if (content.description !== undefined) throw refuse('not have a description');
  if (content.location !== undefined) throw refuse('not have a location');
}

function checkWorkingLocation(content: EventContent): void {
  const refuse = (message: string): ApiError => malformedEvent('malformedWorkingLocationEvent', message);
  if (content.visibility !== 'public') throw refuse('A working location event must have a visibility setting of public.');
  if (content.transparency !== 'transparent') throw refuse('A working location event must have a transparency setting of transparent.');
  if (asText(content.workingLocationProperties?.['type']) === undefined) throw refuse('A working location event must have working location properties.');
  if ('date' in content.start && spanMs(content) !== DAY_MS) throw refuse('An all-day working location event must be exactly one day long.');
}

/** The one rule that a birthday may have: every year, and for 29 February the last day of the month. */
function isYearly({ start, recurrence }: EventContent): boolean {
  const [line, ...others] = recurrence ?? [];
  const parts = new Set(line?.toUpperCase().replace(/^RRULE:/, '').split(';').filter((each) => each !== '' && each !== 'INTERVAL=1' && !each.startsWith('WKST=')));
  const isLeapDay = 'date' in start && start.date.endsWith('-02-29');
  const wanted = ['FREQ=YEARLY', ...(isLeapDay ? ['BYMONTH=2', 'BYMONTHDAY=-1'] : [])];
  return others.length === 0 && parts.size === wanted.length && wanted.every((each) => parts.has(each));
}

function checkBirthday(content: EventContent): void {
  const refuse = (what: string): ApiError => malformedEvent('malformedBirthdayEvent', `A birthday event must ${what}.`);
  if (!('date' in content.start) || spanMs(content) !== DAY_MS) throw refuse('be an all-day event of exactly one day');
  if (!isYearly(content)) throw refuse('recur every year');
  if (content.visibility !== 'private') throw refuse('have a visibility setting of private');
  if (content.transparency !== 'transparent') throw refuse('have a transparency setting of transparent');
}

/** Rules that belong to an event type (sheet 2.2); `isInstance` for one occurrence, which has no rule of its own. Throws Google's 400s. */
export function checkType(content: EventContent, isPrimary: boolean, isInstance: boolean): void {
  if (content.eventType === 'default') return;
  if (!isPrimary) throw eventTypeRestriction('Events of this type are only allowed on primary calendars.');
  if (content.eventType === 'outOfOffice') checkAbsence(content, 'malformedOutOfOfficeEvent', 'An out of office');
  if (content.eventType === 'focusTime') checkAbsence(content, 'malformedFocusTimeEvent', 'A focus time');
  if (content.eventType === 'workingLocation') checkWorkingLocation(content);
  if (content.eventType === 'birthday' && !isInstance) checkBirthday(content);
}

/** What may be changed of an event whose type restricts it (sheet 2.2); undefined for all others. A birthday's date belongs to its contact, if it has one. */
export function editableFields({ eventType, birthdayProperties }: EventContent): readonly (keyof EventContent)[] | undefined {
  if (eventType === 'fromGmail') return ['colorId', 'reminders', 'visibility', 'transparency', 'status', 'attendees', 'extendedProperties'];
  if (eventType !== 'birthday') return undefined;
  const isOwnDate = birthdayProperties?.['type'] === 'birthday' && birthdayProperties['contact'] === undefined;
  return ['colorId', 'summary', 'reminders', ...(isOwnDate ? ['start', 'end', 'recurrence'] as const : [])];
}
