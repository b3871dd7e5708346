/** The suite's side that speaks to Google itself, or to what GOOGLE_CONTRACT_ROOT names in its place (see `google.mjs`). */
import { OAuth2Client } from 'google-auth-library';
import { calendar, type calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** What `google.mjs` may delete: calendars whose title begins so, or whose location is this. */
const NAME = 'makeway contract suite (may be deleted)';

const OTHER_ROOT = process.env.GOOGLE_CONTRACT_ROOT;
export const ROOT = OTHER_ROOT ?? 'https://www.googleapis.com';
const variable = (name: string): string => process.env[`GOOGLE_CONTRACT_${name}`] ?? '';
export const hasSecondAccount = variable('GUEST_REFRESH_TOKEN') !== '';

/** Google allows 600 calls per minute and user (sheet 6): we make 480. */
const GAP_MS = OTHER_ROOT === undefined ? 125 : 0;
let nextAt = 0;

/** Waits until the next call may leave. */
async function pace(): Promise<void> {
  const now = Date.now(), at = Math.max(now, nextAt);
  nextAt = at + GAP_MS;
  if (at > now) await sleep(at - now);
}

/** The account behind a refresh token: its client, its address, and a way to its access token. */
async function personBehind(refreshToken: string): Promise<{ api: calendar_v3.Calendar; email: string; token: () => Promise<string> }> {
  const auth = new OAuth2Client({
    clientId: variable('CLIENT_ID'), clientSecret: variable('CLIENT_SECRET'),
    ...(OTHER_ROOT === undefined ? {} : { endpoints: { oauth2TokenUrl: `${OTHER_ROOT}/token` } }),
  });
  auth.setCredentials({ refresh_token: refreshToken });
  const { credentials } = await auth.refreshAccessToken();
  auth.setCredentials({ ...credentials, refresh_token: refreshToken });
  auth.transporter.interceptors.request.add({ resolved: async (config) => { await pace(); return config; } });
  const api = calendar({ version: 'v3', auth, retry: false, ...(OTHER_ROOT === undefined ? {} : { rootUrl: OTHER_ROOT }) });
  const { data } = await api.calendars.get({ calendarId: 'primary' });
  return { api, email: data.id ?? '', token: async () => { await pace(); return (await auth.getAccessToken()).token ?? ''; } };
}

export const theCoach = () => personBehind(variable('REFRESH_TOKEN'));
export const theGuest = () => personBehind(variable('GUEST_REFRESH_TOKEN'));

interface Owner { readonly api: calendar_v3.Calendar; readonly email: string }

/** Deletes what a fact left on a calendar; false if the calendar itself was changed, and is of no use to another fact. */
async function empty({ api, email }: Owner, calendarId: string, timeZone: string): Promise<boolean> {
  const [{ data: is }, { data: acl }, entry] = await Promise.all([
    api.calendars.get({ calendarId }), api.acl.list({ calendarId }), api.calendarList.get({ calendarId }).then(({ data }) => data, () => undefined),
  ]);
  const isShared = acl.items?.some(({ scope }) => scope?.value !== email && scope?.value !== calendarId) !== false;
  const isAsListed = entry?.selected === true && entry.hidden !== true && entry.summaryOverride == null;
  if (is.summary !== NAME || is.timeZone !== timeZone || is.description != null || isShared || !isAsListed) return false;
  let pageToken: string | undefined;
  do {
    const { data } = await api.events.list({ calendarId, fields: 'nextPageToken,items(id,recurringEventId,status)', ...(pageToken === undefined ? {} : { pageToken }) });
    for (const { id, status, recurringEventId } of data.items ?? []) {
      if (status !== 'cancelled' && recurringEventId == null) await api.events.delete({ calendarId, eventId: id ?? '', sendUpdates: 'none' });
    }
    pageToken = data.nextPageToken ?? undefined;
  } while (pageToken !== undefined);
  return true;
}

/**
 * Calendars for facts. Google stops accounts that make more than 60 in a short time (sheet 6), so facts take over each
 * other's, emptied; they keep the tombstones of earlier facts. With a title of its own, or GOOGLE_CONTRACT_FRESH, each is new.
 */
export function scratchesOf(owner: Owner, usualZone: string): (timeZone?: string, summary?: string) => Promise<string> {
  const { api } = owner;
  const isFresh = variable('FRESH') !== '';
  let known: Promise<{ id: string; timeZone: string }[]> | undefined;
  const left = async (): Promise<{ id: string; timeZone: string }[]> => {
    const { data } = await api.calendarList.list({ minAccessRole: 'owner', maxResults: 250 });
    return (data.items ?? []).filter((each) => each.summary === NAME).map((each) => ({ id: each.id ?? '', timeZone: each.timeZone ?? '' }));
  };
  return async (timeZone = usualZone, summary = NAME) => {
    const free = isFresh ? [] : await (known ??= left());
    const at = summary === NAME ? free.findIndex((each) => each.timeZone === timeZone) : -1;
    const [taken] = at < 0 ? [] : free.splice(at, 1);
    const calendarId = taken?.id ?? (await api.calendars.insert({ requestBody: { summary, timeZone, ...(summary.startsWith('makeway contract suite') ? {} : { location: NAME }) } })
      .catch((error: unknown) => { throw new Error('No calendar could be made. If Google says quotaExceeded: it makes no more for this account for hours.', { cause: error }); })).data.id ?? '';
    onTestFinished(async () => {
      if (!isFresh && summary === NAME && await empty(owner, calendarId, timeZone)) free.push({ id: calendarId, timeZone });
      else await api.calendars.delete({ calendarId });
    });
    return calendarId;
  };
}
