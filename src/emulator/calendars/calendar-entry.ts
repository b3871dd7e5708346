import { invalid } from '../http/api-error.js';
import type { Calendar, JsonObject, ListEntry, Role } from '../store/model.js';
import { usualColor } from './new-calendar.js';
import { backgroundOf, closestColor } from './palette.js';

const MOST_REMINDERS = 5, LONGEST_REMINDER_MIN = 40_320;
const INK = '#000000';

/** What an account chooses for a calendar on its list. */
export type Choice = Omit<ListEntry, 'account' | 'calendarId' | 'revision' | 'deleted'>;

/** An entry of the calendar list, keys in the recorded order. */
export function showEntry(entry: ListEntry, calendar: Calendar, role: Role): JsonObject {
  return {
    kind: 'calendar#calendarListEntry', etag: entryEtag(entry), id: calendar.id, summary: calendar.summary,
    ...(calendar.description === undefined ? {} : { description: calendar.description }),
    ...(calendar.location === undefined ? {} : { location: calendar.location }),
    timeZone: calendar.timeZone, ...(calendar.primary || calendar.owner === '' ? {} : { dataOwner: calendar.owner }),
    ...(entry.summaryOverride === undefined ? {} : { summaryOverride: entry.summaryOverride }),
    colorId: entry.colorId, backgroundColor: entry.backgroundColor ?? backgroundOf(entry.colorId) ?? '', foregroundColor: entry.foregroundColor ?? INK,
    ...(entry.hidden === true ? { hidden: true } : {}),
    selected: entry.selected ?? false, accessRole: role, defaultReminders: [...entry.defaultReminders],
    ...(entry.notifications === undefined ? {} : { notificationSettings: { notifications: [...entry.notifications] } }),
    ...(calendar.primary && calendar.owner === entry.account ? { primary: true } : {}),
    conferenceProperties: { allowedConferenceSolutionTypes: ['hangoutsMeet'] },
  };
}

/** What is left of an entry that was removed, or whose calendar or access is gone. */
export const showGone = (entry: ListEntry): JsonObject => ({ kind: 'calendar#calendarListEntry', etag: entryEtag(entry), id: entry.calendarId, deleted: true });

/** Recorded: the microseconds of its last change (sheet 5). */
export const entryEtag = (entry: ListEntry): string => `"${entry.revision}"`;

function readColors(body: JsonObject, before: Partial<Choice>, usual: string, rgb: boolean): Pick<Choice, 'colorId' | 'backgroundColor' | 'foregroundColor'> {
  if (rgb && (typeof body['backgroundColor'] === 'string' || typeof body['foregroundColor'] === 'string')) {
    const background = body['backgroundColor'] ?? before.backgroundColor ?? backgroundOf(before.colorId ?? usual);
    const foreground = body['foregroundColor'] ?? before.foregroundColor ?? INK;
    for (const color of [background, foreground]) if (typeof color !== 'string' || !/^#[0-9a-f]{6}$/i.test(color)) throw invalid('Invalid color.');
    return { colorId: closestColor(String(background)), backgroundColor: String(background).toLowerCase(), foregroundColor: String(foreground).toLowerCase() };
  }
  const { colorId } = body;
  if (typeof colorId === 'string') {
    if (backgroundOf(colorId) === undefined) throw invalid('Invalid value for: colorId');
    // A read entry that is sent back names its nearest palette colour: that is no wish to lose its own.
    if (colorId !== before.colorId) return { colorId };
  }
  const { backgroundColor, foregroundColor } = before;
  return { colorId: before.colorId ?? usual, ...(backgroundColor === undefined ? {} : { backgroundColor }), ...(foregroundColor === undefined ? {} : { foregroundColor }) };
}

function readReminders(value: JsonObject['x']): Choice['defaultReminders'] {
  const list = (value ?? []) as { method?: string; minutes?: number }[];
  if (list.length > MOST_REMINDERS) throw invalid('Invalid value for: defaultReminders');
  return list.map(({ method, minutes }) => {
    if (method === undefined || minutes === undefined || minutes < 0 || minutes > LONGEST_REMINDER_MIN) throw invalid('Invalid value for: defaultReminders');
    return { method, minutes };
  });
}

function readNotifications(value: JsonObject['x']): Choice['notifications'] {
  const list = ((value as JsonObject | null)?.['notifications'] ?? []) as { type?: string; method?: string }[];
  if (list.length === 0) return undefined;
  return list.map(({ type, method }) => {
    if (type === undefined || method === undefined) throw invalid('Invalid value for: notificationSettings');
    return { type, method };
  });
}

/**
 * The choices after a write: `before` with what the body says; null takes a field away. RGB colours count only where
 * the call says `colorRgbFormat`, and then set the nearest palette id. What is read-only is ignored. Throws 400.
 */
export function readChoice(body: JsonObject, before: Partial<Choice>, calendar: Calendar, rgb: boolean): Choice {
  const pick = <T>(name: string, was: T | undefined): T | undefined => (body[name] === undefined ? was : body[name] === null ? undefined : (body[name] as T));
  const summaryOverride = pick('summaryOverride', before.summaryOverride);
  const selected = pick('selected', before.selected), hidden = pick<boolean>('hidden', before.hidden);
  const notifications = body['notificationSettings'] === undefined ? before.notifications : readNotifications(body['notificationSettings']);
  return {
    ...readColors(body, before, usualColor(calendar), rgb),
    ...(summaryOverride === undefined || summaryOverride === '' ? {} : { summaryOverride }),
    ...(selected === true ? { selected } : {}), ...(hidden === true ? { hidden } : {}),
    defaultReminders: body['defaultReminders'] === undefined ? before.defaultReminders ?? [] : readReminders(body['defaultReminders']),
    ...(notifications === undefined ? {} : { notifications }),
  };
}
