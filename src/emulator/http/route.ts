import { badRequest, insufficientPermissions, notFound } from './api-error.js';
import type { Answer } from './answer.js';
import type { Check } from './body-schema.js';
import { Query, type ParamKind } from './query.js';
import type { Caller, Emulator } from '../emulator.js';
import type { ListTokens } from '../store/list-token.js';
import type { JsonObject } from '../store/model.js';

/** One call of the API, with everything about it checked but its meaning. */
export interface Call {
  readonly emulator: Emulator;
  readonly caller: Caller;
  readonly tokens: ListTokens;
  /** Path parameters, decoded. */
  readonly path: readonly string[];
  readonly query: Query;
  readonly body: JsonObject;
  readonly headers: { readonly ifMatch?: string | undefined; readonly ifNoneMatch?: string | undefined };
}

/** A method of the API: where it is, who may call it, what it takes. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/calendar/v3`, with `:name` for each path parameter. */
  readonly path: string;
  readonly params: Readonly<Record<string, ParamKind>>;
  /** Scopes of which one is enough, without their common prefix. */
  readonly scopes: readonly string[];
  readonly body?: Check;
  readonly answer: (call: Call) => Answer;
}

const SCOPE = 'https://www.googleapis.com/auth/';
const ROOT = '/calendar/v3';

/** A route with its path as a pattern. */
export interface CompiledRoute extends Route { readonly pattern: RegExp }

export const compile = (routes: readonly Route[]): CompiledRoute[] =>
  routes.map((route) => ({ ...route, pattern: new RegExp(`^${ROOT}${route.path.replaceAll(/:\w+/g, '([^/]+)')}$`) }));

/** Answer with a resource that carries an etag; 304 if the caller has that version already (sheet 3.2). */
export function answerResource(call: Call, json: JsonObject): Answer {
  const etag = String(json['etag']);
  const { ifNoneMatch } = call.headers;
  if (ifNoneMatch?.split(',').some((each) => each.trim() === etag || each.trim() === '*')) return { status: 304, headers: { etag } };
  return { status: 200, json, headers: { etag } };
}

/** True if the caller's token carries one of these scopes; the sandbox header carries all. */
export const mayUse = (caller: Caller, scopes: readonly string[]): boolean =>
  caller.scopes === undefined || scopes.some((each) => caller.scopes?.has(SCOPE + each));

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest('Malformed percent-encoding in the path.');
  }
}

type Asked = Pick<Call, 'emulator' | 'caller' | 'tokens' | 'headers'> & { readonly method: string; readonly url: URL; readonly readBody: () => JsonObject };

/**
 * Answers a call under /calendar/v3: finds its route, checks scope, query and body, in this order, and hands over.
 * `readBody` parses the body as JSON, or throws the 400 that it earns. Throws ApiError.
 */
export function answerCall(routes: readonly CompiledRoute[], asked: Asked): Answer {
  const { method, url, readBody, ...rest } = asked;
  for (const route of routes) {
    const match = route.method === method ? route.pattern.exec(url.pathname) : null;
    if (match === null) continue;
    if (!mayUse(asked.caller, route.scopes)) throw insufficientPermissions();
    const query = new Query(url.searchParams, route.params);
    const body = route.body === undefined ? {} : readBody();
    route.body?.(body, '');
    return route.answer({ ...rest, path: match.slice(1).map(decodePart), query, body });
  }
  throw notFound();
}
