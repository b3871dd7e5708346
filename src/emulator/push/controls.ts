import { z } from 'zod';
import { ok, type Control } from '../control/route.js';

const pushMode = z.strictObject({ mode: z.enum(['on', 'off']) });

/** Control calls about push messages. */
export const pushControls: readonly Control[] = [
  {
    method: 'POST', path: '/pushes',
    answer: ({ emulator, body }) => {
      const { mode } = pushMode.parse(body);
      emulator.pushes.switch(mode);
      return ok({ mode });
    },
  },
];
