import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import type { Answer } from './answer.js';
import { ApiError, authError, badRequest, provoked } from './api-error.js';
import { answerCall } from './route.js';
import { ROUTES } from './routes.js';
import { isLoopback } from '../push/channels.js';
import { answerControlCall } from '../control/control.js';
import type { Caller, Emulator } from '../emulator.js';
import { pickFields } from './fields.js';
import { Grants } from '../oauth/grants.js';
import { ListTokens } from '../store/list-token.js';
import type { JsonObject } from '../store/model.js';
import * as oauth from '../oauth/oauth.js';
import type { Rule } from '../control/rules.js';

const LARGEST_BODY = 2_000_000;
/** Answers above this size are compressed if the client takes it. */
const COMPRESSED_FROM = 1_400;

class TooLarge extends Error {}

async function readAll(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > LARGEST_BODY) throw new TooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parseObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = text === '' ? {} : JSON.parse(text);
  } catch {
    throw new ApiError(400, 'parseError', 'Parse Error');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw badRequest('Invalid JSON payload received. Root element must be a message.');
  return value as JsonObject;
}

/** The HTTP door: finds the route, meets the control rules, writes the log. */
export class EmulatorServer {
  readonly http: Server;
  private readonly tokens: ListTokens;

  constructor(private readonly emulator: Emulator, private readonly log: (line: string) => void) {
    this.tokens = new ListTokens(emulator.store.tokenKey());
    this.http = createServer((request, response) => {
      this.serve(request, response).catch((error: unknown) => {
        this.log(`failed: ${request.method} ${request.url?.split('?')[0]}: ${error instanceof Error ? error.stack : String(error)}`);
        request.destroy();
      });
    });
    this.http.keepAliveTimeout = 30_000;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const target = request.url ?? '/';
    if (!target.startsWith('/') || !URL.canParse(target, 'http://127.0.0.1') || !isLoopback((request.headers.host ?? '').replace(/:\d+$/, ''))) return this.send(request, response, { status: 400, json: badRequest('Only loopback hosts are served.').body() });
    const url = new URL(target, 'http://127.0.0.1');
    const { origin } = request.headers;
    if (origin !== undefined && origin !== 'null' && !(URL.canParse(origin) && isLoopback(new URL(origin).hostname))) {
      return this.send(request, response, { status: 403, json: new ApiError(403, 'forbidden', 'Only loopback origins are served.').body() });
    }
    if (method === 'OPTIONS') {
      return this.send(request, response, { status: 204, headers: { 'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE', 'access-control-allow-headers': 'authorization, content-type, if-match, if-none-match, x-goog-api-client', 'access-control-max-age': '600' } });
    }
    const logged = !(url.pathname.startsWith('/control/') || url.pathname === '/health');
    if (!logged) return this.send(request, response, await this.answerOwn(request, method, url));
    const caller = this.caller(request, url);
    const rule = this.emulator.rules.meet(method, url.pathname + url.search);
    let answer: Answer | 'cut';
    try {
      answer = await this.answerUnderRule(request, method, url, caller, rule);
    } catch (error) {
      if (!(error instanceof ApiError)) this.log(`failed: ${method} ${url.pathname}: ${error instanceof Error ? error.stack : String(error)}`);
      answer = error instanceof ApiError ? { status: error.status, json: error.body() } : { status: 500, json: provoked(500, 'backendError').body() };
    }
    this.emulator.store.requests.append({
      timeMs: this.emulator.store.clock.now(), account: caller?.account ?? null, method, path: url.pathname,
      query: url.search.slice(1), status: answer === 'cut' ? 0 : answer.status,
    });
    if (answer === 'cut') request.socket.resetAndDestroy();
    else this.send(request, response, answer);
  }

  private async answerOwn(request: IncomingMessage, method: string, url: URL): Promise<Answer> {
    if (url.pathname === '/health') return { status: 200, json: { status: 'ok', now: this.emulator.store.clock.now() } };
    try {
      const text = await readAll(request);
      return answerControlCall(this.emulator, method, url, text === '' ? undefined : parseObject(text));
    } catch (error) {
      if (error instanceof z.ZodError) return { status: 400, json: { error: z.prettifyError(error) } };
      if (error instanceof ApiError) return { status: error.status, json: { error: error.message } };
      throw error;
    }
  }

