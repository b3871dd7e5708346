import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../push/address.js';
import type { Answer } from './answer.js';
import { ApiError, badRequest } from './api-error.js';

const PREFLIGHT: Answer = {
  status: 204,
  headers: {
    'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
    'access-control-allow-headers': 'authorization, content-type, if-match, if-none-match, x-goog-api-client, x-goog-quota-user',
    'access-control-max-age': '600',
  },
};

/**
 * Who is not let in, and preflights: the answer to them; the address that is asked for otherwise. Only this machine is
 * served, under its own names and to pages of its own, so that no page from elsewhere can speak to the emulator.
 */
export function admit({ method, url, headers: { host = '', origin } }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): URL | Answer {
  const target = `http://127.0.0.1${url ?? '/'}`;
  if (url?.startsWith('/') !== true || !URL.canParse(target) || !isLoopback(host.replace(/:\d+$/, ''))) return { status: 400, json: badRequest('Only loopback hosts are served.').body() };
  const isOurs = origin === undefined || (URL.canParse(origin) && isLoopback(new URL(origin).hostname));
  // A sandboxed frame, or a page that hides where it comes from, has the origin `null`: it cannot read what it gets here.
  if (!isOurs && !(origin === 'null' && method === 'GET')) {
    return { status: 403, json: new ApiError(403, 'forbidden', 'Only loopback origins are served.').body() };
  }
  return method === 'OPTIONS' ? PREFLIGHT : new URL(target);
}
