import { ApiError, badRequest, invalid } from './api-error.js';
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
        throw new ApiError(400, 'badRequest', `Invalid query parameter "${name}": Cannot bind query parameter. Field '${name}' could not be found in request message.`,
          { locationType: 'parameter', location: name });
      }
      if (kind !== 'texts' && params.getAll(name).length > 1) throw invalid(`Invalid value for: ${name} is given more than once`, name);
      for (const value of params.getAll(name)) check(name, value, kind);
    }
    if (this.text('alt') !== undefined && this.text('alt') !== 'json') throw badRequest('Only alt=json is offered.');
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

  /** All parameters but the named ones, in a fixed order: what a page token is bound to. */
  fingerprint(...except: string[]): string {
    return [...this.params].filter(([name]) => !except.includes(name)).map(([name, value]) => `${name}=${value}`).sort().join('&');
  }
}

function check(name: string, value: string, kind: ParamKind): void {
  const bad = (wanted: string): ApiError => invalid(`Invalid value '${value.slice(0, 80)}' for ${name}. Wanted: ${wanted}.`, name);
  if (kind === 'bool' && value !== 'true' && value !== 'false') throw bad('true or false');
  if (kind === 'count' && (!/^\d{1,9}$/.test(value) || Number(value) < 1)) throw bad('a positive whole number');
  if (kind === 'time' && parseDateTime(value, undefined) === undefined) throw bad('an RFC 3339 time with offset');
  if (kind === 'zone' && !isZone(value)) throw bad('an IANA time zone');
  if (kind === 'updates' && !['all', 'externalOnly', 'none'].includes(value)) throw bad('all, externalOnly or none');
}
