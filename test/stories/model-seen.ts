/** What Google and the mail servers saw of a history: the only witnesses of the invariants. */
import { atWallClock } from '../../src/kernel/zone.js';
import type { CaughtMail } from '../../src/launcher/caught-mail.js';
import type { Json } from '../mirror/converge-call.js';
import type { Call } from '../support/road.js';
import { ZONE, type Client } from './model-cast.js';

export interface Span { readonly start: number; readonly end: number }
export interface Write { readonly seq: number; readonly account: string; readonly calendarId: string; readonly eventId: string; readonly kind: string; readonly before: { start: string; end: string } | null; readonly after: { start: string; end: string } | null; readonly sendUpdates: string }
/** A time that somebody chose or picked behind a link, or an operator named. */
export interface Choice { readonly to: string; readonly start: number; readonly came: number }

export interface Seen {
  readonly coach: string;
  readonly clients: readonly Client[];
  /** Google's ids of all calendars that block. */
  readonly calendars: readonly string[];
  readonly calls: readonly Call[];
  readonly writes: readonly Write[];
  /** What stands in the coach's calendars now, exceptions apart from their series. */
  readonly standing: readonly Json[];
  readonly ours: readonly CaughtMail[];
  readonly googles: readonly CaughtMail[];
  readonly choices: readonly Choice[];
  /** Requests for which the coach said that the all-day event does not matter. */
  readonly tolerant: ReadonlySet<string>;
  /** Has anybody ever asked, heard or not? */
  readonly isAsked: boolean;
  readonly requests: readonly { readonly id: string; readonly email: string }[];
  /** How often a message may have gone out again: lost answers of the mail server, deaths. */
  readonly mayRepeat: number;
}

const momentOf = (t: { date?: string; dateTime?: string }): number => (t.dateTime !== undefined ? Date.parse(t.dateTime) : atWallClock(t.date ?? '', '00:00', ZONE));
export const spanOf = (e: Json): Span => ({ start: momentOf(e.start), end: momentOf(e.end) });
export const writtenSpan = (t: { start: string; end: string }): Span => ({ start: Date.parse(t.start), end: Date.parse(t.end) });
export const meet = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end;
export const takesTime = (e: Json): boolean => e.status !== 'cancelled' && e.transparency !== 'transparent' && !(e.attendees ?? []).some((a: Json) => a.self === true && a.responseStatus === 'declined');

export const eventIdIn = (call: Call): string => call.path.split('/events/')[1] ?? '';
const isWindow = (call: Call, window: Span): boolean => call.method === 'GET' && call.query.get('singleEvents') === 'true' && call.answer?.status === 200 &&
  Date.parse(call.query.get('timeMin') ?? '') <= window.start && Date.parse(call.query.get('timeMax') ?? '') >= window.end;
/** Live reads of a window in one calendar that were answered after `from` and before `to`, oldest first. */
export const looksAt = (s: Seen, calendar: string, window: Span, from: number, to: number): Call[] =>
  s.calls.filter((c) => c.path.endsWith(`/calendars/${calendar}/events`) && isWindow(c, window) && (c.answer?.went ?? 0) > from && (c.answer?.went ?? Infinity) < to);
/** What an answer showed in a window besides `own` and what is tolerated. */
export const shownIn = (look: Call, window: Span, own: string, tolerated: readonly string[]): string[] =>
  (look.answer?.body.items as Json[]).filter((e) => e.id !== own && !tolerated.includes(e.id) && takesTime(e) && meet(spanOf(e), window)).map((e) => String(e.summary ?? e.id));

export const inserts = (s: Seen): Call[] => s.calls.filter((c) => c.method === 'POST' && c.path.endsWith('/events'));
export const patches = (s: Seen): Call[] => s.calls.filter((c) => c.method === 'PATCH');
export const isInvite = (c: Call): boolean => c.body?.attendees !== undefined;
export const requestIn = (e: Json): string | null => e.extendedProperties?.private?.makewayRequest ?? null;
