import { ok, type Control } from '../control/route.js';

/** Control calls about guests' copies and mails. */
export const copyControls: readonly Control[] = [
  { method: 'GET', path: '/mail', answer: ({ emulator }) => ok({ waiting: emulator.mail.waiting() }) },
];
