import { z } from 'zod';
import { ApiError } from '../http/api-error.js';
import { ok, type Control, type ControlCall } from '../control/route.js';
import type { Answer } from '../http/answer.js';

const conditionsBody = z.strictObject({
  mode: z.enum(['on', 'off']), hold: z.boolean(), delayMs: z.int().min(0).max(600_000), double: z.boolean(), reorder: z.boolean(),
  dropEvery: z.int().min(0), syncFirst: z.boolean(), robots: z.boolean(),
}).partial();
const spurious = z.strictObject({ channelId: z.string() });

const state = ({ emulator: { pushes } }: ControlCall): Answer => ok({ ...pushes.conditions, ...pushes.counts() });

/** Control calls about push messages. */
export const pushControls: readonly Control[] = [
  {
    method: 'POST', path: '/pushes',
    says: '{mode: "on" | "off", hold, delayMs, double, reorder, dropEvery, syncFirst, robots}, all optional: how messages fare from now on; answers like GET /pushes',
    answer: (call) => {
      call.emulator.pushes.change(conditionsBody.parse(call.body ?? {}));
      return state(call);
    },
  },
  { method: 'GET', path: '/pushes', says: 'the conditions, and {waiting, held, delivered, lost}', answer: state },
  {
    method: 'POST', path: '/pushes/release', says: 'held messages go out, in reverse under `reorder`; answers {released}',
    answer: ({ emulator: { pushes } }) => ok({ released: pushes.release() }),
  },
  {
    method: 'POST', path: '/pushes/send', says: '{channelId}: a message that tells of nothing',
    answer: (call) => {
      const { channelId } = spurious.parse(call.body);
      const { store, pushes } = call.emulator;
      const channels = store.watches.withId(channelId).filter((channel) => !channel.stopped && channel.expirationMs > store.clock.now());
      if (channels.length === 0) throw new ApiError(404, 'notFound', `no living channel ${channelId}`);
      store.transact(() => channels.forEach((channel) => pushes.sendSpurious(channel)));
      pushes.pump();
      return state(call);
    },
  },
];
