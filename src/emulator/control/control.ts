import { z } from 'zod';
import type { Answer } from '../http/answer.js';
import type { Emulator } from '../emulator.js';
import type { Json } from '../store/model.js';
import { accountControls } from '../calendars/controls.js';
import { eventControls } from '../events/controls.js';
import { grantControls } from '../oauth/controls.js';
import { copyControls } from '../people/controls.js';
import { pushControls } from '../push/controls.js';
import { ok, type Control } from './route.js';

const pattern = z.string().refine((text) => { try { new RegExp(text); return true; } catch { return false; } }, 'not a regular expression');
const newRule = z.strictObject({
  method: z.string().toUpperCase().optional(), pathPattern: pattern.optional(), times: z.int().min(1).default(1),
  status: z.int().min(400).max(599).optional(), reason: z.string().optional(), body: z.string().optional(),
  delayMs: z.int().min(0).max(600_000).optional(), mode: z.enum(['dropAnswer', 'dropRequest', 'hold']).optional(),
}).refine((rule) => [rule.status, rule.delayMs, rule.mode].some((each) => each !== undefined), 'a rule needs status, delayMs or mode');
const clock = z.union([z.strictObject({ now: z.union([z.int(), z.iso.datetime({ offset: true })]) }), z.strictObject({ offsetMs: z.int() })]);
const since = (url: URL): number => z.coerce.number().int().min(0).parse(url.searchParams.get('since') ?? 0);

const sceneControls: readonly Control[] = [
  {
    method: 'POST', path: '/rules',
    answer: ({ emulator, body }) => {
      const { times, ...rule } = newRule.parse(body);
      const { id, remaining } = emulator.rules.add({ remaining: times, ...Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined)) });
      return ok({ id, remaining });
    },
  },
  { method: 'GET', path: '/rules', answer: ({ emulator }) => ok({ rules: emulator.rules.all().map((each) => ({ ...each })), held: emulator.rules.held() }) },
  {
    method: 'DELETE', path: '/rules',
    answer: ({ emulator, url }) => {
      const id = url.searchParams.get('id');
      emulator.rules.remove(id === null ? undefined : z.coerce.number().int().parse(id));
      return { status: 204 };
    },
  },
  { method: 'GET', path: '/log', answer: ({ emulator, url }) => ok({ requests: emulator.store.requests.since(since(url)).map((each) => ({ ...each })) }) },
  { method: 'GET', path: '/writes', answer: ({ emulator, url }) => ok({ writes: emulator.store.writes.since(since(url)).map((each) => ({ ...each })) as unknown as Json }) },
  {
    method: 'POST', path: '/clock',
    answer: ({ emulator: { store }, body }) => {
      const wanted = clock.parse(body);
      store.clock.shift('offsetMs' in wanted ? wanted.offsetMs : new Date(wanted.now).getTime() - Date.now());
      return ok({ now: store.clock.now(), offsetMs: store.clock.offset });
    },
  },
  { method: 'GET', path: '/clock', answer: ({ emulator: { store } }) => ok({ now: store.clock.now(), offsetMs: store.clock.offset }) },
];

const CONTROLS = [...sceneControls, ...accountControls, ...eventControls, ...grantControls, ...copyControls, ...pushControls]
  .map((each) => ({ ...each, pattern: new RegExp(`^/control${each.path.replaceAll(/:\w+/g, '([^/]+)')}$`) }));

/** Answers a call under /control: how tests and the sandbox set the scene and read what happened. Throws z.ZodError for a wrong body. */
export function answerControlCall(emulator: Emulator, method: string, url: URL, body: unknown): Answer {
  for (const control of CONTROLS) {
    const match = control.method === method ? control.pattern.exec(url.pathname) : null;
    if (match !== null) return control.answer({ emulator, url, body, path: match.slice(1).map(decodeURIComponent) });
  }
  return { status: 404, json: { error: 'no such control call' } };
}