  /** Who asks; undefined without a valid bearer token. */
  private caller(request: IncomingMessage, url: URL): Caller | undefined {
    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? url.searchParams.get('access_token') ?? undefined;
    return bearer === undefined ? undefined : new Grants(this.emulator.store).caller(bearer.trim());
  }

  private async answerUnderRule(request: IncomingMessage, method: string, url: URL, caller: Caller | undefined, rule: Rule | undefined): Promise<Answer | 'cut'> {
    const text = await readAll(request).catch((error: unknown) => {
      if (error instanceof TooLarge) throw new ApiError(413, 'uploadTooLarge', 'Request Too Large');
      throw error;
    });
    if (rule?.delayMs !== undefined) await sleep(rule.delayMs);
    if (rule?.mode === 'hold') await this.emulator.rules.hold(rule);
    if (rule?.mode === 'dropRequest') return 'cut';
    if (rule?.status !== undefined) return rule.body === undefined ? { status: rule.status, json: provoked(rule.status, rule.reason).body() } : { status: rule.status, html: rule.body };
    const answer = this.answer(request, method, url, caller, text);
    return rule?.mode === 'dropAnswer' ? 'cut' : answer;
  }

  private answer(request: IncomingMessage, method: string, url: URL, caller: Caller | undefined, text: string): Answer {
    if (url.pathname.startsWith('/calendar/v3/')) {
      if (caller === undefined) throw authError();
      url.searchParams.delete('access_token');
      const header = (name: string): string | undefined => { const value = request.headers[name]; return typeof value === 'string' ? value : undefined; };
      const answer = answerCall(ROUTES, {
        emulator: this.emulator, tokens: this.tokens, caller, method, url, readBody: () => parseObject(text),
        headers: { ifMatch: header('if-match'), ifNoneMatch: header('if-none-match') },
      });
      const fields = url.searchParams.get('fields');
      return fields === null || fields === '' || answer.json === undefined ? answer : { ...answer, json: pickFields(answer.json, fields) };
    }
    const form = (): URLSearchParams => new URLSearchParams(text);
    switch (`${method} ${url.pathname}`) {
      case 'GET /o/oauth2/v2/auth': return oauth.showConsent(this.emulator, url.searchParams);
      case 'POST /o/oauth2/v2/auth': return oauth.decideConsent(this.emulator, form());
      case 'POST /token': return oauth.exchangeToken(this.emulator, form(), request.headers.authorization);
      case 'POST /revoke': return oauth.revokeToken(this.emulator, new URLSearchParams([...url.searchParams, ...form()]));
      case 'GET /tokeninfo':
      case 'POST /tokeninfo': return oauth.tokenInfo(this.emulator, url.searchParams.get('access_token') ?? form().get('access_token') ?? /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '');
      case 'GET /v1/userinfo':
      case 'GET /oauth2/v3/userinfo':
        if (caller === undefined) throw authError();
        return oauth.userInfo(this.emulator, caller.account);
      case 'GET /oauth2/v1/certs': return oauth.pemCertificates(this.emulator);
      case 'GET /oauth2/v3/certs': return oauth.jsonKeys(this.emulator);
      case 'GET /.well-known/openid-configuration': return oauth.discovery(this.emulator);
      default: return { status: 404, html: '<!doctype html><title>Error 404 (Not Found)</title><p>The requested URL was not found on this server.' };
    }
  }

  private send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
    const { origin } = request.headers;
    const body = answer.json !== undefined ? JSON.stringify(answer.json) : answer.html;
    const headers: Record<string, string> = {
      'cache-control': request.method === 'GET' ? 'private, max-age=0, must-revalidate, no-transform' : 'no-cache, no-store, max-age=0, must-revalidate',
      vary: 'Origin, X-Origin, Referer', server: 'ESF', 'x-content-type-options': 'nosniff',
      ...(body === undefined ? {} : { 'content-type': answer.json !== undefined ? 'application/json; charset=UTF-8' : 'text/html; charset=UTF-8' }),
      ...(origin === undefined || origin === 'null' ? {} : { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'etag' }),
      ...answer.headers,
    };
    let bytes = body === undefined ? undefined : Buffer.from(body);
    if (bytes !== undefined && bytes.length > COMPRESSED_FROM && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
      bytes = gzipSync(bytes, { level: 1 });
      headers['content-encoding'] = 'gzip';
    }
    if (bytes !== undefined) headers['content-length'] = String(bytes.length);
    response.writeHead(answer.status, headers).end(bytes);
  }
}
