import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from '../caller.js';
import type { Emulator } from '../emulator.js';
import { callerOf } from '../oauth/access-tokens.js';
import { answerOAuthCall } from '../oauth/oauth.js';
import { ListTokens } from '../store/list-token.js';
import { admit } from './admission.js';
import type { Answer } from './answer.js';
import { ApiError, authError, backendError, loginRequired } from './api-error.js';
import { parseObject, readText } from './body.js';
import { changedBy, type Leaving, refusedBy } from './faults.js';
import { oauthKind } from './oauth-kinds.js';
import { frontPage, notFoundPage } from './pages.js';
import { refusalIn } from './refusal.js';
import { answerCall, findRoute, type Found } from './route.js';
import { ROUTES } from './routes.js';
import { send } from './send.js';

const LARGEST_BODY = 2_000_000, LARGEST_CONTROL_BODY = 64 * 2 ** 20;
/** Query parameters that let their reader in: the log does not keep them. */
const SECRETS = ['access_token', 'id_token', 'token', 'code'];

/** A call of Google's, with all that is known of it before it is answered. */
interface Visit {
  readonly method: string;
  /** Without `access_token`. */
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly bearer: string | undefined;
  readonly caller: Caller | undefined;
  readonly found: Found | undefined;
  readonly kind: string | null;
  readonly beganMs: number;
}

const header = (headers: IncomingMessage['headers'], name: string): string | undefined => { const value = headers[name]; return typeof value === 'string' ? value : undefined; };

/** The HTTP door: finds the route, meets the control rules and the quotas, writes the log. */
export class EmulatorServer {
  readonly http: Server;

  constructor(private readonly emulator: Emulator, private readonly log: (line: string) => void) {
    this.http = createServer((request, response) => {
      this.serve(request, response).catch((error: unknown) => {
        this.log(`failed: ${request.method} ${request.url?.split('?')[0]}: ${error instanceof Error ? error.stack : String(error)}`);
        // Not the request, which may have been read to its end: its connection would stay open, and its client wait.
        request.socket.destroy();
      });
    });
    this.http.keepAliveTimeout = 30_000;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET', url = admit(request);
    if (!(url instanceof URL)) return send(request, response, url);
    const pretty = url.searchParams.get('prettyPrint') === 'true';
    if (['/', '/health', '/control'].includes(url.pathname) || url.pathname.startsWith('/control/')) {
      return send(request, response, await this.answerOwn(request, method, url), { pretty });
    }
    const visit = this.visit(request, method, url);
    const { answer, cut } = await this.answerVisit(request, visit);
    await answer.after;
    if (cut === 'whole' || (cut === 'half' && answer.json === undefined && answer.html === undefined)) request.socket.resetAndDestroy();
    else send(request, response, answer, { pretty, cut: cut === 'half' });
  }

  private async answerOwn(request: IncomingMessage, method: string, url: URL): Promise<Answer> {
    const { store } = this.emulator;
    if (url.pathname === '/') return method === 'GET' ? frontPage(this.emulator.url(), store.allAccounts(), store.clock.now()) : notFoundPage(url.pathname);
    if (url.pathname === '/health') return { status: 200, json: { status: 'ok', now: store.clock.now() } };
    try {
      const text = await readText(request, LARGEST_CONTROL_BODY);
      // Loaded when first asked for: its checks are a good part of what there is to load.
      const { answerControlCall } = await import('../control/control.js');
      return answerControlCall(this.emulator, method, url, text === '' ? undefined : parseObject(text));
    } catch (error) {
      if (error instanceof ApiError) return { status: error.status, json: { error: error.message } };
      throw error;
    }
  }

  private visit(request: IncomingMessage, method: string, url: URL): Visit {
    const bearer = (/^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? url.searchParams.get('access_token') ?? undefined)?.trim();
    const found = findRoute(ROUTES, method, url.pathname);
    if (found !== undefined) url.searchParams.delete('access_token');
    return {
      method, url, headers: request.headers, bearer, found, beganMs: performance.now(),
      caller: bearer === undefined ? undefined : callerOf(this.emulator.store, bearer),
      kind: found?.route.id ?? oauthKind(url.pathname) ?? null,
    };
  }

