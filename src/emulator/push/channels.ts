import { createHash } from 'node:crypto';
import { ApiError, invalid, required } from '../http/api-error.js';
import type { Caller, Emulator } from '../emulator.js';
import type { Calendar, Channel, JsonObject } from '../store/model.js';

const DEFAULT_TTL_S = 604_800;
/** Google's maximum is not published; about 30 days is reported (sheet 4). */
const LONGEST_TTL_S = 30 * 86_400;

/** True for addresses of this machine: unlike Google, the emulator pushes to them over plain http. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname.endsWith('.localhost') || /^127(\.\d{1,3}){3}$/.test(hostname) || hostname === '[::1]' || hostname === '::1';

function checkAddress(address: string): void {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined) throw invalid('Invalid value for: address');
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return;
  throw new ApiError(400, 'push.webhookUrlNotHttps', `WebHook callback must be HTTPS: ${address}`);
}

/** events.watch: a new channel on a calendar; its `sync` message is under way before the answer. */
export function watchEvents(emulator: Emulator, caller: Caller, calendar: Calendar, pathId: string, body: JsonObject): JsonObject {
  const { store } = emulator;
  const id = body['id'], type = body['type'], address = body['address'], token = body['token'];
  if (typeof id !== 'string' || id === '') throw required('Missing required field: id');
  if (!/^[A-Za-z0-9\-_+/=]{1,64}$/.test(id)) throw new ApiError(400, 'channelIdInvalid', 'Invalid channel id');
  if (typeof type !== 'string') throw required('Missing required field: type');
  if (typeof address !== 'string') throw required('Missing required field: address');
  if (typeof token === 'string' && token.length > 256) throw invalid('Invalid value for: token');
  checkAddress(address);
  const now = store.clock.now();
  const ttl = Number((body['params'] as JsonObject | undefined)?.['ttl'] ?? DEFAULT_TTL_S);
  const asked = body['expiration'] === undefined || body['expiration'] === null ? now + ttl * 1000 : Number(body['expiration']);
  if (!(asked > now)) throw invalid('Invalid value for: expiration');
  const expirationMs = Math.floor(Math.min(asked, now + LONGEST_TTL_S * 1000) / 1000) * 1000;
  const channel: Channel = {
    id, address, kind: 'events', calendarId: calendar.id, account: caller.account, clientId: caller.clientId, expirationMs, messageNumber: 1, stopped: false,
    resourceId: createHash('sha1').update(`${calendar.id} ${caller.account}`).digest('base64url'),
    resourceUri: `${emulator.url()}/calendar/v3/calendars/${encodeURIComponent(pathId)}/events?alt=json`,
    ...(typeof token === 'string' && token !== '' ? { token } : {}),
  };
  store.transact(() => {
    if (store.channels.get(id) !== undefined) throw new ApiError(400, 'channelIdNotUnique', 'Channel id not unique');
    store.channels.putSync(id, channel);
  });
  emulator.pushes.greet(channel);
  return {
    kind: 'api#channel', id, resourceId: channel.resourceId, resourceUri: channel.resourceUri,
    ...(channel.token === undefined ? {} : { token: channel.token }), expiration: String(expirationMs),
  };
}

/** channels.stop: only by the account and the OAuth client that made the channel. Its id stays used. */
export function stopChannel(emulator: Emulator, caller: Caller, body: JsonObject): void {
  const { store } = emulator;
  const channel = typeof body['id'] === 'string' ? store.channels.get(body['id']) : undefined;
  if (channel === undefined || channel.stopped || channel.resourceId !== body['resourceId'] ||
    channel.account !== caller.account || channel.clientId !== caller.clientId) {
    throw new ApiError(404, 'notFound', `Channel '${String(body['id'])}' not found for project '${caller.clientId}'`);
  }
  store.channels.putSync(channel.id, { ...channel, stopped: true });
}

