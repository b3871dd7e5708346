import { badRequest, insufficientPermissions } from './api-error.js';
import type { Answer } from './answer.js';
import { type Check, shape } from './body-schema.js';
import { checkMask, pick, readMask } from './fields.js';
import { Query, type ParamKind } from './query.js';
import { fieldsOf } from './resource-fields.js';
import type { Caller } from '../caller.js';
import type { Emulator } from '../emulator.js';
import type { ListTokens } from '../store/list-token.js';
import type { JsonObject } from '../store/model.js';

/** One call of the API, with everything about it checked but its meaning. */
export interface Call {
  readonly emulator: Emulator;
  readonly caller: Caller;
  /** Those scopes of the route that the caller holds, without their common prefix; all of them for the sandbox header. */
  readonly held: readonly string[];
  readonly tokens: ListTokens;
  /** Path parameters, decoded. */
  readonly path: readonly string[];
  readonly query: Query;
  readonly body: JsonObject;
  readonly headers: { readonly ifMatch?: string | undefined; readonly ifNoneMatch?: string | undefined };
}

/** A method of the API: where it is, who may call it, what it takes. */
export interface Route {
  /** Its name in Google's API: `events.insert`. */
  readonly id: string;
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

/** Which of these scopes a caller's token carries; the sandbox header carries all. */
const heldOf = (caller: Caller, scopes: readonly string[]): readonly string[] =>
  caller.scopes === undefined ? scopes : scopes.filter((each) => caller.scopes?.has(SCOPE + each));

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest('Malformed percent-encoding in the path.');
  }
}

type Asked = Pick<Call, 'emulator' | 'caller' | 'tokens' | 'headers'> & { readonly url: URL; readonly readBody: () => JsonObject };

/** A route that a call goes to, with the path's parameters as they came. */
export interface Found { readonly route: Route; readonly path: readonly string[] }

/** The route of a method and path under /calendar/v3; undefined if there is none. */
export function findRoute(routes: readonly CompiledRoute[], method: string, pathname: string): Found | undefined {
  for (const route of routes) {
    const match = route.method === method ? route.pattern.exec(pathname) : null;
    if (match !== null) return { route, path: match.slice(1) };
  }
  return undefined;
}

/** A method that takes no body takes an empty one (sheet 3: move), and refuses what has names in it. */
const nothing = shape({});

/**
 * Answers a call under /calendar/v3: checks scope, query, field mask and body, in this order, and hands over.
 * `readBody` parses the body as JSON, or throws the 400 that it earns. Throws ApiError.
 */
export function answerCall({ route, path }: Found, asked: Asked): Answer {
  const { url, readBody, ...rest } = asked;
  const held = heldOf(asked.caller, route.scopes);
  if (held.length === 0) throw insufficientPermissions();
  const query = new Query(url.searchParams, route.params);
  const fields = query.text('fields') ?? '';
  const mask = fields === '' ? undefined : readMask(fields), known = fieldsOf(route.id);
  if (mask !== undefined && known !== undefined) checkMask(mask, known);
  const body = route.method === 'GET' || route.method === 'DELETE' ? {} : readBody();
  (route.body ?? nothing)(body, '');
  const answer = route.answer({ ...rest, held, path: path.map(decodePart), query, body });
  return mask === undefined || answer.json === undefined ? answer : { ...answer, json: pick(answer.json, mask) };
}
