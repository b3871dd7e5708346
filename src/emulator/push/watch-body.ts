import { ApiError, invalid, required } from '../http/api-error.js';
import { bool, longText, mapOf, oneOf, shape, text } from '../http/body-schema.js';
import type { JsonObject } from '../store/model.js';
import { checkAddress } from './address.js';

/** The channel resource: the body of the watch calls and of channels.stop. */
export const channelBody = shape({
  kind: text, id: text, type: oneOf('web_hook', 'webhook'), address: text, token: text, expiration: longText,
  params: mapOf(text), payload: bool, resourceId: text, resourceUri: text,
});

const DEFAULT_TTL_S = 604_800;
/** Google's maximum is not published; about 30 days is reported (sheet 4). */
const LONGEST_TTL_S = 30 * 86_400;
const LONGEST_TOKEN = 256;
export const LONGEST_ID = 64;

/** What the body of a watch call asks for. */
export interface Asked { readonly id: string; readonly address: string; readonly token?: string; readonly expirationMs: number }

/** When a channel ends, ms: the strictest of what was asked and of Google's limit, in whole seconds; 7 days if nothing was. */
function expiration(body: JsonObject, nowMs: number): number {
  const given = body['expiration'], ttl = (body['params'] as JsonObject | null | undefined)?.['ttl'];
  const ends = [nowMs + LONGEST_TTL_S * 1000];
  if (given !== undefined && given !== null) ends.push(Number(given));
  if (ttl !== undefined && ttl !== null) {
    if (!/^\d{1,10}$/.test(String(ttl)) || Number(ttl) === 0) throw invalid('Invalid value for: params.ttl');
    ends.push(nowMs + Number(ttl) * 1000);
  }
  if (ends.length === 1) ends.push(nowMs + DEFAULT_TTL_S * 1000);
  const end = Math.min(...ends);
  if (end <= nowMs) throw invalid('Invalid value for: expiration');
  return Math.floor(end / 1000) * 1000;
}

/** Reads the body of a watch call (sheet 4). `nowMs` is the emulator's now. Throws the 400s of a body that is not right. */
export function readWatch(body: JsonObject, nowMs: number): Asked {
  const { id, type, address, token } = body;
  if (typeof id !== 'string' || id === '') throw required('Missing required field: id');
  if (id.length > LONGEST_ID || !/^[A-Za-z0-9\-_+/=]+$/.test(id)) throw new ApiError(400, 'channelIdInvalid', 'Invalid channel id');
  if (typeof type !== 'string') throw required('Missing required field: type');
  if (typeof address !== 'string' || address === '') throw required('Missing required field: address');
  if (typeof token === 'string' && (token.length > LONGEST_TOKEN || /\p{Cc}/u.test(token))) throw invalid('Invalid value for: token');
  checkAddress(address);
  return { id, address, expirationMs: expiration(body, nowMs), ...(typeof token === 'string' && token !== '' ? { token } : {}) };
}
