import { z } from 'zod';
import { ok, type Control } from './route.js';

const pattern = z.string().refine((text) => { try { new RegExp(text); return true; } catch { return false; } }, 'not a regular expression');

const headerText = z.string().regex(/^[\t\x20-\x7e]*$/);

const newRule = (kinds: readonly string[]) => z.strictObject({
  kind: z.string().refine((kind) => kinds.includes(kind), { error: `no such kind of call; there are: ${kinds.join(', ')}` }).optional(),
  method: z.string().toUpperCase().optional(), pathPattern: pattern.optional(), account: z.string().toLowerCase().optional(),
  times: z.int().min(1).optional(), forever: z.literal(true).optional(), skip: z.int().min(0).default(0), everyNth: z.int().min(1).default(1),
  status: z.int().min(400).max(599).optional(), reason: z.string().optional(), message: z.string().optional(),
  body: z.string().optional(), contentType: headerText.optional(),
  headers: z.record(z.string().regex(/^[\w-]+$/).toLowerCase(), headerText).optional(),
  applied: z.literal(true).optional(), delayMs: z.int().min(0).max(600_000).optional(), mode: z.enum(['dropAnswer', 'dropRequest', 'hold', 'truncate']).optional(),
})
  .refine((rule) => [rule.status, rule.delayMs, rule.mode, rule.headers].some((each) => each !== undefined), 'a rule needs status, delayMs, mode or headers')
  .refine((rule) => rule.times === undefined || rule.forever === undefined, 'times or forever, not both')
  .refine((rule) => rule.status !== undefined || [rule.reason, rule.message, rule.body, rule.applied].every((each) => each === undefined), 'reason, message, body and applied need a status')
  .refine((rule) => rule.body === undefined || (rule.reason === undefined && rule.message === undefined), 'a raw body, or reason and message')
  .refine((rule) => rule.body !== undefined || rule.contentType === undefined, 'contentType belongs to a raw body');

/** Control calls about rules; `kinds` are the methods that a rule may name. */
export const ruleControls = (kinds: readonly string[]): readonly Control[] => {
  const schema = newRule(kinds);
  return [
    {
      method: 'POST', path: '/rules',
      says: '{kind?, method?, pathPattern?, account?, times? = 1 | forever?, skip?, everyNth?, status?, reason?, message?, body?, contentType?, headers?, '
        + 'applied?, delayMs?, mode?: dropRequest | dropAnswer | truncate | hold}: what the next matching calls meet',
      answer: ({ emulator, body }) => {
        const { times = 1, forever, ...rule } = schema.parse(body);
        const set = Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined)) as Pick<typeof rule, 'skip' | 'everyNth'>;
        const { id, remaining } = emulator.rules.add({ ...set, remaining: forever === true ? null : times });
        return ok({ id, remaining });
      },
    },
    {
      method: 'GET', path: '/rules', says: '{rules, held}: the live rules, and how many calls wait',
      answer: ({ emulator }) => ok({ rules: emulator.rules.all().map((each) => ({ ...each, headers: { ...each.headers } })), held: emulator.rules.held() }),
    },
    {
      method: 'DELETE', path: '/rules', says: '?id=N: removes one rule, or all, and lets go the calls it holds',
      answer: ({ emulator, url }) => {
        const id = url.searchParams.get('id');
        emulator.rules.remove(id === null ? undefined : z.coerce.number().int().parse(id));
        return { status: 204 };
      },
    },
  ];
};
