import type { JsonObject } from '../store/model.js';

/** Google's colours, ids from 1 up (sheet 5): 24 for calendars, 11 for events. */
const CALENDAR = [
  '#ac725e', '#d06b64', '#f83a22', '#fa573c', '#ff7537', '#ffad46', '#42d692', '#16a765', '#7bd148', '#b3dc6c', '#fbe983', '#fad165',
  '#92e1c0', '#9fe1e7', '#9fc6e7', '#4986e7', '#9a9cff', '#b99aff', '#c2c2c2', '#cabdbf', '#cca6ac', '#f691b2', '#cd74e6', '#a47ae2',
] as const;
const EVENT = ['#a4bdfc', '#7ae7bf', '#dbadff', '#ff887c', '#fbd75b', '#ffb878', '#46d6db', '#e1e1e1', '#5484ed', '#51b749', '#dc2127'] as const;
const INK = '#1d1d1d';

const numbered = (colors: readonly string[]): JsonObject =>
  Object.fromEntries(colors.map((background, i) => [String(i + 1), { background, foreground: INK }]));

/** The answer of colors.get. */
export const colors = (): JsonObject => ({ kind: 'calendar#colors', updated: '2012-02-14T00:00:00.000Z', calendar: numbered(CALENDAR), event: numbered(EVENT) });

/** The background of a calendar colour; undefined for an id that there is not. */
export const backgroundOf = (colorId: string): string | undefined => /^[1-9]\d?$/.test(colorId) ? CALENDAR[Number(colorId) - 1] : undefined;

const parts = (color: string): number[] => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));

/** The id of the calendar colour that comes closest to `#rrggbb`. */
export function closestColor(color: string): string {
  const wanted = parts(color);
  const distance = (other: string): number => parts(other).reduce((sum, part, i) => sum + (part - (wanted[i] ?? 0)) ** 2, 0);
  const best = CALENDAR.reduce((a, b) => (distance(b) < distance(a) ? b : a));
  return String(CALENDAR.indexOf(best) + 1);
}
