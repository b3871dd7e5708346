import { z } from 'zod';
import { ok, type Control } from '../control/route.js';

const lag = z.union([z.strictObject({ lagMs: z.int().min(0).max(3_600_000) }), z.strictObject({ mode: z.literal('hold') })]);

/** Control calls about guests' copies and mails. */
export const copyControls: readonly Control[] = [
  { method: 'GET', path: '/mail', says: '{waiting}: guest mails not yet taken by the SMTP server', answer: ({ emulator }) => ok({ waiting: emulator.mail.waiting() }) },
  {
    method: 'POST', path: '/copies', says: '{lagMs} or {mode: "hold"}: how long writes take to reach other people\'s calendars; lagMs 0 (the default) lets go what waits',
    answer: ({ emulator: { copies }, body }) => {
      copies.setLag(lag.parse(body));
      return ok({ ...copies.lag(), waiting: copies.waiting() });
    },
  },
  { method: 'GET', path: '/copies', says: '{lagMs or mode, waiting}: writes that have not yet reached other people\'s calendars', answer: ({ emulator: { copies } }) => ok({ ...copies.lag(), waiting: copies.waiting() }) },
  { method: 'POST', path: '/copies/release', says: '{released}: lets go all that waits, in the order of the writes; a hold goes on for later ones', answer: ({ emulator: { copies } }) => ok({ released: copies.release() }) },
];
