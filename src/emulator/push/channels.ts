import { createHash } from 'node:crypto';
import { ApiError } from '../http/api-error.js';
import { projectOf, type Caller } from '../caller.js';
import type { Emulator } from '../emulator.js';
import type { Calendar, Channel, JsonObject, WatchedKind } from '../store/model.js';
import { channelKey } from '../store/watches.js';
import { LONGEST_ID, readWatch } from './watch-body.js';

/** A resource to watch: whose it is, and its path below the root of the API, as the caller wrote it. */
export interface Watchable { readonly kind: WatchedKind; readonly of: string; readonly path: string; readonly eventTypes?: readonly string[] }

/** Throws 400 for calendars that cannot be watched: those made of others' data, and rooms (sheet 4). */
export function checkWatchable(calendar: Calendar): void {
  if (!/@(group\.v|resource)\.calendar\.google\.com$/.test(calendar.id)) return;
  throw new ApiError(400, 'pushNotSupportedForRequestedResource', 'Push notifications are not supported by this resource.', { domain: 'calendar' });
}

/**
 * A new channel, with its `sync` message queued in the same commit. Returns what `watch` answers. Throws 400 for a
 * wrong body, and for an id that this project ever used.
 */
export function openChannel(emulator: Emulator, caller: Caller, resource: Watchable, body: JsonObject): { json: JsonObject; channel: Channel } {
  const { store, pushes } = emulator;
  const { kind, of, path, eventTypes } = resource;
  const channel: Channel = {
    ...readWatch(body, store.clock.now()),
    kind, of, project: projectOf(caller.clientId), account: caller.account, clientId: caller.clientId, messageNumber: 1, stopped: false,
    resourceId: createHash('sha1').update(`${kind} ${of} ${caller.account}`).digest('base64url'),
    resourceUri: `${emulator.url()}/calendar/v3${path}?alt=json`,
    ...(eventTypes === undefined || eventTypes.length === 0 ? {} : { eventTypes }),
    // A service account is its own client: its number is the client's id.
    ...(store.account(caller.account)?.sub === caller.clientId ? { byServiceAccount: true as const } : {}),
  };
  store.transact(() => {
    if (store.watches.get(channelKey(channel.project, channel.id)) !== undefined) throw new ApiError(400, 'channelIdNotUnique', 'Channel id not unique');
    pushes.greet(channel);
  });
  pushes.pump();
  const { id, resourceId, resourceUri, token, expirationMs } = channel;
  return { channel, json: { kind: 'api#channel', id, resourceId, resourceUri, ...(token === undefined ? {} : { token }), expiration: String(expirationMs) } };
}

/**
 * channels.stop: by the account and the OAuth client that made the channel; one that a service account made, by any
 * user of that client (sheet 4). Its id stays used. Throws 404.
 */
export function stopChannel({ store }: Emulator, caller: Caller, body: JsonObject): void {
  const { id, resourceId } = body;
  const project = projectOf(caller.clientId);
  store.transact(() => {
    const channel = typeof id === 'string' && id.length <= LONGEST_ID ? store.watches.get(channelKey(project, id)) : undefined;
    if (channel === undefined || channel.stopped || channel.expirationMs <= store.clock.now() || channel.resourceId !== resourceId ||
      channel.clientId !== caller.clientId || (channel.account !== caller.account && channel.byServiceAccount !== true)) {
      throw new ApiError(404, 'notFound', `Channel '${String(id)}' not found for project '${project}'`);
    }
    store.watches.end(channel);
  });
}
