import { z } from 'zod';
import { ok, type Control } from '../control/route.js';
import { Grants } from './grants.js';

const kill = z.strictObject({ email: z.string() });

/** Control calls about grants. */
export const grantControls: readonly Control[] = [
  { method: 'POST', path: '/grants/kill', answer: ({ emulator, body }) => ok({ killed: new Grants(emulator.store).killAll(kill.parse(body).email.toLowerCase()) }) },
];
