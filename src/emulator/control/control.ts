import { z } from 'zod';
import type { Answer } from '../http/answer.js';
import { ensureAccount } from '../calendars/calendars.js';
import type { Emulator } from '../emulator.js';
import { Grants } from '../oauth/grants.js';
import type { Json } from '../store/model.js';
import { isZone } from '../series/zone-time.js';

const zone = z.string().refine(isZone, 'not an IANA time zone');
const pattern = z.string().refine((text) => { try { new RegExp(text); return true; } catch { return false; } }, 'not a regular expression');
const newAccount = z.strictObject({ email: z.email(), name: z.string().min(1), timeZone: zone });
const newRule = z.strictObject({
  method: z.string().toUpperCase().optional(), pathPattern: pattern.optional(), times: z.int().min(1).default(1),
  status: z.int().min(400).max(599).optional(), reason: z.string().optional(), body: z.string().optional(),
  delayMs: z.int().min(0).max(600_000).optional(), mode: z.enum(['dropAnswer', 'dropRequest', 'hold']).optional(),
}).refine((rule) => [rule.status, rule.delayMs, rule.mode].some((each) => each !== undefined), 'a rule needs status, delayMs or mode');
const pushMode = z.strictObject({ mode: z.enum(['on', 'off']) });
const expiry = z.strictObject({ calendarId: z.string().optional() });
const kill = z.strictObject({ email: z.string() });
const clock = z.union([z.strictObject({ now: z.union([z.int(), z.iso.datetime({ offset: true })]) }), z.strictObject({ offsetMs: z.int() })]);

const ok = (json: Json): Answer => ({ status: 200, json });

/** Answers a call under /control: how tests and the sandbox set the scene and read what happened. Throws z.ZodError for a wrong body. */
export function answerControlCall(emulator: Emulator, method: string, url: URL, body: unknown): Answer {
  const { store, rules, pushes, mail } = emulator;
  const since = z.coerce.number().int().min(0).parse(url.searchParams.get('since') ?? 0);
  switch (`${method} ${url.pathname.slice('/control'.length)}`) {
    case 'POST /accounts': {
      const { email, name, timeZone } = newAccount.parse(body);
      return ok({ ...ensureAccount(store, email, name, timeZone) });
    }
    case 'GET /accounts':
      return ok({ accounts: store.allAccounts().map((each) => ({ ...each, calendars: store.calendarsOf(each.email).map(({ id }) => id) })) });
    case 'POST /rules': {
      const { times, ...rule } = newRule.parse(body);
      const { id, remaining } = rules.add({ remaining: times, ...Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined)) });
      return ok({ id, remaining });
    }
    case 'GET /rules':
      return ok({ rules: rules.all().map((each) => ({ ...each })), held: rules.held() });
    case 'DELETE /rules': {
      const id = url.searchParams.get('id');
      rules.remove(id === null ? undefined : z.coerce.number().int().parse(id));
      return { status: 204 };
    }
    case 'POST /pushes': {
      const { mode } = pushMode.parse(body);
      pushes.switch(mode);
      return ok({ mode });
    }
    case 'POST /sync-tokens/expire': {
      const { calendarId } = expiry.parse(body ?? {});
      const name = calendarId === undefined ? 'epoch' : `epoch:${calendarId.toLowerCase()}`;
      store.meta.putSync(name, ((store.meta.get(name) as number | undefined) ?? 0) + 1);
      return { status: 204 };
    }
    case 'POST /grants/kill':
      return ok({ killed: new Grants(store).killAll(kill.parse(body).email.toLowerCase()) });
    case 'GET /log':
      return ok({ requests: store.requests.since(since).map((each) => ({ ...each })) });
    case 'GET /writes':
      return ok({ writes: store.writes.since(since).map((each) => ({ ...each })) as unknown as Json });
    case 'GET /mail':
      return ok({ waiting: mail.waiting() });
    case 'POST /clock': {
      const wanted = clock.parse(body);
      store.clock.shift('offsetMs' in wanted ? wanted.offsetMs : new Date(wanted.now).getTime() - Date.now());
      return ok({ now: store.clock.now(), offsetMs: store.clock.offset });
    }
    case 'GET /clock':
      return ok({ now: store.clock.now(), offsetMs: store.clock.offset });
    default:
      return { status: 404, json: { error: 'no such control call' } };
  }
}
