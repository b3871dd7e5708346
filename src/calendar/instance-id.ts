/** The id under which Google knows one slot of a series (sheet 2.1). */
import { DAY } from '../kernel/interval.js';
import type { OriginalStart } from './event.js';

/** Each day and each time of day is written once: two years of 2,000 series share a few thousand of these texts. */
const dayTexts = new Map<number, string>();
const timeTexts = new Map<number, string>();
const MOST_TEXTS = 100_000;

function remembered(texts: Map<number, string>, key: number, write: (key: number) => string): string {
  let text = texts.get(key);
  if (text === undefined) {
    if (texts.size >= MOST_TEXTS) texts.clear();
    texts.set(key, (text = write(key)));
  }
  return text;
}
const writeDay = (day: number): string => {
  const text = new Date(day * DAY).toISOString();
  return text.slice(0, text.indexOf('T')).replace(/-(?=\d\d(-|$))/g, '');
};
const writeTime = (second: number): string => `T${new Date(second * 1000).toISOString().slice(11, 19).replaceAll(':', '')}Z`;

/** `20261130T120000Z` of an instant, `20261130` of a date (its midnight in UTC). */
export function slotText(slotMs: number, isAllDay: boolean): string {
  const day = Math.floor(slotMs / DAY);
  const date = remembered(dayTexts, day, writeDay);
  return isAllDay ? date : date + remembered(timeTexts, Math.floor((slotMs - day * DAY) / 1000), writeTime);
}

/** What the instances of a series are named after: the `_R…` that a split leaves on a master's id is not part of their ids. */
export const rootId = (seriesId: string): string => seriesId.replace(/_R-?\d{8,10}(T\d{6})?$/, '');

/** The id of one slot of a series: `root_20261130T120000Z`, all-day `root_20261130`. */
export const instanceId = (seriesId: string, original: OriginalStart): string =>
  `${rootId(seriesId)}_${original.kind === 'all-day' ? original.on.replaceAll('-', '') : slotText(original.at, false)}`;
