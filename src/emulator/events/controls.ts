import { z } from 'zod';
import type { Control } from '../control/route.js';

const expiry = z.strictObject({ calendarId: z.string().optional() });

/** Control calls about events and their sync tokens. */
export const eventControls: readonly Control[] = [
  {
    method: 'POST', path: '/sync-tokens/expire',
    answer: ({ emulator: { store }, body }) => {
      const { calendarId } = expiry.parse(body ?? {});
      const name = calendarId === undefined ? 'epoch' : `epoch:${calendarId.toLowerCase()}`;
      store.meta.putSync(name, ((store.meta.get(name) as number | undefined) ?? 0) + 1);
      return { status: 204 };
    },
  },
];
