import ICAL from 'ical.js';
import { simpleParser, type ParsedMail } from 'mailparser';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { onTestFinished } from 'vitest';

export interface Inbox { readonly url: string; readonly mails: ParsedMail[]; refuse: number }

/** A real SMTP server that keeps what it takes, and refuses the next `refuse` mails. */
export async function anInbox(): Promise<Inbox> {
  const inbox = { url: '', mails: [] as ParsedMail[], refuse: 0 };
  const server = new SMTPServer({
    authOptional: true, disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      simpleParser(stream).then((mail) => {
        if (inbox.refuse-- > 0) return done(new Error('try later'));
        inbox.mails.push(mail);
        done();
      }, done);
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  inbox.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)));
  return inbox;
}

export const to = (mail: ParsedMail | undefined): string => (Array.isArray(mail?.to) ? mail.to[0] : mail?.to)?.text ?? '';

/** The iCalendar part of a mail as it was sent. */
export const calendarText = (mail: ParsedMail | undefined): string =>
  mail?.attachments.find((each) => each.contentType === 'text/calendar')?.content.toString() ?? '';

export interface Invitation { readonly method: string; readonly events: readonly ICAL.Event[]; readonly calendar: ICAL.Component }

/** The iCalendar part of a mail, read by a second library with the zones that the part itself brings. */
export function invitationIn(mail: ParsedMail | undefined): Invitation {
  const calendar = new ICAL.Component(ICAL.parse(calendarText(mail)) as unknown[]);
  const zones = calendar.getAllSubcomponents('vtimezone').map((each) => new ICAL.Timezone(each));
  const events = calendar.getAllSubcomponents('vevent').map((each) => {
    for (const property of each.getAllProperties()) {
      const zone = zones.find(({ tzid }) => tzid === property.getParameter('tzid'));
      for (const value of property.getValues()) if (zone !== undefined && value instanceof ICAL.Time) value.zone = zone;
    }
    return new ICAL.Event(each);
  });
  return { method: String(calendar.getFirstPropertyValue('method')), events, calendar };
}

/** An instant of the second library as RFC 3339 in UTC. */
export const utc = (time: ICAL.Time): string => time.toJSDate().toISOString().replace('.000Z', 'Z');
