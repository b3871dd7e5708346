import { type ApiError, badRequest, invalid, invalidParameter, malformed } from './api-error.js';
import { isZone, parseDateTime } from '../series/zone-time.js';

export type ParamKind = 'text' | 'texts' | 'bool' | 'count' | 'time' | 'zone' | 'updates';

const STANDARD: Record<string, ParamKind> = {
  alt: 'text', fields: 'text', key: 'text', oauth_token: 'text', prettyPrint: 'bool', quotaUser: 'text', userIp: 'text',
};

/** Query parameters of one call, checked against what its method knows. Unknown names and wrong types are 400s. */
export class Query {
  constructor(private readonly params: URLSearchParams, kinds: Record<string, ParamKind>) {
    for (const name of new Set(params.keys())) {
      const kind = Object.hasOwn(kinds, name) ? kinds[name] : Object.hasOwn(STANDARD, name) ? STANDARD[name] : undefined;
      if (kind === undefined) {
        throw malformed('badRequest', `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter. `
          + `Field '${name}' could not be found in request message.`, name);
      }
      if (kind !== 'texts' && params.getAll(name).length > 1) throw invalid(`Invalid value for: ${name} is given more than once`, name);
      for (const value of params.getAll(name)) check(name, value, kind);
    }
    const alt = this.text('alt') ?? 'json';
    if (alt !== 'json') throw invalidParameter(`Invalid string value: '${alt.slice(0, 80)}'. Allowed values: [json]`, 'alt');
  }

  has(name: string): boolean {
    return this.params.has(name);
  }

  text(name: string): string | undefined {
    return this.params.get(name) ?? undefined;
  }

  texts(name: string): string[] {
    return this.params.getAll(name);
  }

  flag(name: string, fallback = false): boolean {
    const value = this.params.get(name);
    return value === null ? fallback : value === 'true';
  }

  count(name: string): number | undefined {
    const value = this.params.get(name);
    return value === null ? undefined : Number(value);
  }

  /** An RFC 3339 parameter as ms since the epoch. */
  timeMs(name: string): number | undefined {
    const value = this.params.get(name);
    return value === null ? undefined : parseDateTime(value, undefined);
  }

  /** All parameters of the method but the named ones, in a fixed order: what a page token is bound to. */
  fingerprint(...except: string[]): string {
    return [...this.params].filter(([name]) => !except.includes(name) && !Object.hasOwn(STANDARD, name)).map(([name, value]) => `${name}=${value}`).sort().join('&');
  }
}

/** Numbers and flags are refused by Google's front door, in its words; times and zones by the API (sheet 1.6, 6). */
function check(name: string, value: string, kind: ParamKind): void {
  const field = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const typed = (type: string): ApiError => malformed('badRequest', `Invalid value at '${field}' (${type}), "${value.slice(0, 80)}"`, name);
  if (kind === 'bool' && value !== 'true' && value !== 'false') throw typed('TYPE_BOOL');
  if (kind === 'count' && !/^-?\d{1,9}$/.test(value)) throw typed('TYPE_INT32');
  if (kind === 'count' && Number(value) < 1) throw invalidParameter(`Invalid value '${value}'. Values must be at least 1.`, name);
  if (kind === 'updates' && !['all', 'externalOnly', 'none'].includes(value)) {
    throw invalidParameter(`Invalid string value: '${value.slice(0, 80)}'. Allowed values: [all, externalOnly, none]`, name);
  }
  if (kind === 'time' && parseDateTime(value, undefined) === undefined) throw badRequest('Bad Request');
  if (kind === 'zone' && !isZone(value)) throw invalid(`Invalid value for: ${name}`, name);
}