  private async answerVisit(request: IncomingMessage, visit: Visit): Promise<Leaving> {
    const { method, url, kind, caller } = visit;
    const rule = this.emulator.rules.meet({ kind, method, path: url.pathname + url.search, account: caller?.account ?? null });
    const note = (leaving: Leaving): Leaving => { this.note(visit, leaving, rule?.id); return leaving; };
    let text: string;
    try {
      text = await readText(request, LARGEST_BODY);
    } catch (error) {
      // Anything but a refusal: the client went away in the middle of its body.
      return note(error instanceof ApiError ? { answer: this.refusal(visit, error) } : { answer: { status: 0 }, cut: 'whole' });
    }
    if (rule?.delayMs !== undefined) await sleep(rule.delayMs);
    if (rule?.mode === 'hold') await this.emulator.rules.hold(rule);
    const refused = refusedBy(rule);
    if (refused !== undefined) return note(refused);
    try {
      // What a call writes and its row in the log are one commit.
      return this.emulator.store.transact(() => note(changedBy(rule, this.answer(visit, text))));
    } catch (error) {
      if (error instanceof ApiError && error.reason === 'quotaExceeded' && caller !== undefined) this.emulator.quotas.stop(caller);
      return note(changedBy(rule, this.refusal(visit, error)));
    }
  }

  /** The answer to a call that no rule refused. Throws ApiError. */
  private answer(visit: Visit, text: string): Answer {
    const { emulator } = this;
    const { method, url, headers, caller, bearer, found } = visit;
    if (found === undefined) {
      const { pathname, searchParams: query } = url, { authorization, 'user-agent': userAgent } = headers;
      return answerOAuthCall({ emulator, method, pathname, query, form: new URLSearchParams(text), authorization, userAgent, caller }) ?? notFoundPage(pathname);
    }
    if (caller === undefined) throw bearer === undefined ? loginRequired() : authError();
    emulator.quotas.charge(caller, header(headers, 'x-goog-quota-user') ?? url.searchParams.get('quotaUser') ?? undefined);
    if (found.route.method !== 'GET' && !/^freebusy\.|^channels\.|\.watch$/.test(found.route.id)) emulator.quotas.refuseIfStopped(caller);
    const answer = answerCall(found, {
      emulator, tokens: new ListTokens(emulator.store.tokenKey()), caller, url, readBody: () => parseObject(text, headers['content-type']),
      headers: { ifMatch: header(headers, 'if-match'), ifNoneMatch: method === 'GET' ? header(headers, 'if-none-match') : undefined },
    });
    if (found.route.id === 'calendars.insert') emulator.quotas.countCalendar(caller);
    return answer;
  }

  private refusal({ method, url, bearer }: Visit, error: unknown): Answer {
    if (!(error instanceof ApiError)) {
      this.log(`failed: ${method} ${url.pathname}: ${error instanceof Error ? error.stack : String(error)}`);
      return { status: 500, json: backendError().body() };
    }
    const challenge = `Bearer realm="https://accounts.google.com/"${bearer === undefined ? '' : ', error="invalid_token"'}`;
    return { status: error.status, json: error.body(), ...(error.status === 401 ? { headers: { 'www-authenticate': challenge } } : {}) };
  }

  private note({ method, url, caller, kind, beganMs }: Visit, { answer, cut }: Leaving, rule: number | undefined): void {
    const query = new URLSearchParams(url.searchParams);
    for (const name of SECRETS) if (query.has(name)) query.set(name, 'hidden');
    const { store } = this.emulator;
    store.requests.append({
      timeMs: store.clock.now(), durationMs: Math.round(performance.now() - beganMs), account: caller?.account ?? null, clientId: caller?.clientId ?? null,
      kind, method, path: url.pathname, query: SECRETS.some((name) => query.has(name)) ? query.toString() : url.search.slice(1),
      status: cut === undefined ? answer.status : 0, ...refusalIn(answer), ...(rule === undefined ? {} : { rule }),
    });
  }
}
