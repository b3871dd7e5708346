import { knownZone } from '../kernel/zone.js';
import type { CalendarListEntry } from './google.port.js';

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value.replaceAll('\u0000', '').toWellFormed() : null);
/** Stands in the description of a calendar that Makeway made for requests, and tells it from all others. */
export const INBOX_MARK = '[made by Makeway for requests]';
const LONGEST_TITLE = 1_000;

/** Reads the items of a page of the calendar list (sheet 5). Never throws: what has no usable id is left out, a missing
 *  or unknown zone counts as UTC, and no `accessRole` as none. */
export function decodeCalendarList(items: unknown): { entries: CalendarListEntry[]; removed: string[] } {
  const entries: CalendarListEntry[] = [];
  const removed: string[] = [];
  for (const item of Array.isArray(items) ? (items as unknown[]) : []) {
    if (typeof item !== 'object' || item === null) continue;
    const raw = item as Record<string, unknown>;
    const id = text(raw.id);
    if (id === null || id.length > 1024) continue;
    if (raw.deleted === true) { removed.push(id); continue; }
    entries.push({
      id, summary: (text(raw.summaryOverride) ?? text(raw.summary) ?? id).slice(0, LONGEST_TITLE).toWellFormed(), timeZone: knownZone(text(raw.timeZone) ?? '') ?? 'UTC',
      accessRole: text(raw.accessRole) ?? 'none', isPrimary: raw.primary === true, isSelected: raw.selected === true, isHidden: raw.hidden === true,
      ...(text(raw.description)?.includes(INBOX_MARK) === true && { isInbox: true as const }),
    });
  }
  return { entries, removed };
}
