import { calendar, type calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import { OAuth2Client } from 'google-auth-library';
import type { CalendarEvent } from '../calendar/event.js';
import { tookEffect, type Effect } from '../kernel/effects.js';
import { instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { rfc3339 } from '../kernel/zone.js';
import { refuseInsideTransaction } from '../postgres/transaction.js';
import { decodeCalendarList } from './decode-calendar-list.js';
import { decodeEvent } from './decode-event.js';
import { certainTimes, decodePage } from './decode-page.js';
import type { CalendarListEntry, CalendarListPage, GoogleCalendar } from './google.port.js';
import { translateGoogleError } from './translate-error.js';

export interface GoogleSettings { readonly clientId: string; readonly clientSecret: string; readonly apiRoot: string | undefined; readonly oauthRoot: string | undefined }

const TIMEOUT_MS = 10_000;
/** Pages of one live look: a window holds a few hundred events, never a million. */
const MOST_PAGES = 400;

/** An OAuth client for this installation; its endpoints follow `oauthRoot` (sheet 7.7). It never asks for a token by itself
 *  (sheet 0.7, 0.8). `limitMs` bounds all calls of this client together, the library's repeats included. */
export function oauthClient(google: GoogleSettings, options: { redirectUri?: string; limitMs?: number } = {}): OAuth2Client {
  const root = google.oauthRoot?.replace(/\/$/, '');
  return new OAuth2Client({
    clientId: google.clientId, clientSecret: google.clientSecret, forceRefreshOnFailure: false, ...(options.redirectUri && { redirectUri: options.redirectUri }),
    transporterOptions: { timeout: TIMEOUT_MS, ...(options.limitMs !== undefined && { signal: AbortSignal.timeout(options.limitMs) }) },
    ...(root && {
      endpoints: {
        oauth2AuthBaseUrl: `${root}/o/oauth2/v2/auth`, oauth2TokenUrl: `${root}/token`, oauth2RevokeUrl: `${root}/revoke`,
        tokenInfoUrl: `${root}/tokeninfo`, oauth2FederatedSignonPemCertsUrl: `${root}/oauth2/v1/certs`,
        oauth2FederatedSignonJwkCertsUrl: `${root}/oauth2/v3/certs`, oauth2IapPublicKeyUrl: `${root}/iap/verify/public_key`,
      },
    }),
  });
}

/** All entries of a coach's list, at once. */
export async function allCalendars(google: GoogleCalendar): Promise<CalendarListEntry[]> {
  const entries: CalendarListEntry[] = [];
  for (let pageToken: string | null = null; ;) {
    const page: CalendarListPage = await google.listCalendars({ cursor: null, pageToken });
    entries.push(...page.entries);
    if (page.nextPageToken === null) return entries;
    pageToken = page.nextPageToken;
  }
}

/** One coach's calendars through the official client, with our own retries instead of its own (design, section 5). */
export function googleCalendar(auth: OAuth2Client, google: GoogleSettings): GoogleCalendar {
  const api = calendar({ version: 'v3', auth, retry: false, timeout: TIMEOUT_MS, ...(google.apiRoot && { rootUrl: google.apiRoot }) });

  async function call<T>(name: string, send: () => Promise<T>, effect?: Effect, hasCursor = false): Promise<T> {
    refuseInsideTransaction(name);
    try {
      const answer = await send();
      if (effect) tookEffect(effect);
      return answer;
    } catch (error) {
      throw translateGoogleError(error, { name, isWrite: effect !== undefined, hasCursor });
    }
  }
  const understood = (raw: calendar_v3.Schema$Event) => {
    const event = decodeEvent(raw);
    if (!event) throw new Problem('GOOGLE_REFUSED', 'Google answered with something that is not an event.');
    return event;
  };

  return {
    async listCalendars({ cursor, pageToken }) {
      const { data } = await call('calendarList.list', () => api.calendarList.list({
        maxResults: 250, showHidden: true, showDeleted: true, ...(cursor && { syncToken: cursor }), ...(pageToken && { pageToken }),
      }), undefined, cursor !== null || pageToken !== null);
      return { ...decodeCalendarList(data.items), nextPageToken: data.nextPageToken ?? null, nextCursor: data.nextSyncToken ?? null };
    },
    async sightOf(calendarId) {
      try {
        await call('events.list', () => api.events.list({ calendarId, maxResults: 1, fields: 'kind' }));
        return 'readable';
      } catch (error) {
        if (error instanceof Problem && error.code === 'GOOGLE_NOT_FOUND') return 'gone';
        if (error instanceof Problem && error.code === 'GOOGLE_REFUSED' && error.facts.status === 403) return 'refused';
        throw error;
      }
    },
    async listEvents(calendarId, { cursor, pageToken, window }) {
      const { data } = await call('events.list', () => api.events.list({
        calendarId, maxResults: 2500, singleEvents: false, ...(cursor && { syncToken: cursor }), ...(window && { timeMin: rfc3339(window.start, 'UTC'), timeMax: rfc3339(window.end, 'UTC') }), ...(pageToken && { pageToken }),
      }), undefined, cursor !== null || pageToken !== null);
      return decodePage(data, { pageToken });
    },
    async listWindow(calendarId, window) {
      const events: CalendarEvent[] = [];
      let pageToken: string | null = null;
      for (let number = 0; number === 0 || pageToken !== null; number++) {
        if (number >= MOST_PAGES) throw new Problem('GOOGLE_UNREACHABLE', 'Google\'s pages do not end.');
        const { data } = await call('events.list', () => api.events.list({
          calendarId, maxResults: 2500, singleEvents: true, timeMin: rfc3339(window.start, 'UTC'), timeMax: rfc3339(window.end, 'UTC'), ...(pageToken !== null && { pageToken }),
        }));
        const page = decodePage(data, { pageToken });
        events.push(...certainTimes(page));
        pageToken = page.nextPageToken;
      }
      return events;
    },
    async getEvent(calendarId, eventId) {
      try {
        const { data } = await call('events.get', () => api.events.get({ calendarId, eventId }));
        return understood(data);
      } catch (error) {
        if (error instanceof Problem && error.code === 'GOOGLE_NOT_FOUND') return null;
        throw error;
      }
    },
    async getWholeEvent(calendarId, eventId) {
      try {
        const { data } = await call('events.get', () => api.events.get({ calendarId, eventId }));
        return { event: understood(data), title: data.summary ?? '', description: data.description ?? '' };
      } catch (error) {
        if (error instanceof Problem && error.code === 'GOOGLE_NOT_FOUND') return null;
        throw error;
      }
    },
    async annotateEvent(calendarId, eventId, etag, { title, description }) {
      const { data } = await call('events.patch', () => api.events.patch({
        calendarId, eventId, sendUpdates: 'none', requestBody: { summary: title, description },
      }, { headers: { 'If-Match': etag } }), 'google patch');
      return understood(data);
    },
    async makeCalendar({ title, description, zone }) {
      await call('calendars.insert', () => api.calendars.insert({ requestBody: { summary: title, description, timeZone: zone } }), 'google calendar');
    },
    async insertEvent(calendarId, event) {
      const { data } = await call('events.insert', () => api.events.insert({
        calendarId, sendUpdates: 'none',
        requestBody: {
          id: event.id, summary: event.summary, description: event.description,
          start: { dateTime: rfc3339(event.interval.start, event.zone), timeZone: event.zone },
          end: { dateTime: rfc3339(event.interval.end, event.zone), timeZone: event.zone },
          extendedProperties: { private: { ...event.privateProperties } },
        },
      }), 'google insert');
      return understood(data);
    },
    async moveEvent(calendarId, eventId, etag, to, zone, tell) {
      const { data } = await call('events.patch', () => api.events.patch({
        calendarId, eventId, sendUpdates: tell === 'guests' ? 'all' : 'none',
        requestBody: {
          start: { dateTime: rfc3339(to.start, zone), timeZone: zone }, end: { dateTime: rfc3339(to.end, zone), timeZone: zone },
        },
      }, { headers: { 'If-Match': etag } }), 'google patch');
      return understood(data);
    },
    async inviteGuest(calendarId, event, guest) {
      const { data } = await call('events.patch', () => api.events.patch({
        calendarId, eventId: event.id, sendUpdates: 'all',
        // Arrays are replaced whole: who is there already stays.
        requestBody: { attendees: [...event.attendees.map(({ email, responseStatus, displayName }) => ({ email, responseStatus, ...(displayName && { displayName }) })), { email: guest.email, displayName: guest.displayName }] },
      }, { headers: { 'If-Match': event.etag } }), 'google patch');
      return understood(data);
    },
    async acceptInvitation(calendarId, event) {
      const { data } = await call('events.patch', () => api.events.patch({
        calendarId, eventId: event.id, sendUpdates: 'all',
        requestBody: { attendees: event.attendees.map(({ email, responseStatus, displayName, self }) => ({ email, responseStatus: self ? 'accepted' : responseStatus, ...(displayName && { displayName }) })) },
      }, { headers: { 'If-Match': event.etag } }), 'google patch');
      return understood(data);
    },
    async deleteEvent(calendarId, eventId, etag) {
      try {
        await call('events.delete', () => api.events.delete({ calendarId, eventId, sendUpdates: 'none' }, { headers: { 'If-Match': etag } }), 'google delete');
      } catch (error) {
        // 410: deleted already; 404: purged. Both are what we want.
        if (!(error instanceof Problem) || (error.code !== 'GOOGLE_CURSOR_GONE' && error.code !== 'GOOGLE_NOT_FOUND')) throw error;
      }
    },
    async watch(calendarId, channel) {
      const { data } = await call('events.watch', () => api.events.watch({
        calendarId, requestBody: { id: channel.id, token: channel.token, type: 'web_hook', address: channel.address },
      }), 'google watch');
      if (!data.resourceId || !data.expiration) throw new Problem('GOOGLE_REFUSED', 'Google opened a channel without telling its end.');
      return { resourceId: data.resourceId, expiresAt: instant(Number(data.expiration)) };
    },
    async stopChannel({ id, resourceId }) {
      try {
        await call('channels.stop', () => api.channels.stop({ requestBody: { id, resourceId } }), 'google stop');
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'GOOGLE_NOT_FOUND') throw error;
      }
    },
  };
}
