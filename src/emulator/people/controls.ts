import { z } from 'zod';
import { ok, type Control } from '../control/route.js';
import { notFound } from '../http/api-error.js';
import { setInvitations } from './invitation-setting.js';
import { replyByMail } from './mail-reply.js';

const lag = z.union([z.strictObject({ lagMs: z.int().min(0).max(3_600_000) }), z.strictObject({ mode: z.literal('hold') })]);

const invitations = z.strictObject({ from: z.enum(['everyone', 'knownSenders', 'afterReply']), known: z.array(z.email()).default([]) });
const reply = z.strictObject({
  calendarId: z.string(), eventId: z.string(), email: z.email(), responseStatus: z.enum(['accepted', 'declined', 'tentative']), comment: z.string().default(''),
});

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
  {
    method: 'POST', path: '/accounts/:email/invitations',
    says: '{from: "everyone" | "knownSenders" | "afterReply", known?: [email]}: whose invitations come onto the calendar by themselves (everyone\'s is the default)',
    answer: ({ emulator: { store }, path, body }) => {
      const setting = invitations.parse(body), account = store.account(path[0] ?? '');
      if (account === undefined) throw notFound();
      setInvitations(store, account.email, setting);
      return { status: 204 };
    },
  },
  {
    method: 'POST', path: '/mail/reply', says: '{calendarId, eventId, email, responseStatus, comment?}: a guest answers the mail, with or without an account; calendarId is the organizer\'s',
    answer: ({ emulator: { store }, body }) => {
      const { calendarId, eventId, email, responseStatus, comment } = reply.parse(body);
      replyByMail(store, calendarId.toLowerCase(), eventId, email, { responseStatus, ...(comment === '' ? {} : { comment }) });
      return { status: 204 };
    },
  },
];
